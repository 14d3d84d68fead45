import type {Hash} from 'viem'

/** The newest block of the chain, according to one endpoint. */
export interface EndpointHead {
  /** Scheme and host. */
  endpoint: string
  number: bigint
  timeSeconds: number
}

/** An endpoint this far behind another one, by the times of their blocks, is stale. */
const LAG_SECONDS = 60

/** Endpoints whose newest block is far older than that of another one. */
export function staleEndpoints(heads: readonly EndpointHead[]): EndpointHead[] {
  const newest = heads.reduce((best, head) => (head.number > best.number ? head : best), heads[0]!)
  return heads.filter(
    ({number, timeSeconds}) =>
      number < newest.number && newest.timeSeconds - timeSeconds > LAG_SECONDS,
  )
}

/**
 * The height at which all of these endpoints must agree.
 *
 * @param depth blocks below the lowest head, so that a reorg near the head is no disagreement
 */
export function commonBlock(heads: readonly EndpointHead[], depth: bigint): bigint {
  const lowest = heads.reduce(
    (least, {number}) => (number < least ? number : least),
    heads[0]!.number,
  )
  return lowest > depth ? lowest - depth : 0n
}

/** True when endpoints return different blocks. An endpoint that lacks the block does not count. */
export function isDisagreement(hashes: readonly (Hash | null)[]): boolean {
  return new Set(hashes.filter((hash) => hash !== null)).size > 1
}
