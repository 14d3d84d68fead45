/** The sign guard of a profile's node, from the command line. The node must not be running. */
import {join} from 'node:path'

import {createChainRpc} from '../chain/chain-rpc.ts'
import {systemClock} from '../lib/clock.ts'
import {MetisSeqError} from '../lib/errors.ts'
import type {RpcClient} from '../lib/json-rpc.ts'
import {rebuildGuard, type RebuiltGuard} from '../node/guard/rebuild.ts'
import {lastSignedIn} from '../node/guard/signed-batches.ts'
import {BatchReader} from '../node/inbox/batch-reader.ts'
import {scanInbox} from '../node/inbox/scan-inbox.ts'
import {L1_TIMEOUT_MS} from '../node/limits.ts'
import {lowerCase} from '../protocol/block.ts'
import {isOfGuard} from '../health/rules/node.ts'
import {endpointsOf, type Context} from '../services/context.ts'
import {clearHalt} from '../services/node/halt-record.ts'
import {lockDirectory} from '../store/dir-lock.ts'
import {ChainLog} from '../store/chain-log.ts'
import {snapshotPlace} from './node-snapshots.ts'

export interface GuardReport extends RebuiltGuard {
  path: string
  /** Highest block on L1 signed with the key; null when there is none, or L1 was not read. */
  signedOnL1: number | null
  /** Why L1 was not read; null when it was. The node reads it before signing in any case. */
  l1Problem: string | null
}

/**
 * Rebuilds the sign guard from the chain log and from L1. Never lowers it.
 *
 * @throws {MetisSeqError} NODE_NOT_SET_UP, NETWORK_HAS_NO_NODE, SIGNER_UNKNOWN, DIRECTORY_LOCKED, the node
 *   runs; SECOND_SIGNATURE; CHAIN_LOG_MISMATCH; DISK_FULL
 */
export async function rebuildNodeGuard(
  context: Context,
  signal: AbortSignal,
): Promise<GuardReport> {
  const {dataDir, genesis} = snapshotPlace(context, undefined)
  const signer = context.profile?.signer
  if (!signer) throw noSigner(context.profileName ?? '')
  const lock = lockDirectory(dataDir, 'data')
  try {
    const l1 = await readL1(context, {signer, genesisNumber: genesis.number, signal})
    const log = ChainLog.open(join(dataDir, 'chain.sqlite'), genesis)
    const path = join(dataDir, 'sign-guard.log')
    try {
      const floor = (l1.signedOnL1 ?? -1) + 1
      const nowMs = systemClock.nowMs()
      const rebuilt = rebuildGuard({path, log, signer: lowerCase(signer), floor, nowMs})
      // The node that the guard kept from starting can now start.
      clearHalt(dataDir, isOfGuard)
      return {path, ...rebuilt, ...l1}
    } finally {
      log.close()
    }
  } finally {
    lock.release()
  }
}

type L1Report = Pick<GuardReport, 'signedOnL1' | 'l1Problem'>

async function readL1(
  context: Context,
  options: {signer: `0x${string}`; genesisNumber: number; signal: AbortSignal},
): Promise<L1Report> {
  const [url] = endpointsOf(context.network, context.profile).l1
  if (url === undefined) return {signedOnL1: null, l1Problem: 'There is no L1 endpoint.'}
  const l1 = createChainRpc(url, {timeoutMs: L1_TIMEOUT_MS, tls: context.tls()})
  try {
    return {signedOnL1: await newestOwnBlock(context, l1, options), l1Problem: null}
  } catch (error) {
    options.signal.throwIfAborted()
    const l1Problem = error instanceof MetisSeqError ? error.message : 'L1 does not respond.'
    return {signedOnL1: null, l1Problem}
  } finally {
    l1.close()
  }
}

async function newestOwnBlock(
  {network}: Context,
  l1: RpcClient,
  {
    signer,
    genesisNumber,
    signal,
  }: {signer: `0x${string}`; genesisNumber: number; signal: AbortSignal},
): Promise<number | null> {
  const reader = new BatchReader({batchIndex: 0, l2Block: genesisNumber})
  const toBlock = Number(await l1.request('eth_blockNumber'))
  const fromBlock = network.l1.deploymentBlock
  let newest: number | null = null
  const blocks = scanInbox({l1, rules: network.l1, fromBlock, toBlock, clock: systemClock, signal})
  for await (const {number, transactions} of blocks) {
    reader.enter(number)
    for (const {calldata} of transactions) {
      const batch = reader.take(number, calldata)
      newest = (batch && lastSignedIn(batch, lowerCase(signer), (newest ?? -1) + 1)) ?? newest
    }
  }
  return newest
}

function noSigner(profile: string): MetisSeqError {
  return new MetisSeqError({
    code: 'SIGNER_UNKNOWN',
    message: `Profile ${profile} has no signer, and a sign guard belongs to one.`,
    exit: 'signer',
    facts: {profile},
    hints: [`Run \`metis-seq init --profile ${profile} --replace --signer KEY\`.`],
  })
}
