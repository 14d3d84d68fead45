import {keccak256, type Address, type Hex} from 'viem'

import {addressOfKey, recoverSigner, signHash} from './secp256k1.ts'

/**
 * Whoever signs for a sequencer: its blocks, and the record by which its peers know it. The key may be on another
 * machine, so that messages are given and not their hashes: a remote signer hashes for itself what it is shown.
 */
export interface BlockSigner {
  readonly address: Address
  /**
   * @returns 65 bytes over keccak256 of the message: r, s, recovery id (0 or 1); the same for the same message
   * @throws {MetisSeqError} retryable where a later try of the same message can succeed; nothing was signed
   */
  sign(message: Hex | Uint8Array): Promise<Hex>
}

/** Signs with a private key held in memory. */
export function localBlockSigner(privateKey: Hex): BlockSigner {
  return {
    address: addressOfKey(privateKey),
    sign: async (message) => signHash(keccak256(message), privateKey),
  }
}

/** True when this signer, and nobody else, made the signature. */
export function isSignedBy(
  signer: Pick<BlockSigner, 'address'>,
  message: Hex | Uint8Array,
  signature: Hex,
): boolean {
  return recoverSigner(keccak256(message), signature) === signer.address.toLowerCase()
}
