/**
 * Orders the commands of one or several parties into one history. In: commands proposed by a party.
 * Out: the same commands in the same order on every party, each applied once.
 *
 * A command states an observation or a request of a party. The implementation decides whether and
 * on what the others must agree; blocks, votes and rounds are its internals.
 */
import type {Hash} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {encode} from './encoding.ts'
import type {Command, PosEvent, PosState} from './state.ts'

/** The position of a party. Two parties at the same height have the same hash. */
export interface Tip {
  /** Commands applied since the beginning, including refused ones. */
  height: number
  /** Over the whole state. */
  appHash: Hash
  state: PosState
}

/** One command as applied by this party, final. */
export interface Applied {
  /** The position after the command. */
  height: number
  command: Command
  /**
   * The resulting events; `refused` if it broke a rule of the state machine. The same on every
   * party.
   */
  events: readonly PosEvent[]
}

export interface Consensus {
  /** Joins, at the height at which this party stopped. */
  start(): void
  /** Leaves. Proposals that are not applied by then are rejected. */
  stop(): Promise<void>
  /** The newest position that this party has applied. It may change at any `await`. */
  tip(): Tip
  /**
   * Proposes a command for the next position in the order.
   *
   * @returns once this party has applied it and it would survive a `kill -9`
   * @throws {MetisSeqError} COMMAND_TOO_LARGE, it was not proposed; DISK_FULL, it is not applied
   * here
   * @throws {Error} the party is stopping; the state at the next start shows whether the command
   * was applied
   */
  propose(command: Command): Promise<Applied>
  /**
   * Reports each command that this party applies, whoever proposed it: in order, once, and after it
   * is durable. Commands applied before the listener was added are not reported.
   */
  onApplied(listener: (applied: Applied) => void): void
  /**
   * Whether this party executes the effects of the current state. At most one party does so at a
   * height. If it disappears, another one takes over, so every effect must tolerate being executed
   * twice.
   */
  isDue(): boolean
}

/**
 * Every party receives and checks each command, so it stays small. Bytes of the encoded command.
 */
export const MAX_COMMAND_BYTES = 65_536

/** @throws {MetisSeqError} COMMAND_TOO_LARGE */
export function assertFits(command: Command): void {
  const bytes = Buffer.byteLength(encode(command))
  if (bytes <= MAX_COMMAND_BYTES) return
  throw new MetisSeqError({
    code: 'COMMAND_TOO_LARGE',
    message: `A command of the consensus layer has ${bytes} bytes; the limit is ${MAX_COMMAND_BYTES}.`,
    facts: {command: command.type, bytes: `${bytes}`, limit: `${MAX_COMMAND_BYTES}`},
  })
}
