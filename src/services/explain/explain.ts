import {isAddressEqual, isHex, type Hex} from 'viem'

import {decodeCall, findEvents, findFunctions} from '../../chain/decode-call.ts'
import type {DecodedCall, KnownEvent, KnownFunction} from '../../chain/decode-call.ts'
import {
  catalogue,
  findReason,
  nameOf,
  narrowed,
  selectorOf,
  type Place,
} from '../../chain/explain/catalogue.ts'
import {decodeRevert, explainRevert} from '../../chain/explain/decode-revert.ts'
import type {CatalogueEntry} from '../../chain/explain/entry.ts'
import {knownAddresses} from '../../chain/known-contracts.ts'
import {parseRaw} from '../../chain/parse-raw.ts'
import {cleanText} from '../../lib/clean-text.ts'
import type {ErrorCode} from '../../lib/error-codes/index.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import type {ExitName} from '../../lib/exit-codes.ts'
import {looksLikeAddress, readAddress} from '../../protocol/address-text.ts'
import type {Network} from '../../protocol/network.ts'

export type {DecodedCall, KnownEvent, KnownFunction, Place}

/** An entry of the catalogue, for display. */
export interface Refusal extends Omit<CatalogueEntry, 'open'> {
  selector: Hex
  /** The contract appends a value to the text. */
  open: boolean
}

/** Decoded revert data, before it is explained. */
export interface RevertView {
  name: string
  reason: string | null
  args: readonly string[]
}

/** Explanation of an error of this program by its code. */
export interface ExplainedCode {
  code: ErrorCode
  meaning: string
  /** Usually one; where a code has several, the error itself says which. */
  exits: {exit: ExitName; exitCode: number}[]
  /** Whether the same command may succeed later without a change. */
  retry: 'yes' | 'no' | 'depends'
  /** Names of the facts in its JSON; some are present only when known. */
  facts: string[]
  /** Next steps, most likely first. */
  next: string[]
}

/** The detected kind of an input, with everything known about it. */
export interface Explained {
  readAs: 'selector' | 'revert data' | 'call data' | 'topic' | 'address' | 'error code' | 'text'
  error: ExplainedCode | null
  revert: RevertView | null
  call: DecodedCall | null
  functions: KnownFunction[]
  events: KnownEvent[]
  /** `LockingPool on L1 of andromeda`, for an address. */
  contracts: string[]
  /** Best match first. */
  refusals: Refusal[]
}

export const nothingKnown: Omit<Explained, 'readAs'> = {
  error: null,
  revert: null,
  call: null,
  functions: [],
  events: [],
  contracts: [],
  refusals: [],
}

/** Every entry of the catalogue, with its selector. */
export function listRefusals(): Refusal[] {
  return catalogue.map(toRefusal)
}

export function toRefusal(entry: CatalogueEntry): Refusal {
  return {...entry, open: entry.open === true, selector: selectorOf(entry)}
}

/**
 * Explains an input from built-in knowledge. Queries no chain.
 *
 * @param networks to search for an address
 * @throws {MetisSeqError} EXPLAIN_UNKNOWN with the kinds that were tried
 */
export async function explainOffline(
  input: string,
  place: Place,
  networks: readonly Network[],
): Promise<Explained> {
  const text = input.trim()
  const read = readAddress(text)
  if ('address' in read) return explainAddress(read.address, networks)
  if (looksLikeAddress(text) && /0x[0-9a-f]{40}$/i.test(text))
    throw addressInvalid(text, read.fault)
  if (text.startsWith('0x') && isHex(text)) return explainHex(text, place)
  // Without 0x it may be a private key, so it is neither echoed nor sent anywhere.
  if (/^[0-9a-f]{64}$/i.test(text)) throw bareWord()
  return explainText(text, place)
}

/** @param fault as the end of a sentence */
function addressInvalid(text: string, fault: string): MetisSeqError {
  return new MetisSeqError({
    code: 'ADDRESS_INVALID',
    message: `${text} ${fault}.`,
    facts: {given: text},
  })
}

