import type {Hash} from 'viem'
import {getTransactionCount} from 'viem/actions'

import {
  readHeads,
  readInclusion,
  type ChainHeads,
  type Inclusion,
} from '../../chain/actions/transactions/read-transaction.ts'
import {systemClock, type Clock} from '../../lib/clock.ts'
import {exitOfInterrupt, MetisSeqError} from '../../lib/errors.ts'
import type {JournalEntry} from '../../store/journal.ts'
import type {Context} from '../context.ts'
import {
  clientOf,
  connectionError,
  layerOf,
  locateTransaction,
  type Layer,
  type Located,
} from './transactions.ts'

export type WaitGoal = 'confirmed' | 'safe' | 'finalized'

export interface WaitOptions {
  goal: WaitGoal
  /** Required confirmations, including its own block; for the goal `confirmed`. */
  confirmations: bigint
  limitMs: number
  pollMs: number
  clock?: Clock
  signal: AbortSignal
  /** Called on every change. */
  onProgress(text: string): void
}

/** Outcome of the wait: the transaction is in the chain at the requested depth. */
export interface Waited {
  hash: Hash
  layer: Layer
  goal: WaitGoal
  succeeded: boolean
  inclusion: Inclusion
  confirmations: bigint
  /** Blocks that contained the transaction and were reorged during the wait. */
  lostBlocks: Hash[]
}

/** Polls for a missing receipt before a transaction counts as replaced. */
const REPLACED_LOOKS = 8

interface Wait {
  context: Context
  hash: Hash
  entry: JournalEntry | undefined
  options: WaitOptions
  located: Located | undefined
  lostBlocks: Hash[]
  seen: Inclusion | undefined
  missed: number
  said: string
}

/**
 * Waits until a transaction is in the chain at the requested depth. A receipt only counts while the
 * chain still has its block, so a reorg during the wait never ends in a wrong "done".
 *
 * @throws {MetisSeqError} TX_REPLACED (its nonce was used by another), TX_UNKNOWN (not there in time),
 *   TAG_UNSUPPORTED, INTERRUPTED, and the error of an endpoint that never responded
 */
export async function waitForHash(
  context: Context,
  hash: Hash,
  entry: JournalEntry | undefined,
  options: WaitOptions,
): Promise<Waited> {
  const clock = options.clock ?? systemClock
  const started = clock.monotonicMs()
  const wait: Wait = {
    ...{context, hash, entry, options, located: undefined},
    ...{lostBlocks: [], seen: undefined, missed: 0, said: ''},
  }
  let answered = false
  let silence: MetisSeqError | undefined
  for (;;) {
    try {
      const done = await look(wait)
      if (done) return done
      answered = true
      silence = undefined
    } catch (error) {
      const failure = connectionError(error)
      if (failure.exit !== 'unreachable' || !answered) throw failure
      silence = failure
      say(wait, 'The endpoint does not respond; still waiting.')
    }
    if (clock.monotonicMs() - started >= options.limitMs) throw notInTime(wait, silence)
    await clock.sleep(options.pollMs, options.signal).catch(() => {
      throw interrupted(wait)
    })
  }
}

async function look(wait: Wait): Promise<Waited | undefined> {
  const {context, hash} = wait
  const layer = await layerOfWait(wait)
  if (!layer) {
    say(wait, 'No node knows the transaction yet.')
    return undefined
  }
  const client = clientOf(context, layer)
  const [inclusion, heads] = await Promise.all([readInclusion(client, hash), readHeads(client)])
  noteLoss(wait, inclusion)
  if (!inclusion) {
    await checkReplaced(wait, layer)
    if (wait.missed === 0) say(wait, 'Sent, but not in a block yet.')
    return undefined
  }
  wait.missed = 0
  return judge(wait, layer, inclusion, heads)
}

async function layerOfWait(wait: Wait): Promise<Layer | undefined> {
  const {context, hash, entry} = wait
  if (wait.located) return wait.located.layer
  const fromJournal = entry ? layerOf(context, entry) : undefined
  const {located, unreachable} = await locateTransaction(context, hash, fromJournal)
  wait.located = located
  if (located) return located.layer
  if (unreachable[0]) throw unreachable[0].error
  return fromJournal
}

