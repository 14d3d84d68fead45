import type {Address} from 'viem'

import type {Span, Validator} from '../protocol/span.ts'
import type {Observations} from './observations.ts'
import type {Respan, SentRewardBatch} from './state.ts'
import type {Failure} from './failures.ts'

/** What the process is doing, for `pos status` and `GET /metis-seq/status`. */
export interface PosStatus extends Observations {
  restUrl: string
  mpcAddress: Address
  /** The `height` of REST responses. */
  revision: number
  l1Cursor: bigint
  l1Batch: bigint
  validators: Validator[]
  latestSpan: Span | null
  pendingRespan: Respan | null
  /** Respans tried in the epoch of the newest attempt; a failed one counts. */
  respanAttempts: {epoch: bigint; count: bigint}
  lastRewardBatch: SentRewardBatch | null
  /** Active issues; empty when all is well. */
  troubles: Failure[]
  /** Text of the newest issue. */
  lastError: string | null
}
