import type {Address, Hash} from 'viem'

import {HttpError} from './rest-errors.ts'

/** Longest page of a list. Source: Themis `metis/querier.go`. */
const MAX_PAGE = 20n
/** Higher values will not occur for thousands of years. */
const MAX_PAGES = 1n << 40n
const MAX_UINT64 = (1n << 64n) - 1n

/** Source: cosmos-sdk `types/rest`, ParseUint64OrReturnBadRequest. */
export function uint64(text: string): bigint {
  const value = /^\d{1,20}$/.test(text) ? BigInt(text) : MAX_UINT64 + 1n
  if (value > MAX_UINT64) throw new HttpError(400, `'${text}' is not a valid uint64`)
  return value
}

export function addressOf(text: string): Address {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) throw new HttpError(400, `'${text}' is not an address`)
  return text.toLowerCase() as Address
}

export function hashOf(text: string): Hash {
  if (!/^0x[0-9a-fA-F]{64}$/.test(text)) throw new HttpError(400, `'${text}' is not a hash`)
  return text.toLowerCase() as Hash
}

/** @returns null for a page that is always empty: a page or a limit of 0 */
export function pageOf(query: URLSearchParams): {page: number; limit: number} | null {
  const page = uint64(query.get('page') ?? '')
  const limit = uint64(query.get('limit') ?? '')
  if (page < 1n || page > MAX_PAGES || limit < 1n) return null
  return {page: Number(page), limit: Number(limit < MAX_PAGE ? limit : MAX_PAGE)}
}
