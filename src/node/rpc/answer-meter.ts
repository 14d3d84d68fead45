import {RPC_ANSWER_BYTES, RPC_PENDING_BYTES} from '../rpc-limits.ts'
import type {AnswerMeter} from './json-rpc.ts'

export interface OpenMeter extends AnswerMeter {
  /** The response has been sent or is no longer wanted. */
  close(): void
}

/** Size of all responses being built or waiting for slow readers. */
export class PendingAnswers {
  #bytes = 0

  open(): OpenMeter {
    const pending = () => this.#bytes
    const change = (bytes: number) => (this.#bytes += bytes)
    let own = 0
    return {
      get isFull() {
        return own > RPC_ANSWER_BYTES || pending() > RPC_PENDING_BYTES
      },
      add(bytes) {
        own += bytes
        change(bytes)
      },
      close() {
        change(-own)
        own = 0
      },
    }
  }
}
