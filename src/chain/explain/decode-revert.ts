import {decodeErrorResult, parseAbi, parseAbiItem, type AbiParameter, type Hex} from 'viem'

import {catalogue, findError, findPanic, findReason, selectorOf, type Place} from './catalogue.ts'
import type {CatalogueEntry} from './entry.ts'

/** Revert data in words. */
export interface DecodedRevert {
  /** ABI name of the error, `Panic(0x11)`, `no reason given` or `unknown error 0x…`. */
  name: string
  /** Text of `Error(string)`. */
  reason?: string
  panicCode?: bigint
  args: readonly string[]
}

const standardErrors = parseAbi(['error Error(string)', 'error Panic(uint256)'])

/** Never throws: data that is no error of the catalogue is named as such. */
export function decodeRevert(data: Hex): DecodedRevert {
  if (data === '0x') return {name: 'no reason given', args: []}
  try {
    const {errorName, args} = decodeErrorResult({abi: standardErrors, data})
    if (errorName === 'Error') return {name: errorName, reason: String(args[0]), args: []}
    return {name: `Panic(0x${args[0].toString(16)})`, panicCode: args[0], args: []}
  } catch {
    return decodeCustom(data) ?? {name: `unknown error ${data.slice(0, 10)}`, args: []}
  }
}

function decodeCustom(data: Hex): DecodedRevert | undefined {
  const selector = data.slice(0, 10).toLowerCase()
  const entry = catalogue.find((each) => each.kind === 'error' && selectorOf(each) === selector)
  if (!entry) return undefined
  try {
    const item = parseAbiItem(`error ${entry.subject}`) as {
      type: 'error'
      name: string
      inputs: readonly AbiParameter[]
    }
    const {errorName, args} = decodeErrorResult({abi: [item], data})
    const values: readonly unknown[] = args ?? []
    return {name: errorName, args: values.map(String)}
  } catch {
    // The selector is known, and what follows it is not what the error carries.
    return undefined
  }
}

/** Entries that explain decoded revert data, the one that fits the place best first. */
export function explainRevert(revert: DecodedRevert, place: Place = {}): CatalogueEntry[] {
  if (revert.reason !== undefined) return findReason(revert.reason, place)
  if (revert.panicCode !== undefined) return findPanic(revert.panicCode, place)
  return findError(revert.name, place)
}
