import {formatWeiShort} from '../../lib/units.ts'

/** Dollars with eight decimals, as text. */
export function dollars(base: bigint): string {
  return `$${formatWeiShort(base * 10n ** 10n)}`
}
