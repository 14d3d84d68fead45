const WEI_DECIMALS = 18

/**
 * Decimal text to wei. Accepts digits with at most 18 decimals, `,` or `_` between thousands ignored.
 *
 * @returns the amount in wei, or undefined when the text is not such a number
 */
export function parseUnitsText(text: string): bigint | undefined {
  const match = /^(\d+)(?:\.(\d{1,18}))?$/.exec(plainDigits(text.trim()))
  if (!match) return undefined
  return BigInt(match[1]! + (match[2] ?? '').padEnd(WEI_DECIMALS, '0'))
}

/** `1,000` and `1_000` as `1000`. A comma anywhere else may be a decimal comma, and is left to be refused. */
function plainDigits(text: string): string {
  return /^\d{1,3}(?:([,_])\d{3})(?:\1\d{3})*(?:\.\d+)?$/.test(text)
    ? text.replaceAll(/[,_]/g, '')
    : text
}

/** Wei to decimal text without trailing zeros: `1500000000000000000n` is `1.5`. */
export function formatWei(wei: bigint): string {
  const negative = wei < 0n
  const digits = (negative ? -wei : wei).toString().padStart(WEI_DECIMALS + 1, '0')
  const whole = digits.slice(0, -WEI_DECIMALS)
  const fraction = digits.slice(-WEI_DECIMALS).replace(/0+$/, '')
  return `${negative ? '-' : ''}${whole}${fraction ? `.${fraction}` : ''}`
}

/** Wei for people: grouped thousands and at most `places` decimals, cut and never rounded up. */
export function formatWeiShort(wei: bigint, places = 4): string {
  const [whole = '0', fraction = ''] = formatWei(wei).split('.')
  const grouped = whole.replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',')
  const cut = fraction.slice(0, places).replace(/0+$/, '')
  if (!cut && wei !== 0n && whole.replace('-', '') === '0') return `< 0.${'0'.repeat(places - 1)}1`
  return cut ? `${grouped}.${cut}` : grouped
}

/** `0x1234…abcd`: the middle of an address left out. */
export function shortHex(hex: string): string {
  return hex.length <= 13 ? hex : `${hex.slice(0, 6)}…${hex.slice(-4)}`
}

/** Seconds for people: `42 s`, `3 min 20 s`, `2 h 5 min`, `21 d`. */
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
