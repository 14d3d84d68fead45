const WEI_DECIMALS = 18

/** Maximum of 256 bits: no contract stores more. */
const MOST_UNITS = 2n ** 256n - 1n

/** The amount in a text in the smallest units, or why it is invalid, as the end of a sentence. */
export type ReadUnits = {units: bigint} | {fault: string}

/**
 * Decimal text to the smallest units. Accepts ASCII digits with a decimal point, `_` between
 * thousands, and `,` between thousands where it is unambiguous. Half of the world writes `0,5` for
 * a half and the other half `1,000` for a thousand: a single comma without a point is ambiguous and
 * rejected.
 *
 * @param decimals maximum digits after the point; more are rejected, never truncated
 */
export function readUnits(given: string, decimals = WEI_DECIMALS): ReadUnits {
  const text = given.trim()
  const [, whole = '', fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(withoutGroups(text)) ?? []
  if (whole === '') return {fault: whyNoNumber(text)}
  if (fraction.length > decimals) return {fault: `has more than ${decimals} decimals`}
  // 78 digits are enough for 2^256; a million digits are not even parsed.
  const digits = whole.replace(/^0+(?=\d)/, '')
  if (digits.length > 78) return {fault: TOO_MUCH}
  const units = BigInt(digits + fraction.padEnd(decimals, '0'))
  return units > MOST_UNITS ? {fault: TOO_MUCH} : {units}
}

const TOO_MUCH = 'is more than a contract can store'

/** The same for amounts in wei, where the reason does not matter. */
export function parseUnitsText(text: string): bigint | undefined {
  const read = readUnits(text)
  return 'units' in read ? read.units : undefined
}

/** `1_000`, `1,000,000` and `1,000.5` without thousands separators. `1,000` alone is unchanged. */
function withoutGroups(text: string): string {
  const grouped = /^[1-9]\d{0,2}(?:_\d{3})+(?:\.\d+)?$|^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+|,\d{3})$/
  return grouped.test(text) ? text.replaceAll(/[,_]/g, '') : text
}

/** Why a text is not a number, with both readings where it is ambiguous. */
function whyNoNumber(text: string): string {
  const comma = /^(\d+),(\d+)$/.exec(text)
  if (comma) {
    const [, before = '', after = ''] = comma
    const decimal = `${before}.${after}`
    const isGroup = after.length === 3 && before.length <= 3
    return isGroup
      ? `may mean ${plain(decimal)} or ${plain(before + after)}: write the one you mean, with a point or without a comma`
      : `has a comma: write ${plain(decimal)} if that is meant`
  }
  const continental = /^(\d{1,3}(?:\.\d{3})+),(\d+)$|^(\d{1,3}(?:\.\d{3}){2,})$/.exec(text)
  if (continental) {
    const meant = text.replaceAll('.', '').replace(',', '.')
    return `separates thousands with points: write ${plain(meant)} if that is meant`
  }
  if (/^[\d.]+e[+-]?\d+$/i.test(text)) return 'has an exponent: write all digits'
  if (/^[+-]/.test(text)) return 'has a sign: use digits without one'
  if (/\p{Nd}/u.test(text.replaceAll(/[0-9]/g, '')))
    return 'has digits of another script: use 0 to 9'
  return 'is not a number: use digits, with a point before decimals'
}

/** `007` as `7`, truncated to what fits on a line. */
function plain(number: string): string {
  const text = number.replace(/^0+(?=\d)/, '')
  return text.length > 60 ? 'the same with a point' : text
}

/** Wei for people, with all decimals: `1,234.5`. */
export function formatWei(wei: bigint): string {
  const [whole = '0', fraction] = plainWei(wei).split('.')
  return fraction === undefined ? formatCount(whole) : `${formatCount(whole)}.${fraction}`
}

/** Wei for programs and commands, without trailing zeros: `1500000000000000000n` is `1.5`. */
export function plainWei(wei: bigint): string {
  const negative = wei < 0n
  const digits = (negative ? -wei : wei).toString().padStart(WEI_DECIMALS + 1, '0')
  const whole = digits.slice(0, -WEI_DECIMALS)
  const fraction = digits.slice(-WEI_DECIMALS).replace(/0+$/, '')
  return `${negative ? '-' : ''}${whole}${fraction ? `.${fraction}` : ''}`
}

/** A whole number for people: `1,234`. Not for heights, epochs and ids, which are names. */
export function formatCount(whole: bigint | number | string): string {
  return `${whole}`.replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** `1 block`, `2,000 blocks`. */
export function counted(count: bigint | number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${BigInt(count) === 1n ? one : many}`
}

/** Human-readable wei: grouped thousands and at most `places` decimals, rounded down. */
export function formatWeiShort(wei: bigint, places = 4): string {
  const [whole = '0', fraction = ''] = plainWei(wei).split('.')
  const grouped = formatCount(whole)
  const cut = fraction.slice(0, places).replace(/0+$/, '')
  if (!cut && wei !== 0n && whole.replace('-', '') === '0') return `< 0.${'0'.repeat(places - 1)}1`
  return cut ? `${grouped}.${cut}` : grouped
}

/** `0x1234…abcd`: an address with its middle omitted. */
export function shortHex(hex: string): string {
  return hex.length <= 13 ? hex : `${hex.slice(0, 6)}…${hex.slice(-4)}`
}

/** Human-readable seconds: `42 s`, `3 min 20 s`, `2 h 5 min`, `21 d`. */
export function formatDuration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds))
  const parts: [number, string][] = [
    [Math.floor(total / 86_400), 'd'],
    [Math.floor((total % 86_400) / 3600), 'h'],
    [Math.floor((total % 3600) / 60), 'min'],
    [total % 60, 's'],
  ]
  const shown = parts.filter(([count]) => count > 0).slice(0, 2)
  return shown.length === 0 ? '0 s' : shown.map(([count, unit]) => `${count} ${unit}`).join(' ')
}

/** Unix seconds as `2026-11-23T04:30:00Z`. */
export function isoTime(seconds: bigint): string {
  return new Date(Number(seconds) * 1000).toISOString().replace('.000', '')
}

const UNIT_SECONDS: Readonly<Record<string, number>> = {s: 1, m: 60, h: 3600, d: 86_400}

/** `90s`, `10m`, `2h`, `7d` or `1h30m` as seconds; undefined for anything else, and for nothing. */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:\d{1,6}[smhd])+$/.test(text)) return undefined
  const parts = [...text.matchAll(/(\d+)([smhd])/g)]
  const seconds = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNIT_SECONDS[unit!]!,
    0,
  )
  return seconds > 0 ? seconds : undefined
}

/** Percent with two decimals, rounded down: 100 means all of it, and 0 of nothing is 0. */
export function percentDown(part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number((part * 10_000n) / whole) / 100
}
