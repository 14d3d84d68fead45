import type {Hash} from 'viem'

import type {StateCheck} from '../../chain/explain/entry.ts'
import {knownPlace} from '../../chain/explain/known-place.ts'
import {findEvents} from '../../chain/decode-call.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import type {Home} from '../../store/home.ts'
import {listNetworks} from '../../store/networks.ts'
import type {Context} from '../context.ts'
import {readFindings, subjectOf, type Finding, type Subject} from './explain-state.ts'
import {explainTransaction, type ExplainedTransaction} from './explain-transaction.ts'
import {errorCodeIn, explainCode} from './explain-code.ts'
import {explainOffline, type Explained, type Place, type Refusal} from './explain.ts'
import {
  connectionError,
  findJournalEntry,
  isHash,
  type TransactionView,
  type Unreachable,
} from '../sending/transactions.ts'

export interface Explanation {
  subject:
    | {kind: 'known'; explained: Explained}
    | {kind: 'transaction'; explained: ExplainedTransaction}
  state: {findings: Finding[]; where: string}
  /** Sources that did not respond; the rest is reported anyway. */
  unreachable: Unreachable[]
}

export interface ExplainOptions {
  /** Human-readable name. */
  place: Place
  /** The network to query; undefined without one. It takes precedence over the profile's. */
  open(network?: string): Context | undefined
  onProgress(text: string): void
}

/**
 * Explains an input, with findings from the chain where a network is available.
 *
 * @throws {MetisSeqError} EXPLAIN_UNKNOWN, PLACE_UNKNOWN, TX_NOT_FOUND, or the error of an endpoint
 *   when nothing is known without it
 */
export async function explainAnything(
  home: Home,
  input: string,
  options: ExplainOptions,
): Promise<Explanation> {
  const text = input.trim()
  const place = knownPlace(options.place)
  // A topic is 32 bytes too, and known without a query.
  if (isHash(text) && findEvents(text).length === 0) {
    return explainHash(home, text, options)
  }
  const networks = listNetworks(home).map(({network}) => network)
  const code = errorCodeIn(text)
  const explained = code ? explainCode(code, place) : await explainOffline(text, place, networks)
  const context = checksOf(explained.refusals).length > 0 ? options.open() : undefined
  const {findings, unreachable} = context
    ? await readState(context, explained.refusals, subjectOf(context), options)
    : {findings: [], unreachable: []}
  return {
    subject: {kind: 'known', explained},
    state: {findings, where: context ? whereOf(context) : ''},
    unreachable,
  }
}

async function explainHash(home: Home, hash: Hash, options: ExplainOptions): Promise<Explanation> {
  const entry = findJournalEntry(home, hash)
  const context = options.open(entry?.network)
  if (!context) throw hashOffline()
  options.onProgress('Looking for the transaction.')
  const explained = await explainTransaction(context, hash, entry)
  const subject = subjectOf(context, explained.view.from, sequencerIdIn(explained.view))
  const {findings, unreachable} = await readState(context, explained.refusals, subject, options)
  return {
    subject: {kind: 'transaction', explained},
    state: {findings, where: whereOf(context)},
    unreachable: [...explained.unreachable, ...unreachable],
  }
}

/** The sequencer that a LockingPool call refers to. */
function sequencerIdIn({call}: TransactionView): bigint | undefined {
  const id = call?.args.find(({name}) => name === 'seqId')?.value
  return id === undefined ? undefined : BigInt(id)
}

function checksOf(refusals: readonly Refusal[]): StateCheck[] {
  return [...new Set(refusals.flatMap(({check}) => (check ? [check] : [])))]
}

async function readState(
  context: Context,
  refusals: readonly Refusal[],
  subject: Subject,
  {onProgress}: ExplainOptions,
): Promise<{findings: Finding[]; unreachable: Unreachable[]}> {
  const findings: Finding[] = []
  const unreachable: Unreachable[] = []
  for (const check of checksOf(refusals)) {
    onProgress(`Reading the state of ${context.networkName}.`)
    try {
      findings.push(...(await readFindings(context, check, refusals, subject)))
    } catch (error) {
      const layer = check === 'epoch' || check === 'lst' ? 'L2' : 'L1'
      unreachable.push({layer, error: connectionError(error)})
      break
    }
  }
  return {findings, unreachable}
}

function whereOf({profileName, networkName}: Context): string {
  return profileName ? `${profileName} on ${networkName}` : `on ${networkName}`
}

/** The hash is not echoed: it may be a private key. */
function hashOffline(): MetisSeqError {
  return new MetisSeqError({
    code: 'EXPLAIN_UNKNOWN',
    message: 'The input is not an event topic, and looking up a transaction needs a network.',
    exit: 'not-found',
    facts: {triedAs: 'event topic'},
    hints: [
      'Pass `--network NAME` to look up a transaction with that hash.',
      'Run `metis-seq explain --list` to see every refusal; docs/errors.md lists the error codes.',
    ],
  })
}