async function explainHex(text: Hex, place: Place): Promise<Explained> {
  const digits = text.length - 2
  if (digits === 8) return explainSelector(text, place)
  if (digits === 64) {
    const events = findEvents(text)
    if (events.length > 0) return {...nothingKnown, readAs: 'topic', events}
    throw unknown(
      '32 bytes',
      ['event topic'],
      ['Looking up a transaction needs a network: pass `--network NAME`.'],
    )
  }
  const revert = decodeRevert(text)
  const refusals = explainRevert(revert, place).map(toRefusal)
  if (refusals.length > 0 || revert.reason !== undefined || revert.panicCode !== undefined) {
    return {...nothingKnown, readAs: 'revert data', revert: revertView(text), refusals}
  }
  const call = decodeCall(text, place.contract)
  if (call) return {...nothingKnown, readAs: 'call data', call}
  if (await parseRaw(text)) {
    throw unknown(
      'a raw transaction',
      ['revert data', 'call data'],
      ['Run `metis-seq tx decode 0x…` with the same bytes.'],
    )
  }
  if (digits > 8) {
    const found = explainBySelector(text.slice(0, 10) as Hex, place)
    if (found) return found
  }
  throw unknown(
    `${Math.ceil(digits / 2)} bytes of hex`,
    ['error selector', 'function selector', 'revert data', 'call data', 'raw transaction'],
    [],
  )
}

/** The data after the selector is truncated or damaged, but the selector alone is known. */
function explainBySelector(selector: Hex, place: Place): Explained | undefined {
  const found = bySelector(selector, place)
  return found.refusals.length + found.functions.length > 0 ? found : undefined
}

function bySelector(selector: Hex, place: Place): Explained {
  const key = selector.toLowerCase()
  const refusals = catalogue.filter(
    (entry) => entry.kind === 'error' && selectorOf(entry) === key && at(entry, place),
  )
  return {
    ...nothingKnown,
    readAs: 'selector',
    refusals: narrowed(refusals, place).map(toRefusal),
    functions: findFunctions(key),
  }
}

function explainSelector(selector: Hex, place: Place): Explained {
  const standard: Record<string, string> = {
    '0x08c379a0': 'Error(string)',
    '0x4e487b71': 'Panic(uint256)',
  }
  const name = standard[selector.toLowerCase()]
  if (name) {
    return {...nothingKnown, readAs: 'selector', revert: {name, reason: null, args: []}}
  }
  const found = explainBySelector(selector, place)
  if (found) return found
  throw unknown(`the selector ${selector}`, ['error selector', 'function selector'], [])
}

function at(entry: CatalogueEntry, {contract}: Place): boolean {
  if (contract === undefined) return true
  const {contracts, calls} = entry
  return contracts.includes(contract) || calls.some((call) => call.startsWith(`${contract}.`))
}

export function revertView(data: Hex): RevertView {
  const {name, reason, args} = decodeRevert(data)
  return {name, reason: reason === undefined ? null : cleanText(reason), args}
}

function explainAddress(address: Hex, networks: readonly Network[]): Explained {
  const contracts = networks.flatMap((network) => {
    const known = knownAddresses(network)
    return (['L1', 'L2'] as const).flatMap((layer) =>
      known[layer]
        .filter(([, other]) => isAddressEqual(other, address))
        .map(([name]) => `${name} on ${layer} of ${network.name}`),
    )
  })
  if (contracts.length > 0) return {...nothingKnown, readAs: 'address', contracts}
  throw unknown(
    'an address',
    ['contract of a known network'],
    ['Run `metis-seq network show` to see the contracts of a network.'],
  )
}

/** Prefixes and suffixes that nodes and libraries add to a reason. */
const wrappers: readonly RegExp[] = [
  /^error: /i,
  /^(?:execution )?reverted(?: with reason(?: string)?)?:? */i,
  /^vm exception while processing transaction: (?:revert(?:ed with (?:reason string|custom error))?)? */i,
  /^revert:? */i,
]

