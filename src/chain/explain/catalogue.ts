import {toFunctionSelector, type Hex} from 'viem'

import {marketRefusals} from '../defi/markets.ts'
import {lstRefusals} from '../lst/providers.ts'
import {bridgeReasons} from './bridges.ts'
import type {CatalogueEntry} from './entry.ts'
import {messengerReasons} from './messengers.ts'
import {lockingInfoReasons} from './locking-info.ts'
import {lockingPoolErrors, lockingPoolOfficeReasons, lockingPoolReasons} from './locking-pool.ts'
import {oldTokenReasons} from './old-token.ts'
import {openZeppelinEntries} from './openzeppelin.ts'
import {openZeppelinTokenReasons} from './openzeppelin-tokens.ts'
import {panics} from './panics.ts'
import {providerEntries} from './providers.ts'
import {realBridgeReasons} from './real-bridge.ts'
import {sequencerSetReasons} from './sequencer-set.ts'
import {tokenReasons} from './tokens.ts'

/** Every refusal this tool can explain, those an operator meets most often first. */
export const catalogue: readonly CatalogueEntry[] = [
  ...lockingPoolErrors,
  ...lockingPoolReasons,
  ...lockingInfoReasons,
  ...tokenReasons,
  ...oldTokenReasons,
  ...bridgeReasons,
  ...realBridgeReasons,
  ...lockingPoolOfficeReasons,
  ...sequencerSetReasons,
  ...lstRefusals.own,
  ...marketRefusals,
  ...messengerReasons,
  ...openZeppelinEntries,
  ...openZeppelinTokenReasons,
  ...providerEntries,
  ...panics,
]

/** Where a refusal was met. Two contracts, and two calls, may use one text with different meanings. */
export interface Place {
  contract?: string | undefined
  functionName?: string | undefined
}

const ERROR_SELECTOR: Hex = '0x08c379a0'
const PANIC_SELECTOR: Hex = '0x4e487b71'

/** First four bytes of the revert data of an entry. */
export function selectorOf(entry: CatalogueEntry): Hex {
  if (entry.kind === 'text') return ERROR_SELECTOR
  return entry.kind === 'panic' ? PANIC_SELECTOR : toFunctionSelector(`function ${entry.subject}`)
}

/** Name of the ABI error, without its arguments. */
export function nameOf({subject}: CatalogueEntry): string {
  return subject.split('(')[0] ?? subject
}

/** Entries for a decoded reason, the one that fits the place best first. */
export function findReason(reason: string, place: Place = {}): CatalogueEntry[] {
  const found = catalogue.filter(
    ({kind, subject, open}) =>
      kind === 'text' && (open ? reason.startsWith(subject) : reason === subject),
  )
  return ranked(found, place)
}

/** Entries for the name of a custom error, the one that fits the place best first. */
export function findError(name: string, place: Place = {}): CatalogueEntry[] {
  const found = catalogue.filter((entry) => entry.kind === 'error' && nameOf(entry) === name)
  return ranked(found, place)
}

/** @param code as in `Panic(uint256)` */
export function findPanic(code: bigint, place: Place = {}): CatalogueEntry[] {
  const subject = `0x${code.toString(16).padStart(2, '0')}`
  const found = catalogue.filter((entry) => entry.kind === 'panic' && entry.subject === subject)
  // A panic explained for one call says nothing of the panics of another.
  return ranked(found, place).filter(
    (entry) =>
      entry.contracts.length === 0 ||
      place.contract === undefined ||
      fits(entry, place) >= (place.functionName === undefined ? 1 : 3),
  )
}

function ranked(entries: CatalogueEntry[], place: Place): CatalogueEntry[] {
  // Of entries that are all from elsewhere, the one for any contract fits a known one best.
  const rank = (entry: CatalogueEntry) =>
    fits(entry, place) || (place.contract !== undefined && entry.contracts.length === 0 ? 0.5 : 0)
  return narrowed(entries, place).toSorted((a, b) => rank(b) - rank(a))
}

/**
 * What that contract, or that function, can mean by it. Where it can mean nothing of it, everything is kept: it is
 * better to hear of another place than of none.
 */
export function narrowed(entries: CatalogueEntry[], place: Place): CatalogueEntry[] {
  const best = Math.max(0, ...entries.map((entry) => fits(entry, place)))
  const least = place.functionName === undefined ? Math.min(best, 1) : Math.min(best, 2)
  return entries.filter(
    (entry) => fits(entry, place) >= least || (entry.contracts.length === 0 && best < 3),
  )
}

/** 3: this very call. 2: this contract's code. 1: another call of this contract. 0: elsewhere. */
function fits({calls, contracts}: CatalogueEntry, {contract, functionName}: Place): number {
  if (contract === undefined) return 0
  if (functionName !== undefined && calls.includes(`${contract}.${functionName}`)) return 3
  if (contracts.includes(contract)) return calls.length === 0 || functionName === undefined ? 2 : 1
  return calls.some((call) => call.startsWith(`${contract}.`)) ? 1 : 0
}
