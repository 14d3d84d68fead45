import type {Address, Hash, Hex} from 'viem'

/** A raw log of L1, not decoded. */
export interface L1Log {
  l1Block: bigint
  /** Position in its block. */
  logIndex: number
  txHash: Hash
  /** Lower case. */
  address: Address
  topics: Hex[]
  data: Hex
  /** Time of the block in seconds; null when the endpoint did not return it with the log. */
  timeSeconds: number | null
}

/** A block whose hash is stored. */
export interface L1Mark {
  number: bigint
  hash: Hash
}

/** Chain order. */
export function byPosition(a: L1Log, b: L1Log): number {
  if (a.l1Block !== b.l1Block) return a.l1Block < b.l1Block ? -1 : 1
  return a.logIndex - b.logIndex
}

/** The 32-byte words of call data or log data, without the selector's `offset` bytes. */
export function wordsOf(data: Hex, offset = 0): bigint[] {
  const text = data.slice(2 + offset * 2)
  return Array.from({length: Math.floor(text.length / 64)}, (_, index) =>
    BigInt(`0x${text.slice(index * 64, index * 64 + 64)}`),
  )
}

/** The address in a word; lower case. */
export function addressOfWord(word: bigint): Address {
  return `0x${word.toString(16).padStart(40, '0').slice(-40)}`
}
