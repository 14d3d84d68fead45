import {getAddress, isAddress, type Address} from 'viem'

/** Short names of chains as EIP-3770 defines them, from the list of EVM chains that it references. */
const shortNames: ReadonlyMap<string, number> = new Map([
  ['eth', 1],
  ['sep', 11_155_111],
  ['metis-andromeda', 1088],
  ['metis-sepolia', 59_902],
])

/** The address in a text, or the reason why it is not one, as the end of a sentence. */
export type ReadAddress =
  /** `chainId`: from the prefix; null without one. */
  {address: Address; chainId: number | null} | {fault: string}

/**
 * An address in any common form: with a checksum, in lower case or all capitals, with a chain
 * prefix (`eth:0x...`, EIP-3770; `eip155:1:0x...`, CAIP-10), surrounded by whitespace.
 */
export function readAddress(given: string): ReadAddress {
  const [, prefix, text = ''] = /^(?:(.*):)?([^:]*)$/s.exec(given.trim()) ?? []
  const hex = /^0x([0-9a-f]*)$/i.exec(text)?.[1]
  if (hex === undefined) return {fault: whyNoAddress(text)}
  if (hex.length !== 40)
    return {fault: `is not an address: it has ${hex.length} hex digits, and an address has 40`}
  const chainId = prefix === undefined ? null : chainOf(prefix)
  if (chainId === undefined) return {fault: unknownChain}
  if (isCaseless(hex)) return {address: getAddress(`0x${hex.toLowerCase()}`), chainId}
  if (isAddress(`0x${hex}`)) return {address: `0x${hex}`, chainId}
  return {fault: WRONG_CHECKSUM}
}

/** True for a text that was meant as an address, valid or not. */
export function looksLikeAddress(text: string): boolean {
  return /^(?:[a-z0-9-]+:){0,2}0x[0-9a-f]*$/i.test(text.trim())
}

const WRONG_CHECKSUM =
  'has an invalid checksum: a digit or capital letter was changed. Copy it again from its source'

const unknownChain = `has the prefix of an unknown chain: ${[...shortNames.keys()].join(', ')} or eip155:N are known`

/** Without a checksum: all letters are lower case, or all are capitals. */
function isCaseless(hex: string): boolean {
  return hex === hex.toLowerCase() || hex === hex.toUpperCase()
}

function chainOf(prefix: string): number | undefined {
  const id = /^eip155:([1-9]\d{0,14})$/i.exec(prefix)?.[1]
  return id === undefined ? shortNames.get(prefix.toLowerCase()) : Number(id)
}

function whyNoAddress(text: string): string {
  if (/^[0-9a-f]{40}$/i.test(text)) return 'is not an address: the leading 0x is missing'
  if (/^[^\s.]+(?:\.[^\s.]+)*\.eth$/i.test(text))
    return 'is a name, and names are not resolved here: use its address'
  return 'is not an address: 0x and 40 hex digits'
}