/** A reorged block that contained it is reported and counted, and the wait starts again. */
function noteLoss(wait: Wait, inclusion: Inclusion | undefined): void {
  const {seen} = wait
  if (seen && seen.blockHash !== inclusion?.blockHash) {
    wait.lostBlocks.push(seen.blockHash)
    say(
      wait,
      `Block ${seen.blockNumber}, which contained the transaction, was reorged; waiting again.`,
    )
  }
  wait.seen = inclusion
}

function judge(
  wait: Wait,
  layer: Layer,
  inclusion: Inclusion,
  heads: ChainHeads,
): Waited | undefined {
  const {options, hash, lostBlocks} = wait
  const {goal} = options
  const confirmations = heads.head - inclusion.blockNumber + 1n
  const verb = inclusion.succeeded ? 'Mined' : 'Mined, but failed,'
  if (goal === 'confirmed') {
    if (confirmations < options.confirmations) {
      say(
        wait,
        `${verb} in block ${inclusion.blockNumber}; ${max(confirmations, 1n)} of ${options.confirmations} confirmations.`,
      )
      return undefined
    }
  } else {
    const reached = heads[goal]
    if (reached === null) throw tagUnsupported(goal, layer)
    if (reached < inclusion.blockNumber) {
      say(wait, `${verb} in block ${inclusion.blockNumber}; the ${goal} block is ${reached}.`)
      return undefined
    }
  }
  const {succeeded} = inclusion
  return {
    hash,
    layer,
    goal,
    succeeded,
    inclusion,
    confirmations: max(confirmations, 1n),
    lostBlocks,
  }
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

/** Another transaction with its nonce was mined; a single poll is not enough, as backends are not in sync. */
async function checkReplaced(wait: Wait, layer: Layer): Promise<void> {
  const {entry, located, context} = wait
  const from = located?.transaction.from ?? entry?.from
  const nonce = located?.transaction.accountNonce ?? entry?.nonce
  if (from === undefined || nonce === undefined) return
  const client = clientOf(context, layer)
  const next = await getTransactionCount(client, {address: from, blockTag: 'latest'})
  wait.missed = next > nonce ? wait.missed + 1 : 0
  if (wait.missed < REPLACED_LOOKS) return
  throw new MetisSeqError({
    code: 'TX_REPLACED',
    message: `Another transaction with nonce ${nonce} of ${from} was mined instead.`,
    facts: {hash: wait.hash, from, nonce: `${nonce}`, layer},
    hints: ['This one can no longer be mined. Run the command that sent it again.'],
  })
}

function say(wait: Wait, text: string): void {
  if (wait.said === text) return
  wait.said = text
  wait.options.onProgress(text)
}

function tagUnsupported(goal: WaitGoal, layer: Layer): MetisSeqError {
  return new MetisSeqError({
    code: 'TAG_UNSUPPORTED',
    message: `The ${layer} endpoint does not support the ${goal} tag, so it is unknown when the transaction is ${goal}.`,
    facts: {layer, tag: goal},
    hints: ['Wait with `--for confirmed --confirmations N` instead, or use another endpoint.'],
  })
}

const AGAIN = 'Run the same command again to keep waiting; waiting sends nothing.'

function notInTime(
  {hash, options, located, entry}: Wait,
  silence: MetisSeqError | undefined,
): MetisSeqError {
  const seconds = options.limitMs / 1000
  const known = located !== undefined || entry !== undefined
  return new MetisSeqError({
    code: 'TX_UNKNOWN',
    message: silence
      ? 'The endpoint stopped responding, so the state of the transaction is unknown.'
      : known
        ? `The transaction is not ${options.goal} after ${seconds} s, but may still become so.`
        : `No node knows the transaction after ${seconds} s.`,
    // Unknown input may not be a hash at all, so it is only echoed if it is one.
    facts: known ? {hash, goal: options.goal} : {goal: options.goal},
    hints: [
      AGAIN,
      known
        ? 'Run `metis-seq tx show HASH` to see where it is.'
        : 'Check the hash; if it was sent on another network, pass `--network NAME`.',
    ],
    cause: silence,
  })
}

function interrupted({hash, located, options}: Wait): MetisSeqError {
  const {reason} = options.signal
  return new MetisSeqError({
    code: 'INTERRUPTED',
    message: 'Interrupted while waiting; the transaction may still be mined.',
    exit: exitOfInterrupt(reason),
    facts: located ? {hash} : {},
    hints: [AGAIN],
  })
}
