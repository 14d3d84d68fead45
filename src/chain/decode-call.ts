import {
  decodeFunctionData,
  toEventSelector,
  toFunctionSelector,
  type AbiEvent,
  type AbiFunction,
  type AbiParameter,
  type Hex,
} from 'viem'

import {cleanText} from '../lib/clean-text.ts'
import {stringifyJson} from '../lib/json.ts'
import {tokenText} from '../protocol/amount.ts'
import {marketAbis} from './defi/markets.ts'
import {abisByContract} from './known-contracts.ts'
import {lstAmounts} from './lst/providers.ts'

export interface DecodedArg {
  name: string
  type: string
  /** As the contract expects it. */
  value: string
  /** The same in readable form, if the raw value is hard to read. */
  display?: string
}

/** A call decoded with our ABIs. */
export interface DecodedCall {
  /** The contract, by its address; without an address, the first one with the function. */
  contract: string
  /** True: the contract is known by its address, not only by the function. */
  contractProven: boolean
  /** Other contracts of ours with the same function. */
  alsoIn: string[]
  functionName: string
  /** `withdraw(uint256,uint256)` */
  signature: string
  selector: Hex
  args: DecodedArg[]
}

/** A function in our ABIs with the contracts that have it. */
export interface KnownFunction {
  contracts: string[]
  functionName: string
  signature: string
  selector: Hex
}

/** An event in our ABIs with the contracts that emit it. */
export interface KnownEvent {
  contracts: string[]
  eventName: string
  signature: string
  topic: Hex
}

/**
 * Decodes a call with our ABIs; undefined when none has such a function or the arguments do not
 * match.
 *
 * @param contract name of the called contract, when its address is known
 */
export function decodeCall(data: Hex, contract?: string): DecodedCall | undefined {
  const selector = data.slice(0, 10).toLowerCase()
  const fitting = functionsOf().filter((each) => each.selector === selector)
  const chosen = fitting.find((each) => each.contract === contract) ?? fitting[0]
  if (!chosen) return undefined
  try {
    const {args = []} = decodeFunctionData({abi: [chosen.item], data})
    const proven = chosen.contract === contract
    return {
      contract: chosen.contract,
      contractProven: proven,
      alsoIn: proven ? [] : fitting.filter((each) => each !== chosen).map((each) => each.contract),
      functionName: chosen.item.name,
      signature: signatureOf(chosen.item),
      selector: chosen.selector,
      args: chosen.item.inputs.map((input, index) => {
        const value: unknown = (args as readonly unknown[])[index]
        return toArg(input, value, index, chosen)
      }),
    }
  } catch {
    return undefined
  }
}

/** Functions with a selector or a name, one for each signature. */
export function findFunctions(wanted: string): KnownFunction[] {
  const key = wanted.toLowerCase()
  const found = functionsOf().filter(
    ({selector, item}) => selector === key || item.name.toLowerCase() === key,
  )
  return [...Map.groupBy(found, ({item}) => signatureOf(item))].map(([signature, group]) => ({
    contracts: group.map(({contract}) => contract),
    functionName: group[0]!.item.name,
    signature,
    selector: group[0]!.selector,
  }))
}

/** Events with a topic hash or a name, one for each signature. */
export function findEvents(wanted: string): KnownEvent[] {
  const key = wanted.toLowerCase()
  const events = abisByContract.flatMap(([contract, abi]) =>
    abi
      .filter((item): item is AbiEvent => item.type === 'event')
      .map((item) => ({contract, item, topic: toEventSelector(item)})),
  )
  const found = events.filter(({topic, item}) => topic === key || item.name.toLowerCase() === key)
  return [...Map.groupBy(found, ({topic}) => topic)].map(([topic, group]) => ({
    contracts: group.map(({contract}) => contract),
    eventName: group[0]!.item.name,
    signature: signatureOf(group[0]!.item),
    topic,
  }))
}

interface OwnFunction {
  contract: string
  item: AbiFunction
  selector: Hex
}

let functions: OwnFunction[] | undefined

/** Built once, when the first call is decoded. */
function functionsOf(): OwnFunction[] {
  functions ??= abisByContract.flatMap(([contract, abi]) =>
    abi
      .filter((item): item is AbiFunction => item.type === 'function')
      .map((item) => ({contract, item, selector: toFunctionSelector(item)})),
  )
  return functions
}

function signatureOf({name, inputs}: AbiFunction | AbiEvent): string {
  return `${name}(${inputs.map(({type}) => type).join(',')})`
}

/** Arguments that are amounts of METIS; providers add their own. All have 18 decimals. */
const amountName =
  /^_?(?:amount|incoming|locked|fromReward|reward|totalReward|newReward|minLock|maxLock|addedValue|subtractedValue|value|metisAmount|cost)$/

/** Some contracts store an amount in fewer bits. */
const amountTypes: readonly string[] = ['uint256', 'uint120']

function toArg(
  {name, type}: AbiParameter,
  value: unknown,
  index: number,
  {contract, item}: OwnFunction,
): DecodedArg {
  const plain = (name ?? '').replace(/^_/, '')
  const arg = {name: plain || `argument ${index + 1}`, type, value: textOf(value)}
  if (typeof value !== 'bigint' || !amountTypes.includes(type) || !isAmount(name ?? '')) return arg
  if (isOfMarket(contract)) return arg
  const lst = lstAmounts.find((amounts) => amounts.isTokenArgument(contract, plain, item.name))
  return {...arg, display: tokenText(value, lst?.token ?? 'METIS', 18)}
}

/** Their amounts are of any token, with any decimals: the label of a planned call says of which. */
function isOfMarket(contract: string): boolean {
  return marketAbis.some(([name]) => name === contract)
}

function isAmount(name: string): boolean {
  return amountName.test(name) || lstAmounts.some(({names}) => names.test(name))
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value.startsWith('0x') ? value : cleanText(value)
  return typeof value === 'object' ? stringifyJson(value) : String(value)
}
