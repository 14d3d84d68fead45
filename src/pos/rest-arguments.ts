import type {Address, Hash} from 'viem'

/** Longest page of a list. Source: Themis `metis/querier.go`. */
const MAX_PAGE = 20n
const MAX_UINT64 = (1n << 64n) - 1n

/** An answer with `{"error": …}` and this status. */
export class HttpError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

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

export function pageOf(query: URLSearchParams): {page: number; limit: number} {
  const page = uint64(query.get('page') ?? '')
  const limit = uint64(query.get('limit') ?? '')
  if (page < 1n || page > 1_000_000n) throw new HttpError(400, 'page must be from 1 to 1000000')
  if (limit < 1n || limit > MAX_PAGE) {
    throw new HttpError(400, `limit must be from 1 to ${MAX_PAGE}`)
  }
  return {page: Number(page), limit: Number(limit)}
}
