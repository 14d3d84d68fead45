import {formatWeiShort} from '../../lib/units.ts'

/** A price; an oracle answers 0 where it has none. */
export function priceText(base: bigint): string {
  return base === 0n ? 'unknown' : dollars(base)
}

/** Dollars with eight decimals, as text. */
export function dollars(base: bigint): string {
  return `$${formatWeiShort(base * 10n ** 10n)}`
}
