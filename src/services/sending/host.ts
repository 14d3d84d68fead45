import type {DecodedInput} from '../explain/decode-transaction.ts'
import type {Replacement} from './replace-transaction.ts'
import type {Preview, SentCall} from './send-plan.ts'
import type {SignedBatch} from './send-signed.ts'

/** The preview shown before the confirmation. */
export type Proposal =
  | {kind: 'plan'; preview: Preview}
  | {kind: 'replacement'; replacement: Replacement; chain: 'L1' | 'L2'}
  | {kind: 'signed'; input: DecodedInput; batch: SignedBatch}

export type News =
  /** One step is done; a human-readable sentence. */
  | {kind: 'step'; text: string}
  /** A warning, not a reason to stop. */
  | {kind: 'warning'; code: string; message: string}
  | {kind: 'proposed'; proposal: Proposal}
  /** The whole plan was broadcast. Later errors happen after it. */
  | {kind: 'sent'; preview: Preview; sent: SentCall[]}

export interface Question {
  text: string
  /** Text to be typed for irreversible operations; otherwise a yes is enough. */
  typed?: string
}

/** The host port of an operation: output, prompts and progress, without decisions. */
export interface OperationHost {
  say(news: News): void
  /**
   * Returns only when the answer is yes.
   *
   * @throws {MetisSeqError} DECLINED, CONFIRMATION_NEEDED; nothing was sent
   */
  ask(question: Question): Promise<void>
  /** Start of a possibly long wait; null ends it. */
  progress(text: string | null): void
  /** Runs after the result was shown: only then has the operator seen it. */
  onShown(act: () => void): void
  /** Runs when the run ends, with or without an error, after the callbacks for a shown result. */
  onEnd(release: () => void): void
}
