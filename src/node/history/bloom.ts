import {hexToBytes, keccak256, toHex, type Address, type Hex} from 'viem'

/** The 2048-bit filter of a receipt: three bits for each address and topic. */
export function bloomOf(logs: readonly {address: Address; topics: readonly Hex[]}[]): Hex {
  const bits = new Uint8Array(256)
  for (const {address, topics} of logs) {
    for (const item of [address, ...topics]) {
      const digest = keccak256(hexToBytes(item), 'bytes')
      for (const at of [0, 2, 4]) {
        const bit = ((digest[at]! << 8) | digest[at + 1]!) & 2047
        bits[255 - (bit >> 3)]! |= 1 << (bit & 7)
      }
    }
  }
  return toHex(bits)
}
