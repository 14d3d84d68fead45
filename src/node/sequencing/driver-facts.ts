/** The driver's facts for the node status. Only records; decides nothing. */
import type {Clock} from '../../lib/clock.ts'
import {messageOf, MetisSeqError} from '../../lib/errors.ts'
import {isWrongAnswer, WRONG_ANSWER} from '../../chain/chain-rpc.ts'
import {RpcResponseError, RpcTransportError} from '../../lib/json-rpc.ts'
import type {NodePhase, NodeFailure} from '../../protocol/node-status.ts'
import {SKEW_SAMPLES} from '../limits.ts'

export class DriverFacts {
  readonly #clock: Clock
  #phaseSinceMs: number
  #phase: NodePhase = 'catching-up'
  #halted: NodeFailure | null = null
  #restarts = 0
  #restartingSinceMs: number | null = null
  /** Our clock minus block times on arrival, in milliseconds; newest last. */
  #skews: number[] = []

  constructor(clock: Clock) {
    this.#clock = clock
    this.#phaseSinceMs = clock.nowMs()
  }

  get phaseSinceMs(): number {
    return this.#phaseSinceMs
  }

  /** Null unless halted. */
  get halted(): NodeFailure | null {
    return this.#halted
  }

  get engine(): {restarts: number; restartingSinceMs: number | null} {
    return {restarts: this.#restarts, restartingSinceMs: this.#restartingSinceMs}
  }

  /** Null until enough blocks have arrived. */
  get clockSkewMs(): number | null {
    if (this.#skews.length < SKEW_SAMPLES) return null
    return this.#skews.toSorted((a, b) => a - b)[Math.floor(SKEW_SAMPLES / 2)]!
  }

  entered(phase: NodePhase): void {
    if (phase === this.#phase) return
    this.#phase = phase
    this.#phaseSinceMs = this.#clock.nowMs()
  }

  halts(error: unknown): void {
    this.entered('halted')
    this.#halted = nodeFailureOf(error, this.#clock.nowMs())
  }

  engineRestarts(): void {
    this.#restarts++
    this.#restartingSinceMs ??= this.#clock.nowMs()
  }

  engineWorks(): void {
    this.#restartingSinceMs = null
  }

  /** A fresh block of another producer arrived; its time is truncated to whole seconds. */
  blockCame(timestamp: number): void {
    this.#skews.push(Math.round(this.#clock.nowMs() - timestamp * 1000 - 500))
    if (this.#skews.length > SKEW_SAMPLES) this.#skews.shift()
  }
}

export function nodeFailureOf(error: unknown, sinceMs: number): NodeFailure {
  const code = error instanceof MetisSeqError ? error.code : codeOf(error)
  return {code, message: messageOf(error), sinceMs}
}

function codeOf(error: unknown): string {
  if (isWrongAnswer(error)) return WRONG_ANSWER
  if (error instanceof RpcTransportError) return 'UNREACHABLE'
  return error instanceof RpcResponseError ? 'REFUSED' : 'UNEXPECTED'
}
