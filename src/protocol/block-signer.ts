import {keccak256, type Address, type Hex} from 'viem'

import {addressOfKey, recoverSigner, signHash} from './secp256k1.ts'

/**
 * The signer of a sequencer: of its blocks, and of the record that identifies it to its peers. The
 * key may be on another machine, so the port passes messages and not hashes: a remote signer hashes
 * the message itself.
 */
export interface BlockSigner {
  readonly address: Address
  /**
   * @returns 65 bytes over keccak256 of the message: r, s, recovery id (0 or 1); deterministic
   * @throws {MetisSeqError} retryable where a later attempt with the same message may succeed; nothing was signed
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

/** True when this signer made the signature. */
export function isSignedBy(
  signer: Pick<BlockSigner, 'address'>,
  message: Hex | Uint8Array,
  signature: Hex,
): boolean {
  return recoverSigner(keccak256(message), signature) === signer.address.toLowerCase()
}
