import {cleanText} from '../../lib/clean-text.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {nearest} from '../../lib/nearest.ts'
import {abisByContract} from '../known-contracts.ts'
import {catalogue, type Place} from './catalogue.ts'

/**
 * Where a refusal was met, in the spelling of this program; capitals do not count, nor the arguments of a function.
 *
 * @throws {MetisSeqError} PLACE_UNKNOWN for a name that would narrow nothing
 */
export function knownPlace({contract, functionName}: Place): Place {
  if (contract === undefined) return {}
  const known = knownContracts()
  const place = {contract: find(contract, known) ?? refuse('contract', contract, known)}
  if (functionName === undefined) return place
  const functions = knownFunctions(place.contract)
  const bare = functionName.replace(/\(.*\)$/s, '')
  return {
    ...place,
    functionName:
      find(bare, functions) ?? refuse(`function of ${place.contract}`, functionName, functions),
  }
}

function find(given: string, known: readonly string[]): string | undefined {
  const wanted = given.trim()
  const isSame = (name: string) => name.toLowerCase() === wanted.toLowerCase()
  return known.find((name) => name === wanted) ?? known.find(isSame)
}

/** As in `LockingPool.withdraw`. */
const callOf = (call: string) => call.split('.') as [contract: string, functionName: string]

function knownContracts(): string[] {
  const explained = catalogue.flatMap(({contracts, calls}) => [
    ...contracts,
    ...calls.map((call) => callOf(call)[0]),
  ])
  return sorted([...abisByContract.map(([name]) => name), ...explained])
}

function knownFunctions(contract: string): string[] {
  const inAbi = abisByContract
    .filter(([name]) => name === contract)
    .flatMap(([, abi]) => abi.flatMap((item) => (item.type === 'function' ? [item.name] : [])))
  const explained = catalogue
    .flatMap(({calls}) => calls.map(callOf))
    .flatMap(([name, functionName]) => (name === contract ? [functionName] : []))
  return sorted([...inAbi, ...explained])
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
}

function refuse(what: string, given: string, known: readonly string[]): never {
  const shown = cleanText(given, 60)
  const alike = nearest(shown, known).slice(0, 3)
  throw new MetisSeqError({
    code: 'PLACE_UNKNOWN',
    message:
      known.length > 0
        ? `No ${what} is called ${shown}.`
        : `No ${what} is known here: leave \`--function\` away.`,
    facts: {given: shown, ...(known.length > 0 ? {known: known.join(', ')} : {})},
    hints: alike.length > 0 ? [`Is ${alike.join(' or ')} meant?`] : [],
  })
}
