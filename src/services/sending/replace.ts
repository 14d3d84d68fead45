import {MetisSeqError} from '../../lib/errors.ts'
import type {Journal, JournalEntry} from '../../store/journal.ts'
import type {Context} from '../context.ts'
import {
  planReplacement,
  sendReplacement,
  type Replaced,
  type Replacement,
  type ReplacementKind,
} from './replace-transaction.ts'
import {signerOfAddress} from '../signers/signers.ts'
import type {OperationHost} from './host.ts'
import type {SendRequest} from './request.ts'
import {openSessionSigner, withJournal, withSession} from './session.ts'
import {counted} from '../../lib/units.ts'

/** How far back pending transactions are searched. */
const ENTRIES_LOOKED_AT = 500

export type ReplaceRequest = Pick<
  SendRequest,
  'dryRun' | 'maxFeeWei' | 'priorityFeeWei' | 'password' | 'signal'
>

export type ReplaceOutcome = {replacement: Replacement; chain: 'L1' | 'L2'} & (
  | {state: 'previewed'}
  | {state: 'sent'; replaced: Replaced}
)

/**
 * Replaces a stuck transaction: preview, confirm, sign, journal, send, wait.
 *
 * @param wanted hash or journal id; undefined: the only pending one
 * @throws {MetisSeqError} TX_NOT_OPEN, TX_AMBIGUOUS, NOTHING_OPEN and those of the replacement
 */
export async function replaceTransaction(
  context: Context,
  {kind, wanted}: {kind: ReplacementKind; wanted: string | undefined},
  request: ReplaceRequest,
  host: OperationHost,
): Promise<ReplaceOutcome> {
  const original = await withJournal(context, (journal) => findOpen(journal, context, wanted))
  const chain = original.chainId === context.network.l1.chainId ? 'L1' : 'L2'
  const {dryRun, signal, password, ...fees} = request
  const options = {lock: dryRun ? null : ('replace' as const), signal}
  return withSession(context, {chain, from: original.from}, options, host, async (session) => {
    const {dependencies} = session
    const replacement = await planReplacement(kind, original, fees, dependencies)
    if (dryRun) return {state: 'previewed', replacement, chain}
    host.say({kind: 'proposed', proposal: {kind: 'replacement', replacement, chain}})
    await host.ask({text: `Send this transaction on ${context.networkName}?`})
    const signer = await openSessionSigner(context, keyOf(context, replacement), password)
    const replaced = await sendReplacement(replacement, signer, dependencies)
    return {state: 'sent', replacement, chain, replaced}
  })
}

function findOpen(
  journal: Journal,
  {networkName}: Context,
  wanted: string | undefined,
): JournalEntry {
  const here = journal.list(ENTRIES_LOOKED_AT, networkName).filter(({status}) => isOpen(status))
  // Of several with one nonce, the newest has the highest fee: it is the one to outbid.
  const isNewest = (entry: JournalEntry) => !here.some((other) => takesPlaceOf(other, entry))
  const newest = here.filter(isNewest)
  if (wanted === undefined) {
    const [only, ...others] = newest
    if (only && others.length === 0) return only
    throw only ? ambiguous(newest) : nothingOpen(networkName)
  }
  const found = here.find(
    ({id, hash}) => `${id}` === wanted || hash.toLowerCase() === wanted.toLowerCase(),
  )
  if (found) return newest.find((entry) => takesPlaceOf(entry, found)) ?? found
  throw new MetisSeqError({
    code: 'TX_NOT_OPEN',
    message: 'The journal has no pending transaction with this hash or number.',
    exit: 'not-found',
    facts: {network: networkName, open: here.map(({id}) => `${id}`).join(', ') || 'none'},
    hints: ['Run `metis-seq tx list` to see what was sent from here.'],
  })
}

function takesPlaceOf(newer: JournalEntry, older: JournalEntry): boolean {
  const {id, chainId, from, nonce} = older
  return newer.id > id && newer.chainId === chainId && newer.from === from && newer.nonce === nonce
}

function isOpen(status: JournalEntry['status']): boolean {
  return status === 'prepared' || status === 'sent'
}

function nothingOpen(network: string): MetisSeqError {
  return new MetisSeqError({
    code: 'NOTHING_OPEN',
    message: `No transaction sent from here is pending on ${network}.`,
    facts: {network},
    hints: ['Run `metis-seq tx list` to see the outcome of each.'],
  })
}

function ambiguous(open: JournalEntry[]): MetisSeqError {
  const lowest = open.reduce((least, {nonce}) => Math.min(least, nonce), Infinity)
  const first = open.find(({nonce}) => nonce === lowest)
  return new MetisSeqError({
    code: 'TX_AMBIGUOUS',
    message: `${counted(open.length, 'transaction')} are pending; choose one.`,
    facts: Object.fromEntries(open.map(({id, label, hash}) => [`${id}`, `${label}, ${hash}`])),
    hints: [`Nonce ${lowest} blocks the others: pass ${first?.id}.`],
  })
}

function keyOf({config}: Context, {original}: Replacement): string {
  const key = signerOfAddress(config, original.from)
  if (key) return key
  throw new MetisSeqError({
    code: 'KEY_NOT_HERE',
    message: `The key of ${original.from} is not on this machine.`,
    facts: {address: original.from},
    hints: [
      'Import it with `metis-seq key import NAME`, or add the signer that holds it: `metis-seq signer add NAME --url URL`.',
    ],
  })
}
