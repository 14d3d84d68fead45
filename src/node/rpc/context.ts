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
import type {SequencerInfo} from './sequencer-info.ts'
import type {Caller} from './caller.ts'

export type {Caller, Client, Subscriptions} from './caller.ts'

/** Data sources of the methods. */
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
  /** Limits calls that execute code. */
  calls: EngineCalls
  /** Limits all other engine reads. */
  reads: CallQueue
  /** @param ageMs how long ago it arrived */
  accept(raw: string, ageMs: number): Promise<Hash>
  safeHead(): number | null
  finalizedHead(): number | null
  /** Null when in step with the peers. */
  syncTarget(): number | null
  peerCount(): number
  l1(): {head: number; timestamp: number; gasPriceWei: bigint; queueIndex: number}
  /** Sequencers that an operator added with `rollup_addSequencerInfo`. */
  named: SequencerInfo[]
  health: Health
  nowMs(): number
}

export type Method = (params: readonly unknown[], context: RpcContext, caller: Caller) => unknown
