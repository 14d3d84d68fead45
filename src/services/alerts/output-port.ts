/** The port of every place that alerts go to. */
import type {AlertSeverity} from '../../health/alerts/settings.ts'
import type {OutputKind} from './document.ts'
import type {AlertMessage} from './message.ts'

export interface AlertOutput {
  readonly name: string
  readonly kind: OutputKind
  readonly minSeverity: AlertSeverity
  /**
   * Resolves when the message was accepted there. Ends within {@link DELIVERY_MS} or with the signal.
   *
   * @throws {DeliveryError} whose message holds no secret
   */
  deliver(message: AlertMessage, signal: AbortSignal): Promise<void>
}

/** A delivery that was not accepted. The message says why, without URL, token or password. */
export class DeliveryError extends Error {
  /** The same message would be refused again. */
  readonly isRefused: boolean
  /** The other side names a time; null: it does not. */
  readonly retryAfterMs: number | null

  constructor(
    message: string,
    {
      isRefused = false,
      retryAfterMs = null,
    }: {isRefused?: boolean; retryAfterMs?: number | null} = {},
  ) {
    super(message)
    this.name = 'DeliveryError'
    this.isRefused = isRefused
    this.retryAfterMs = retryAfterMs
  }
}

/** Of one attempt: a slow mail server takes 5 s, and a hanging one must not hold up the queue. */
export const DELIVERY_MS = 10_000
