import {getAddress, isAddress, type Address} from 'viem'

/** Short names of chains as EIP-3770 takes them, from the list of EVM chains that it names. */
const shortNames: ReadonlyMap<string, number> = new Map([
  ['eth', 1],
  ['sep', 11_155_111],
  ['metis-andromeda', 1088],
  ['metis-sepolia', 59_902],
])

/** What a text says as an address, or why it is none, as the end of a sentence. */
export type ReadAddress =
  /** `chainId`: of the prefix; null where there is none. */
  {address: Address; chainId: number | null} | {fault: string}

/**
 * An address as people have it at hand: with a checksum, in lower case or all in capitals, with the name of its
 * chain before it (`eth:0x...`, EIP-3770; `eip155:1:0x...`, CAIP-10), with blanks around it.
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

/** True for a text that was meant as an address, right or wrong. */
export function looksLikeAddress(text: string): boolean {
  return /^(?:[a-z0-9-]+:){0,2}0x[0-9a-f]*$/i.test(text.trim())
}

const WRONG_CHECKSUM =
  'has a wrong checksum: a digit or a capital letter is not as it was. Copy it once more from where it comes from'

const unknownChain = `has the name of an unknown chain before it: ${[...shortNames.keys()].join(', ')} or eip155:N are known`

/** Without a checksum: all letters are small, or all are capitals. */
function isCaseless(hex: string): boolean {
  return hex === hex.toLowerCase() || hex === hex.toUpperCase()
}

function chainOf(prefix: string): number | undefined {
  const id = /^eip155:([1-9]\d{0,14})$/i.exec(prefix)?.[1]
  return id === undefined ? shortNames.get(prefix.toLowerCase()) : Number(id)
}

function whyNoAddress(text: string): string {
  if (/^[0-9a-f]{40}$/i.test(text)) return 'is not an address: it lacks the 0x before it'
  if (/^[^\s.]+(?:\.[^\s.]+)*\.eth$/i.test(text))
    return 'is a name, and names are not looked up here: give the address it stands for'
  return 'is not an address: 0x and 40 hex digits'
}
