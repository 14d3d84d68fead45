import {MetisSeqError} from '../lib/errors.ts'
import type {Context} from '../services/context.ts'
import {openNamedSigner} from '../services/open-signer.ts'
import {
  planReplacement,
  sendReplacement,
  type Replacement,
  type ReplacementKind,
} from '../services/replace-transaction.ts'
import {signerOfAddress} from '../services/signers.ts'
import {openJournal, type Journal, type JournalEntry} from '../store/journal.ts'
import {replacementJson, replacementText} from '../ui/presenters/replacement.ts'
import type {Result} from './operator-command.ts'
import {passwordAccess, type PasswordFlags} from './password-flags.ts'
import {lockAccount} from './account-lock.ts'
import {chainOf, pagesOf, proveAndWarn, reporterFor, type SendHost} from './send.ts'

/** How far back an open transaction is looked for. */
const ENTRIES_LOOKED_AT = 500

export interface ReplaceFlags extends PasswordFlags {
  'dry-run': boolean
  'max-fee'?: bigint | undefined
  'priority-fee'?: bigint | undefined
}

/**
 * Puts another transaction in the place of one that is stuck: preview, confirm, sign, journal, send, wait.
 *
 * @param wanted hash or journal id; undefined: the only one that is open
 * @throws {MetisSeqError} TX_UNKNOWN_HERE, TX_AMBIGUOUS, NOTHING_OPEN and those of the replacement
 */
export async function replace(
  context: Context,
  kind: ReplacementKind,
  wanted: string | undefined,
  flags: ReplaceFlags,
  host: SendHost,
): Promise<Result> {
  const journal = openJournal(context.home.journalFile)
  try {
    const original = findOpen(journal, context, wanted)
    const chain = original.chainId === context.network.l1.chainId ? 'L1' : 'L2'
    const lookOnly = flags['dry-run']
    await proveAndWarn(context, {chain}, host)
    if (!lookOnly) {
      host.atEnd(await lockAccount(context, {chain, from: original.from}, host, 'replace'))
    }
    const dependencies = {
      ...chainOf(context, {chain}),
      network: context.networkName,
      journal,
      reporter: reporterFor(host, pagesOf(context, {chain})),
      signal: host.signal,
    }
    const fees = {maxFeeWei: flags['max-fee'], priorityFeeWei: flags['priority-fee']}
    const replacement = await planReplacement(kind, original, fees, dependencies)
    const json = replacementJson(replacement)
    if (lookOnly) return {data: json, text: replacementText(replacement, chain)}
    host.say(replacementText(replacement, chain))
    host.keepForFailure(json)
    await host.confirm(`Send this transaction on ${context.networkName}?`)
    const signer = await openNamedSigner(keyOf(context, replacement), {
      timeoutMs: context.timeoutMs,
      home: context.home,
      config: context.config,
      ...passwordAccess(flags, host.mayAsk),
    })
    const {mined, hash, receipt} = await sendReplacement(replacement, signer, dependencies)
    return {
      data: {...json, mined, hash, receipt},
      text: outcomeText(replacement, mined, hash),
      // A script that wanted it stopped must not read this as done.
      ...(kind === 'cancel' && mined === 'original' ? {exit: 'precondition' as const} : {}),
    }
  } finally {
    journal.close()
  }
}

function outcomeText({kind, original}: Replacement, mined: string, hash: string): string {
  if (mined === 'original') {
    return `The original was mined before its replacement: ${original.label}, ${hash}.`
  }
  return kind === 'cancel'
    ? `Cancelled: ${original.label} will never be mined. What was spent is the gas of ${hash}.`
    : `Mined: ${original.label}, ${hash}.`
}

function findOpen(
  journal: Journal,
  {networkName}: Context,
  wanted: string | undefined,
): JournalEntry {
  const here = journal.list(ENTRIES_LOOKED_AT, networkName).filter(({status}) => isOpen(status))
  // Of several in one place the newest offers most: it is the one to outbid.
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
    message: 'The journal has no open transaction with this hash or number.',
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
    message: `No transaction sent from here is open on ${network}.`,
    facts: {network},
    hints: ['Run `metis-seq tx list` to see how each of them ended.'],
  })
}

function ambiguous(open: JournalEntry[]): MetisSeqError {
  const lowest = open.reduce((least, {nonce}) => Math.min(least, nonce), Infinity)
  const first = open.find(({nonce}) => nonce === lowest)
  return new MetisSeqError({
    code: 'TX_AMBIGUOUS',
    message: `${open.length} transactions are open; name one of them.`,
    facts: Object.fromEntries(open.map(({id, label, hash}) => [`${id}`, `${label}, ${hash}`])),
    hints: [`Nonce ${lowest} holds up the others: pass ${first?.id}.`],
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
      'Import it with `metis-seq key import NAME`, or name what signs for it: `metis-seq signer add NAME --url URL`.',
    ],
  })
}
