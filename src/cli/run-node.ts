import {createLogger, type LogLevel} from '../lib/log.ts'
import {openLogSink} from '../lib/log-file.ts'
import {MetisSeqError, messageOf} from '../lib/errors.ts'
import type {ExitName} from '../lib/exit-codes.ts'
import {startNode, type NodeOptions, type RunningNode} from '../node/start-node.ts'
import {endpointsOf, type Context} from '../services/context.ts'
import {clearHalt, writeHalt} from '../services/node/halt-record.ts'
import type {KeyAccess} from '../services/keys/keys.ts'
import {openBlockSigner, openNodeSigner} from '../services/signers/open-signer.ts'
import {requireBundledNetwork, requireNode} from '../services/node/node-runtime.ts'
import type {NodeSettings} from './node-flags.ts'

export interface RunSettings extends NodeSettings {
  /** Of this program. */
  version: string
  level: LogLevel
}

/**
 * Opens the profile's keys and starts its node in this process.
 *
 * @throws {MetisSeqError} NODE_NOT_SET_UP, NETWORK_HAS_NO_NODE, KEY_UNKNOWN and those of `startNode`
 */
export async function runNode(
  context: Context,
  access: KeyAccess,
  settings: RunSettings,
): Promise<RunningNode> {
  const {level, rpc, advertiseAddress, ...rest} = settings
  const {name, node, dir} = requireNode(context)
  const {network, profile} = context
  requireBundledNetwork(context)
  const timed = {...access, timeoutMs: context.timeoutMs}
  const signerKey = profile?.keys.signer
  const [signer, relayer, batcher] = await Promise.all([
    signerKey ? openBlockSigner(signerKey, timed) : null,
    node.relayerKey === null ? null : openNodeSigner(node.relayerKey, timed),
    node.batchKey === null ? null : openNodeSigner(node.batchKey, timed),
  ])
  if (!signer) throw noSignerKey(name)
  const options: NodeOptions = {
    name,
    network,
    dataDir: dir,
    signerAccount: signer,
    rpc: {host: node.host, port: node.rpcPort, ...rpc},
    peer: {
      ...{host: node.host, port: node.peerPort},
      ...(advertiseAddress === undefined ? {} : {advertiseAddress}),
    },
    l1RpcUrl: endpointsOf(network, profile).l1[0] ?? '',
    l1Tls: context.tls(),
    relayerAccount: relayer,
    batchAccount: batcher,
    ...rest,
    logger: createLogger({part: 'node', level, write: openLogSink()}),
  }
  clearHalt(dir)
  return startNode(options).catch((error: unknown) => {
    // A node that may not sign has a reason that a restart does not fix.
    if (error instanceof MetisSeqError && LASTING.has(error.exit)) keepReason(dir, error)
    throw error
  })
}

const LASTING: ReadonlySet<string> = new Set<ExitName>(['interlock', 'critical'])

function keepReason(dir: string, error: unknown): void {
  const {code, exit} =
    error instanceof MetisSeqError ? error : ({code: 'NODE_HALTED', exit: 'internal'} as const)
  writeHalt(dir, {code, exit, message: messageOf(error), atMs: Date.now()})
}

/**
 * Waits for the end of a node. A halted node need not keep running: it is closed with its engine,
 * and its reason is recorded.
 *
 * @throws {MetisSeqError} the reason of a halt
 */
export async function waitForEnd(context: Context, node: RunningNode): Promise<void> {
  try {
    await node.stopped
  } catch (error) {
    keepReason(requireNode(context).dir, error)
    await node.stop()
    throw error
  }
}

function noSignerKey(profile: string): MetisSeqError {
  return new MetisSeqError({
    code: 'SIGNER_UNKNOWN',
    message: `Profile ${profile} has no signer key on this machine, and a node needs one to sign its blocks.`,
    exit: 'signer',
    facts: {profile},
    hints: [`Run \`metis-seq init --profile ${profile} --replace --signer KEY\`.`],
  })
}
