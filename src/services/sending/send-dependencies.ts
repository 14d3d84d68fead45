import type {Hash} from 'viem'

import type {ChainClient} from '../../chain/connect.ts'
import type {Journal} from '../../store/journal.ts'

export interface Receipt {
  hash: Hash
  blockNumber: bigint
  gasUsed: bigint
  feeWei: bigint
}

/** Receives every event while a plan is carried out, to display or ignore. */
export interface SendReporter {
  onSettled(label: string, hash: Hash, status: string): void
  onSimulated(label: string): void
  onBroadcast(label: string, hash: Hash): void
  onMined(label: string, receipt: Receipt): void
  /** Until it is mined or settled. */
  onWaiting(label: string): void
}

export interface SendDependencies {
  client: ChainClient
  network: string
  chainId: number
  journal: Journal
  reporter: SendReporter
  signal: AbortSignal
  /** How long a receipt must be missing, once the nonce is used, before the transaction counts as replaced. */
  replacedAfterMs?: number
}
