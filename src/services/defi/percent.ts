import {formatWeiShort} from '../../lib/units.ts'

/** `1.25 %` of a share scaled by 1e18. */
export function percentText(share: bigint, places = 2): string {
  return `${formatWeiShort(share * 100n, places)} %`
}
