/**
 * How the commands of one or several parties become one history. In: commands that a party proposes. Out: the same
 * commands in one order on every party, each applied once.
 *
 * A command is what a party has seen or wants. Whether the others have to agree, and on what, is the business of the
 * implementation; so are blocks, votes and rounds, of which nothing is known here.
 */
import type {Hash} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {encode} from './encoding.ts'
import type {Command, PosEvent, PosState} from './state.ts'

/** Where a party stands. Two parties at one height have one hash. */
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
  /** Takes part from now on, from the height at which this party was left. */
  start(): void
  /** Takes part no longer. Proposals that are not applied by then are rejected. */
  stop(): Promise<void>
  /** The newest that this party has applied. It may move at any `await`. */
  tip(): Tip
  /**
   * Offers a command for the next place in the order.
   *
   * @returns once this party has applied it and it would survive a `kill -9`
   * @throws {MetisSeqError} COMMAND_TOO_LARGE, it was not offered; DISK_FULL, it is not applied here
   * @throws {Error} the party stops; whether it is applied is then told by the state at the next start
   */
  propose(command: Command): Promise<Applied>
  /**
   * Tells of each command that this party applies, whoever proposed it: in order, once, and when it is durable. Those
   * before the listener came are not told again.
   */
  onApplied(listener: (applied: Applied) => void): void
  /**
   * Whether the effects of the present state are this party's to carry out. At one height that is one party at most.
   * The next one becomes due when it goes away, so that every effect has to bear being carried out twice.
   */
  isDue(): boolean
}

/** What has to travel to every party, and be judged by each, stays small. Bytes of the encoded command. */
export const MAX_COMMAND_BYTES = 65_536

/** @throws {MetisSeqError} COMMAND_TOO_LARGE */
export function assertFits(command: Command): void {
  const bytes = Buffer.byteLength(encode(command))
  if (bytes <= MAX_COMMAND_BYTES) return
  throw new MetisSeqError({
    code: 'COMMAND_TOO_LARGE',
    message: `A command of the consensus layer has ${bytes} bytes, and ${MAX_COMMAND_BYTES} are possible.`,
    facts: {command: command.type, bytes: `${bytes}`, limit: `${MAX_COMMAND_BYTES}`},
  })
}
