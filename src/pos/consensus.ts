/**
 * How the commands of one or several parties become one history. In: commands that a party proposes. Out: the same
 * commands in one order on every party, each applied once.
 *
 * A command states what a party has observed or wants. The implementation decides whether the others have to agree, and
 * on what; blocks, votes and rounds are its own business.
 */
import type {Hash} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {encode} from './encoding.ts'
import type {Command, PosEvent, PosState} from './state.ts'

/** How far a party is. Two parties at the same height have the same hash. */
export interface Tip {
  /** Commands applied since the beginning, refused ones included. */
  height: number
  /** Over the whole state. */
  appHash: Hash
  state: PosState
}

/** One command as this party has applied it, for good. */
export interface Applied {
  /** After it. */
  height: number
  command: Command
  /** What happened; `refused` where it broke a rule of the state machine. The same on every party. */
  events: readonly PosEvent[]
}

export interface Consensus {
  /** Joins, at the height at which this party stopped. */
  start(): void
  /** Leaves. Proposals that are not applied by then are rejected. */
  stop(): Promise<void>
  /** The newest that this party has applied. It may move at any `await`. */
  tip(): Tip
  /**
   * Offers a command for the next place in the order.
   *
   * @returns once this party has applied it and it would survive a `kill -9`
   * @throws {MetisSeqError} COMMAND_TOO_LARGE, it was not offered; DISK_FULL, it is not applied here
   * @throws {Error} the party stops; the state at the next start shows whether the command was applied
   */
  propose(command: Command): Promise<Applied>
  /**
   * Reports each command that this party applies, whoever proposed it: in order, once, and after it is durable.
   * Commands applied before the listener was added are not reported.
   */
  onApplied(listener: (applied: Applied) => void): void
  /**
   * Whether this party carries out the effects of the present state. At most one party does at a height. When it goes
   * away, another one becomes due, so every effect must tolerate being carried out twice.
   */
  isDue(): boolean
}

/** Every party receives and checks each command, so it stays small. Bytes of the encoded command. */
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
