import {statfsSync} from 'node:fs'

import {lowerCase} from '../protocol/block.ts'
import {exporterMetrics} from '../protocol/exporter-metrics.ts'
import type {Metric} from '../lib/exposition.ts'
import type {GaugeName} from './metrics.ts'
import type {NodeParts, OpenHistory} from './node-parts.ts'
import {POOL_TRANSACTIONS} from './limits.ts'
import {RPC_READS_AT_ONCE, RPC_READS_WAITING, RPC_READS_WAITING_EACH} from './rpc-limits.ts'
import {createCallQueue} from './rpc/call-queue.ts'
import {EngineCalls} from './rpc/engine-calls.ts'
import type {RpcContext} from './rpc/context.ts'
import {LogSearch} from './history/log-query.ts'
import {Feeds} from './rpc/feeds.ts'
import {Filters} from './rpc/filters.ts'
import {Health} from './rpc/health.ts'
import type {Divergence, NodeStatus} from '../protocol/node-status.ts'
import {lowWeiOf, type WalletWatch} from './wallets.ts'

export function statusOf(parts: NodeParts, {states}: Pick<WalletWatch, 'states'>): NodeStatus {
  const {options, chain, guard, gate, mempool, driver, heads, exchange, metrics, clock} = parts
  const head = chain.head()
  const turn = chain.rotation.turnAt(head.number + 1)
  const epoch = chain.rotation.epochOf(head.number + 1)
  const {pending, queued} = mempool.counts()
  const peers = exchange.peers()
  return {
    name: options.name,
    version: options.version,
    pid: process.pid,
    chainId: options.network.l2.chainId,
    address: lowerCase(options.signerAccount.address),
    phase: driver.phase,
    phaseSinceMs: driver.facts.phaseSinceMs,
    halted: driver.facts.halted,
    waitingFor: gate.waitingFor,
    diverged: divergenceOf(parts),
    l1Divergence: heads.divergence ?? null,
    twin: exchange.duplicateSigner,
    turn: turn.whose,
    producer: turn.whose === 'unknown' ? null : turn.signer,
    epoch: epoch
      ? {
          number: Number(epoch.number),
          startBlock: Number(epoch.startBlock),
          endBlock: Number(epoch.endBlock),
          signer: epoch.signer,
        }
      : null,
    head: {number: head.number, hash: head.hash, timestamp: head.timestamp},
    headAgeMs: chain.headAgeMs,
    safe: heads.safeHead(),
    finalized: heads.finalizedHead(),
    pool: {
      ...{pending, queued, limit: POOL_TRANSACTIONS, late: driver.late},
      full: pending + queued >= POOL_TRANSACTIONS,
    },
    peers: peers.map(({address, peerAddress, head: theirs, heardAtMs}) => ({
      address,
      peerAddress,
      head: theirs.number,
      lagBlocks: head.number - theirs.number,
      ageMs: Math.round(clock.monotonicMs() - heardAtMs),
    })),
    bestPeerHead: peers.length === 0 ? null : Math.max(...peers.map((peer) => peer.head.number)),
    syncing: driver.phase === 'catching-up' || syncTarget(parts) !== null,
    sync: parts.sync.view,
    blocksSealed: driver.blocksSealed,
    lastError: metrics.errors(),
    engine: {
      ...{version: chain.engine.version, lastExecuteMs: chain.lastExecuteMs},
      busyMs: chain.busyMs,
      ...driver.facts.engine,
      isolation: chain.engine.isolation,
      outsideChanges: chain.state.outsideChanges,
      state: chain.state.growth.size,
    },
    l1: l1Of(parts),
    batches: batchesOf(parts),
    guard: {floor: guard.floor, signedUpTo: guard.top ?? null, trusted: guard.isTrusted},
    clockSkewMs: driver.facts.clockSkewMs,
    wallets: states.map((state) => ({
      ...{alias: state.alias, chain: state.chain, address: state.address},
      balanceWei: String(state.balanceWei),
      lowWei: String(lowWeiOf(state)),
    })),
    descriptors: descriptorsOf(parts),
    refused: parts.refusals.list(),
    disk: diskOf(options.dataDir),
  }
}

/** Peers are classified by their heads alone: that needs no request and is usually enough. */
function divergenceOf({chain, exchange}: NodeParts): Divergence | null {
  const {dispute} = chain
  if (!dispute) return null
  const {number, ours, theirs, producer, state, sinceMs} = dispute
  const peers = exchange.peers()
  const addresses = (isBeyond: boolean) =>
    peers.filter(({head}) => head.number >= number === isBeyond).map(({address}) => address)
  return {
    ...{block: number, ours, theirs, producer, state, sinceMs},
    ...{peersBeyond: addresses(true), peersWithUs: addresses(false)},
  }
}

function l1Of({heads, l1Loop, clock}: NodeParts): NodeStatus['l1'] {
  const l1Head = heads.l1Head()
  if (!l1Head) return null
  return {
    head: l1Head.number,
    ageMs: Math.max(0, clock.nowMs() - l1Head.timestamp * 1000),
    reachable: l1Loop.isReachable ?? false,
    trouble: l1Loop.failureOf('confirm') ?? null,
  }
}

