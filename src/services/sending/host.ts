import type {DecodedInput} from '../explain/decode-transaction.ts'
import type {Replacement} from './replace-transaction.ts'
import type {Preview, SentCall} from './send-plan.ts'
import type {SignedBatch} from './send-signed.ts'

/** What is about to be sent, as it is shown before anyone is asked. */
export type Proposal =
  | {kind: 'plan'; preview: Preview}
  | {kind: 'replacement'; replacement: Replacement; chain: 'L1' | 'L2'}
  | {kind: 'signed'; input: DecodedInput; batch: SignedBatch}

export type News =
  /** One thing is done; a sentence for people. */
  | {kind: 'step'; text: string}
  /** Worth knowing, and no reason to stop. */
  | {kind: 'warning'; code: string; message: string}
  | {kind: 'proposed'; proposal: Proposal}
  /** All of a plan is out. What fails from here on fails after it. */
  | {kind: 'sent'; preview: Preview; sent: SentCall[]}

export interface Question {
  text: string
  /** What has to be typed, for what cannot be undone; otherwise a yes is enough. */
  typed?: string
}

/** What a surface lends to an operation: it tells, asks and shows, and decides nothing. */
export interface OperationHost {
  say(news: News): void
  /**
   * Returns only when the answer is yes.
   *
   * @throws {MetisSeqError} DECLINED, CONFIRMATION_NEEDED; nothing was sent
   */
  ask(question: Question): Promise<void>
  /** Something that can take long is waited for; null: it has come. */
  progress(text: string | null): void
  /** Runs when the result has been shown: only then its reader knows of it. */
  onShown(act: () => void): void
  /** Runs when the run has ended, however it ends, and after what is to run when the result is shown. */
  onEnd(release: () => void): void
}
