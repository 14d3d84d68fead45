import type {Hash} from 'viem'

import type {Clock} from '../lib/clock.ts'
import {lowerCase} from '../protocol/block.ts'
import type {ChainState} from './chain-state.ts'
import type {Genesis} from './engine/genesis.ts'
import {exporterMetrics} from './exporter-metrics.ts'
import type {Heads} from './heads/heads.ts'
import type {L1Loop} from './l1-loop.ts'
import type {Mempool} from './mempool/mempool.ts'
import type {Metrics} from './metrics.ts'
import type {BlockExchange} from './peers/exchange.ts'
import type {OpenHistory} from './history/open-history.ts'
import {RPC_READS_AT_ONCE, RPC_READS_WAITING} from './rpc-limits.ts'
import {createCallQueue} from './rpc/call-queue.ts'
import type {RpcContext} from './rpc/context.ts'
import {Feeds} from './rpc/feeds.ts'
import {Filters} from './rpc/filters.ts'
import {Health, type Readiness} from './rpc/health.ts'
import type {Driver} from './sequencing/driver.ts'
import type {SyncWatch} from './sequencing/sync-watch.ts'
import type {NodeOptions} from './node-options.ts'
import type {NodeStatus} from './status.ts'
import type {WalletWatch} from './wallets.ts'
import type {Watch} from './watch.ts'

/** What a running node is made of, for those who only look at it. */
export interface NodeParts {
  options: NodeOptions
  genesis: Genesis
  chain: ChainState
  mempool: Mempool
  exchange: BlockExchange
  driver: Driver
  heads: Heads
  l1Loop: L1Loop
  metrics: Metrics
  clock: Clock
  sync: SyncWatch
  watch: Watch
  accept(raw: string): Promise<Hash>
  clientVersion: string
}

export function statusOf(parts: NodeParts): NodeStatus {
  const {options, chain, mempool, driver, heads, metrics, clock} = parts
  const head = chain.head()
  const turn = chain.rotation.turnAt(head.number + 1)
  const epoch = chain.rotation.epochOf(head.number + 1)
  const l1Head = heads.l1Head()
  return {
    name: options.name,
    pid: process.pid,
    chainId: options.network.l2.chainId,
    address: lowerCase(options.signerAccount.address),
    phase: driver.phase,
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
    safe: heads.safeHead(),
    finalized: heads.finalizedHead(),
    pool: mempool.counts(),
    peers: parts.exchange.peers().map(({address, peerAddress, head: theirs, heardAtMs}) => ({
      address,
      peerAddress,
      head: theirs.number,
      lagBlocks: head.number - theirs.number,
      ageMs: Math.round(clock.monotonicMs() - heardAtMs),
    })),
    syncing: driver.phase === 'catching-up' || syncTarget(parts) !== null,
    sync: parts.sync.view,
    blocksSealed: driver.blocksSealed,
    lastError: metrics.errors(),
    engine: {
      version: chain.engine.version,
      lastExecuteMs: chain.lastExecuteMs,
      isolation: chain.engine.isolation,
      outsideChanges: chain.state.outsideChanges,
      state: chain.state.growth.size,
    },
    l1: l1Head
      ? {head: l1Head.number, ageMs: Math.max(0, clock.nowMs() - l1Head.timestamp * 1000)}
      : null,
  }
}

export function rpcContextOf(parts: NodeParts, {history, reader}: OpenHistory): RpcContext {
  const {options, genesis, chain, mempool, heads, exchange, l1Loop, clock, watch} = parts
  const {chainId} = options.network.l2
  const head = () => chain.head().number
  const feeds = new Feeds({history, reader, mempool, watch, chainId, head})
  return {
    chainId,
    address: lowerCase(options.signerAccount.address),
    clientVersion: parts.clientVersion,
    sequencerSet: options.network.l2.contracts.sequencerSet,
    genesisNumber: genesis.number,
    chain,
    mempool,
    ...{history, reader, feeds},
    filters: new Filters(feeds, clock),
    calls: createCallQueue(),
    reads: createCallQueue(RPC_READS_AT_ONCE, RPC_READS_WAITING),
    named: [],
    health: new Health(),
    accept: parts.accept,
    safeHead: () => heads.safeHead(),
    finalizedHead: () => heads.finalizedHead(),
    syncTarget: () => syncTarget(parts),
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

/** Ready: in step with the peers and not halted. */
export function readinessOf(parts: NodeParts): Readiness {
  const {phase} = parts.driver
  const {number} = parts.chain.head()
  const target = syncTarget(parts)
  const reasons = [
    ...(phase === 'following' || phase === 'building' ? [] : [`The node is ${phase}.`]),
    ...(target === null ? [] : [`Block ${number} is ${target - number} behind the peers.`]),
  ]
  return {ready: reasons.length === 0, reasons}
}

export function gaugesOf(parts: NodeParts): Record<string, number> {
  const {safe, finalized, head, pool, peers, blocksSealed, l1, turn, engine} = statusOf(parts)
  return {
    head_block: head.number,
    head_timestamp_seconds: head.timestamp,
    safe_block: safe ?? 0,
    finalized_block: finalized ?? 0,
    pool_pending: pool.pending,
    pool_queued: pool.queued,
    peers: peers.length,
    blocks_sealed: blocksSealed,
    turn_is_mine: turn === 'mine' ? 1 : 0,
    l1_head_block: l1?.head ?? 0,
    engine_outside_changes: engine.outsideChanges,
    engine_state_leaves: engine.state.leaves,
    engine_state_limit: engine.state.limit,
  }
}

/** Heights and balances under the names of the operators' exporter. */
export function exporterText({options, chain, heads}: NodeParts, {states}: WalletWatch): string {
  const {number, timestamp} = chain.head()
  const l1 = heads.l1Head()?.number
  return exporterMetrics(options.name, {l2: {number, timestamp}, l1}, states)
}

/** Measures how fast the node catches up. Called now and then. */
export function watchSync(parts: NodeParts): void {
  const {sync, chain, clock} = parts
  sync.observe(clock.monotonicMs(), chain.head().number, syncTarget(parts))
}

/** One block behind is the normal lag of a follower. */
function syncTarget({chain, exchange}: NodeParts): number | null {
  const highest = Math.max(0, ...exchange.peers().map(({head}) => head.number))
  return highest > chain.head().number + 1 ? highest : null
}
