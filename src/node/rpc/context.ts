import type {Address, Hash} from 'viem'

import type {ChainState} from '../chain-state.ts'
import type {History} from '../history/history.ts'
import type {LogSearch} from '../history/log-query.ts'
import type {ChainReader} from '../history/reader.ts'
import type {Mempool} from '../mempool/mempool.ts'
import type {CallQueue} from './call-queue.ts'
import type {EngineCalls} from './engine-calls.ts'
import type {Feeds} from './feeds.ts'
import type {Filters} from './filters.ts'
import type {Health} from './health.ts'
import type {SequencerInfo} from './l2geth-methods.ts'

/** What the methods answer from. */
export interface RpcContext {
  chainId: number
  clientVersion: string
  sequencerSet: Address
  /** Signer of this node. */
  address: Address
  genesisNumber: number
  chain: ChainState
  mempool: Mempool
  history: History
  reader: ChainReader
  logs: LogSearch
  feeds: Feeds
  filters: Filters
  /** Bounds the calls that execute code. */
  calls: EngineCalls
  /** Bounds all other reads of the engine. */
  reads: CallQueue
  /** @param ageMs how long ago it came */
  accept(raw: string, ageMs: number): Promise<Hash>
  safeHead(): number | null
  finalizedHead(): number | null
  /** Null when in step with the peers. */
  syncTarget(): number | null
  peerCount(): number
  l1(): {head: number; timestamp: number; gasPriceWei: bigint; queueIndex: number}
  /** Sequencers that an operator named by `rollup_addSequencerInfo`. */
  named: SequencerInfo[]
  health: Health
  nowMs(): number
}

/** Who asks. */
export interface Caller {
  /** Aborts when the client is gone: what waits for it is given up. */
  signal: AbortSignal
  /** True when the client showed the token. */
  isTrusted: boolean
  /** Whose share is used: one for each remote address, and one more for who shows the token from there. */
  client: string
  /** Only a WebSocket connection has them. */
  subscriptions: Subscriptions | undefined
  /** When this request was there, as `performance.now()` tells. */
  askedAtMs: number
}

/** Who sends requests, one or many. */
export type Client = Omit<Caller, 'askedAtMs'>

export interface Subscriptions {
  /** @returns its id. Nothing is sent before the answer with this id. */
  add(kind: string, options: unknown): string
  remove(id: string): boolean
}

export type Method = (params: readonly unknown[], context: RpcContext, caller: Caller) => unknown
