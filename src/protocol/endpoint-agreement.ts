import type {Hash} from 'viem'

/** What one endpoint says is the newest block of its chain. */
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
 * The block that all of these endpoints must have in common.
 *
 * @param depth blocks below the lowest head, so that what the chain may still replace is no disagreement
 */
export function commonBlock(heads: readonly EndpointHead[], depth: bigint): bigint {
  const lowest = heads.reduce(
    (least, {number}) => (number < least ? number : least),
    heads[0]!.number,
  )
  return lowest > depth ? lowest - depth : 0n
}

/** True when not all endpoints name the same block. An endpoint that does not have it says nothing. */
export function isDisagreement(hashes: readonly (Hash | null)[]): boolean {
  return new Set(hashes.filter((hash) => hash !== null)).size > 1
}
