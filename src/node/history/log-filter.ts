/** A client's log filter: addresses, and topics by position. Pure. */
import type {Address, Hex} from 'viem'

import {isRecord} from '../../lib/json.ts'
import {RPC_FILTER_VALUES} from '../rpc-limits.ts'
import {RpcError, rpcCodes} from '../rpc/json-rpc.ts'
import type {KeptLog} from './kept-log.ts'

export interface LogFilter {
  /** Empty: any. Lower-case. */
  addresses: readonly Address[]
  /** By position; empty: any at this position. Lower-case. */
  topics: readonly (readonly Hex[])[]
}

/** @throws {RpcError} with a message for the client */
export function parseLogFilter(value: unknown): LogFilter {
  const filter = value ?? {}
  if (!isRecord(filter)) throw invalid('The filter is not an object.')
  const {address, topics} = filter
  if (topics !== undefined && topics !== null && !Array.isArray(topics)) {
    throw invalid('The topics of the filter are not a list.')
  }
  const positions: readonly unknown[] = Array.isArray(topics) ? topics : []
  if (positions.length > 4) throw invalid('A log has at most four topics.')
  return {
    addresses: oneOrMany(address, 40, 'address') as Address[],
    topics: positions.map((topic) => oneOrMany(topic, 64, 'topic')),
  }
}

export function matches({addresses, topics}: LogFilter, log: KeptLog): boolean {
  if (addresses.length > 0 && !addresses.includes(log.address)) return false
  return topics.every((wanted, position) => {
    const topic = log.topics[position]
    if (topic === undefined) return false
    return wanted.length === 0 || wanted.includes(topic)
  })
}

/**
 * The last 32 bits of each address and topic of these logs, sorted: enough to skip nearly all logs
 * that do not match.
 */
export function marksOf(logs: readonly KeptLog[]): Uint32Array {
  const marks = new Set<number>()
  for (const {address, topics} of logs) {
    marks.add(markOf(address))
    for (const topic of topics) marks.add(markOf(topic))
  }
  return Uint32Array.from(marks).sort()
}

/** False only when no log with these marks can match. */
export function mayMatch({addresses, topics}: LogFilter, marks: Uint32Array): boolean {
  const asked = [addresses, ...topics].filter((values) => values.length > 0)
  return asked.every((values) => values.some((value) => contains(marks, markOf(value))))
}

function markOf(value: Hex): number {
  return Number.parseInt(value.slice(-8), 16)
}

function contains(sorted: Uint32Array, wanted: number): boolean {
  let low = 0
  let high = sorted.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const found = sorted[middle]!
    if (found === wanted) return true
    if (found < wanted) low = middle + 1
    else high = middle - 1
  }
  return false
}

function oneOrMany(value: unknown, digits: number, what: string): Hex[] {
  if (value === undefined || value === null) return []
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (values.length > RPC_FILTER_VALUES) {
    throw invalid(`A filter has at most ${RPC_FILTER_VALUES} values at a position.`)
  }
  // As in geth: a list that contains null matches anything.
  if (values.includes(null)) return []
  return values.map((one) => {
    if (typeof one === 'string' && one.length === digits + 2 && /^0x[0-9a-f]+$/i.test(one)) {
      return one.toLowerCase() as Hex
    }
    throw invalid(`The filter has a ${what} that is not ${digits / 2} bytes of hex.`)
  })
}

function invalid(message: string): RpcError {
  return new RpcError(rpcCodes.invalidParams, message)
}