function batchesOf({options, chain, heads, l1Loop, clock}: NodeParts): NodeStatus['batches'] {
  const landedBlock = heads.isTipRead ? heads.tip().l2Block : null
  const oldest = landedBlock === null ? undefined : chain.log.block(landedBlock + 1)
  return {
    landedBlock,
    oldestAgeMs: oldest ? Math.max(0, clock.nowMs() - oldest.timestamp * 1000) : null,
    sends: options.batchAccount !== null,
    stuck: l1Loop.failureOf('batch') ?? null,
  }
}

function descriptorsOf({descriptors}: NodeParts): NodeStatus['descriptors'] {
  const {limit, wanted, isTight, http} = descriptors
  return {limit: Number.isFinite(limit) ? limit : null, wanted, isTight, connections: http}
}

function diskOf(dir: string): NodeStatus['disk'] {
  try {
    const {bavail, bsize, blocks} = statfsSync(dir)
    return {freeBytes: bavail * bsize, totalBytes: blocks * bsize}
  } catch {
    return null
  }
}

export function rpcContextOf(parts: NodeParts, {history, reader}: OpenHistory): RpcContext {
  const {options, genesis, chain, mempool, heads, exchange, l1Loop, clock, watch} = parts
  const {chainId} = options.network.l2
  const head = () => chain.head().number
  const feeds = new Feeds({history, reader, mempool, watch, chainId, head})
  const {slotMs, contracts} = options.network.l2
  const reads = createCallQueue(RPC_READS_AT_ONCE, RPC_READS_WAITING, RPC_READS_WAITING_EACH)
  const own = [contracts.sequencerSet, contracts.gasPriceOracle]
  return {
    chainId,
    address: lowerCase(options.signerAccount.address),
    clientVersion: parts.clientVersion,
    sequencerSet: options.network.l2.contracts.sequencerSet,
    genesisNumber: genesis.number,
    chain,
    mempool,
    ...{history, reader, feeds},
    logs: new LogSearch(history.store, reader),
    filters: new Filters(feeds, clock),
    calls: new EngineCalls({slotMs, gate: chain.gate, reads, own: () => own}),
    reads,
    named: [],
    health: new Health(),
    accept: parts.accept,
    safeHead: () => heads.safeHead(),
    finalizedHead: () => heads.finalizedHead(),
    // A node that has not learned enough to be in step reports that: its head is no evidence.
    syncTarget: () => syncTarget(parts) ?? (parts.driver.phase === 'catching-up' ? head() : null),
    peerCount: () => exchange.peers().length,
    l1: () => {
      const l1Head = heads.l1Head()
      return {
        head: l1Head?.number ?? 0,
        timestamp: l1Head?.timestamp ?? 0,
        gasPriceWei: l1Head?.baseFeeWei ?? 0n,
        queueIndex: l1Loop.queueLength,
      }
    },
    nowMs: () => clock.nowMs(),
  }
}

export function gaugesOf(
  parts: NodeParts,
  wallets: WalletWatch,
): Partial<Record<GaugeName, number>> {
  const {safe, finalized, head, pool, peers, blocksSealed, l1, turn, engine} = statusOf(
    parts,
    wallets,
  )
  return {
    head_block: head.number,
    head_timestamp_seconds: head.timestamp,
    // Unknown values are left out: a 0 would be a value.
    ...(safe === null ? {} : {safe_block: safe}),
    ...(finalized === null ? {} : {finalized_block: finalized}),
    pool_pending: pool.pending,
    pool_queued: pool.queued,
    peers: peers.length,
    blocks_sealed: blocksSealed,
    turn_is_mine: turn === 'mine' ? 1 : 0,
    ...(l1 === null ? {} : {l1_head_block: l1.head}),
    engine_outside_changes: engine.outsideChanges,
    engine_state_leaves: engine.state.leaves,
    engine_state_limit: engine.state.limit,
  }
}

/** Heights and balances under the names of the operators' exporter. */
export function exporterOf({options, chain, heads}: NodeParts, {states}: WalletWatch): Metric[] {
  const {number, timestamp} = chain.head()
  const l1 = heads.l1Head()?.number
  return exporterMetrics(options.name, {l2: {number, timestamp}, l1}, states)
}

/** Measures how fast the node catches up. Called periodically. */
export function watchSync(parts: NodeParts): void {
  const {sync, chain, clock} = parts
  sync.observe(clock.monotonicMs(), chain.head().number, syncTarget(parts))
}

/**
 * One block behind is the normal lag of a follower. There is no catching up with a chain that we
 * reject.
 */
function syncTarget({chain, exchange}: NodeParts): number | null {
  if (chain.dispute?.state === 'refused') return null
  const highest = Math.max(0, ...exchange.peers().map(({head}) => head.number))
  return highest > chain.head().number + 1 ? highest : null
}
