/** The whole node: opened, restored, listening, running; and closed in the opposite order. */
import {createChainRpc} from '../chain/chain-rpc.ts'
import {exposition} from '../lib/exposition.ts'
import {connectionLimits, Connections} from '../lib/connections.ts'
import {assertPortFree} from '../lib/http-server.ts'
import type {RpcClient} from '../lib/json-rpc.ts'
import {lockDirectory} from '../store/dir-lock.ts'
import {startAdminServer} from './admin/admin-server.ts'
import {descriptorPlan} from './descriptors.ts'
import {openHistory} from './history/open-history.ts'
import {L1_TIMEOUT_MS} from './limits.ts'
import {issueMetric, readinessOf} from './node-health.ts'
import type {NodeOptions, RunningNode} from './node-options.ts'
import {createMembership} from './peers/membership.ts'
import {refusalOf} from './peers/refusal.ts'
import {checkOptions} from './preflight.ts'
import {startRpcServer} from './rpc/server.ts'
import {openWallets} from './stage-parts.ts'
import type {Closer} from './node-parts.ts'
import {openStages, type Stages} from './stages.ts'
import {exporterOf, gaugesOf, rpcContextOf, statusOf, watchSync} from './status-of.ts'

export type {NodeOptions, RunningNode} from './node-options.ts'

/**
 * Starts a sequencer node.
 *
 * - Signed by: signer, for each block.   Chain: L2, reads and writes L1.   Value: none.
 *
 * @returns once it serves; it does not seal until it has caught up with its peers
 * @throws {MetisSeqError} DIRECTORY_LOCKED, ENGINE_IN_USE, PORT_BUSY, WRONG_CHAIN,
 * GENESIS_MISMATCH, GENESIS_UNREADABLE, NOT_BUNDLED, SIGNER_MISMATCH, ENGINE_MISSING,
 * CHAIN_LOG_MISMATCH, CHAIN_LOG_DIVERGED, STORE_DAMAGED, SIGN_GUARD_DAMAGED, SIGN_GUARD_MISSING,
 * SIGN_GUARD_BEHIND, PEER_ADDRESS_INVALID, PEER_KEY_DAMAGED. In that case nothing keeps running
 */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const closers: Closer[] = []
  try {
    return await build(options, closers)
  } catch (error) {
    await closeAll(closers)
    throw error
  }
}

async function build(options: NodeOptions, closers: Closer[]): Promise<RunningNode> {
  const {dataDir, logger} = options
  const descriptors = descriptorPlan()
  if (descriptors.isTight) {
    const {limit, wanted, http, peers} = descriptors
    const facts = {limit, wanted, http, peers: peers.known}
    logger.warn('low descriptor limit: connections are reduced so that files can be opened', facts)
  }
  const l1 = createChainRpc(options.l1RpcUrl, {timeoutMs: L1_TIMEOUT_MS, tls: options.l1Tls ?? {}})
  closers.push(() => l1.close())
  const genesis = await checkOptions(options, l1)
  await claimPlace(options, closers)
  const ended = Promise.withResolvers<void>()
  // A caller that does not await the end must not crash because of it.
  ended.promise.catch(() => {})
  const onHalt = (error: unknown) => ended.reject(error)
  const stages = openStages(options, {genesis, l1, closers, onHalt})
  const {chain, driver, forwarder, exchange, l1Loop, metrics} = stages
  await chain.restore()
  await stages.restorePool()
  closers.push(() => exchange.stop())
  await listenToPeers(stages, l1)
  const wallets = openWallets(stages, l1)
  closers.push(() => wallets.stop())
  const status = () => statusOf(stages, wallets)
  const rpc = await startRpcServer({
    ...options.rpc,
    connections: connectionsOf(stages),
    onRefused: (kind) => stages.refusals.note(kind),
    context: rpcContextOf(stages, openHistory(stages, closers)),
    logger: logger.child('rpc'),
    readiness: () => readinessOf(options, status()),
    isOurTurn: () => chain.rotation.turnAt(chain.head().number + 1).whose === 'mine',
    renderMetrics: () =>
      exposition([
        ...metrics.render(gaugesOf(stages, wallets)),
        issueMetric(options, status()),
        ...exporterOf(stages, wallets),
      ]),
  })
  closers.push(() => rpc.close())
  const stop = once(async () => {
    // First ingress closes, then the slot is finished, then the remaining transactions go to the
    // peers.
    await rpc.close()
    await driver.stop()
    await forwarder.handOver()
    await l1Loop.stop()
    await chain.saveSnapshot().catch(() => {})
    await closeAll(closers)
    ended.resolve()
  })
  const admin = await startAdminServer({
    ...{dataDir, status, logger: logger.child('admin')},
    requestStop: () => void stop(),
  })
  closers.push(() => admin.close())
  driver.start()
  l1Loop.start()
  wallets.start()
  logger.info('node started', {name: options.name, head: chain.head().number, rpc: rpc.url})
  return {
    rpcUrl: rpc.url,
    wsUrl: rpc.wsUrl,
    peerAddress: exchange.peerAddress,
    status,
    stopped: ended.promise,
    stop,
  }
}

/** One choice sets both ports. */
const NODE_PORT = '`metis-seq init --replace --node-port PORT`'

/**
 * Before any data of another process could be touched: the process on our ports may be this very
 * node.
 */
async function claimPlace({dataDir, rpc, peer}: NodeOptions, closers: Closer[]): Promise<void> {
  const lock = lockDirectory(dataDir, 'data')
  closers.push(() => lock.release())
  await assertPortFree({...rpc, purpose: 'JSON-RPC', otherPort: NODE_PORT})
  await assertPortFree({...peer, purpose: 'peers', otherPort: NODE_PORT})
}

function connectionsOf({descriptors, refusals}: Stages): Connections {
  const limits = connectionLimits(descriptors.http, descriptors.leaving)
  return new Connections(limits, () => refusals.note('connections'))
}

/** Connects peers: which requests they may make, and how their messages are handled. */
export async function listenToPeers(stages: Stages, l1: RpcClient): Promise<void> {
  const {options, chain, driver, forwarder, exchange, acceptMany} = stages
  const isMember = createMembership({
    l1,
    lockingPool: options.network.l1.contracts.lockingPool,
    rotation: chain.rotation,
    clock: stages.clock,
  })
  await exchange.start({
    isMember,
    head: () => ({number: chain.head().number, hash: chain.head().hash}),
    blocks: (from, count) => chain.rangeUpTo(from, count),
    refusalOf: (header) => refusalOf(header, {head: () => chain.head(), rotation: chain.rotation}),
    onBlock: (block, from) => driver.enqueue(block, from),
    onPeers: () => {
      watchSync(stages)
      driver.wake()
      forwarder.wake()
    },
    onTransactions: acceptMany,
  })
}

/** Newest first, so that nothing is closed under something that still uses it. */
async function closeAll(closers: Closer[]): Promise<void> {
  for (let close = closers.pop(); close; close = closers.pop()) {
    try {
      await close()
    } catch {
      // If one part cannot be closed, the others must still be closed.
    }
  }
}

function once(act: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => (running ??= act())
}