/** The reason without the text that a node, a library or another tool added. */
function unwrapped(text: string): string {
  let inner = text
  for (const wrapper of wrappers) inner = inner.replace(wrapper, '')
  const quoted = /^(["'`])(.*)\1\.?$/s.exec(inner.trim())
  return (quoted?.[2] ?? inner).trim()
}

function explainText(input: string, place: Place): Explained {
  const text = unwrapped(input)
  const panic = /^panic\w*[ (:]*(?:code )?(0x[0-9a-f]{1,2}|\d{1,3})\)?$/i.exec(text)?.[1]
  if (panic) {
    const refusals = explainRevert({name: 'Panic', panicCode: BigInt(panic), args: []}, place)
    if (refusals.length > 0) return textual(refusals)
  }
  const exact = findReason(text, place)
  if (exact.length > 0) return textual(exact)
  const loose = sought(text, place)
  const bare = text.replace(/\(.*\)$/s, '')
  const functions = findFunctions(bare)
  const events = findEvents(bare)
  if (loose.length + functions.length + events.length > 0) {
    return {...textual(loose), functions, events}
  }
  throw unknown(
    `"${cleanText(input, 80)}"`,
    ['error name', 'reason of a revert', 'panic', 'error code', 'function', 'event'],
    alike(text).map((subject) => `Run \`metis-seq explain '${subject}'\`?`),
  )
}

function textual(entries: CatalogueEntry[]): Explained {
  return {...nothingKnown, readAs: 'text', refusals: entries.map(toRefusal)}
}

/** By error name, error code, or the reason in different case; only then by a part of the reason. */
function sought(text: string, place: Place): CatalogueEntry[] {
  const key = text.toLowerCase()
  const bare = key.replace(/\(.*\)$/s, '')
  if (key === '') return []
  const whole = catalogue.filter(
    (entry) =>
      (entry.kind === 'error' && nameOf(entry).toLowerCase() === bare) ||
      entry.code.toLowerCase() === key ||
      entry.subject.toLowerCase() === key,
  )
  if (whole.length > 0) return narrowed(whole, place)
  const open = catalogue.filter(
    (entry) => entry.open === true && key.includes(entry.subject.toLowerCase().trim()),
  )
  if (open.length > 0) return narrowed(open, place)
  const part = catalogue.filter(
    (entry) =>
      key.length >= 4 && entry.kind === 'text' && entry.subject.toLowerCase().includes(key),
  )
  // A reason in a longer log line, the longest first: a short one may match by chance.
  const inside = catalogue
    .filter(
      ({kind, subject}) =>
        kind === 'text' && subject.length >= 7 && key.includes(subject.toLowerCase()),
    )
    .toSorted((a, b) => b.subject.length - a.subject.length)
  const named = catalogue.filter(
    (entry) => entry.kind === 'error' && key.split(/\W+/).includes(nameOf(entry).toLowerCase()),
  )
  return narrowed([...new Set([...named, ...inside.slice(0, 2), ...part])], place).slice(0, 5)
}

/** Subjects that share most words with the input. */
function alike(text: string): string[] {
  const words = new Set(
    text
      .slice(0, 400)
      .toLowerCase()
      .split(/\W+/)
      .filter((word) => word.length > 3),
  )
  return catalogue
    .map(({subject}) => ({
      subject,
      shared: subject
        .toLowerCase()
        .split(/\W+/)
        .filter((word) => words.has(word)).length,
    }))
    .filter(({shared}) => shared > 0)
    .toSorted((a, b) => b.shared - a.shared)
    .slice(0, 3)
    .map(({subject}) => subject)
}

function unknown(what: string, tried: string[], hints: string[]): MetisSeqError {
  return new MetisSeqError({
    code: 'EXPLAIN_UNKNOWN',
    message: `Nothing is known about ${what}.`,
    exit: 'not-found',
    facts: {triedAs: tried.join(', ')},
    hints: [
      ...hints,
      'Run `metis-seq explain --list` to see every refusal; docs/errors.md lists the error codes.',
    ],
  })
}

function bareWord(): MetisSeqError {
  return new MetisSeqError({
    code: 'EXPLAIN_UNKNOWN',
    message:
      'The input is 32 bytes of hex without 0x and may be a private key, so nothing was looked up.',
    exit: 'usage',
    facts: {triedAs: 'nothing'},
    hints: ['If it is a transaction hash, prefix it with 0x. Never type a private key here.'],
  })
}
