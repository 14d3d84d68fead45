import secp256k1 from 'secp256k1'
import {keccak256, type Address, type Hash, type Hex} from 'viem'

/**
 * A signature as 65 bytes: r (32), s (32), recovery id (1; 0 or 1).
 *
 * @throws {Error} when the private key is not a scalar of the curve
 */
export function signHash(hash: Hash, privateKey: Hex): Hex {
  const key = bytesOf(privateKey)
  if (!isPrivateKey(key)) throw new Error('The private key is not valid.')
  const {signature, recid} = secp256k1.ecdsaSign(bytesOf(hash), key)
  return `0x${Buffer.from(signature).toString('hex')}${recid === 1 ? '01' : '00'}`
}

/** The address that made a 65-byte signature over a hash, or undefined when the signature is impossible. */
export function recoverSigner(hash: Hash, signature: Hex): Address | undefined {
  if (!/^0x[0-9a-f]{130}$/i.test(signature)) return undefined
  const bytes = bytesOf(signature)
  const last = bytes[64]!
  // 27 and 28 are the legacy encoding of the recovery ids 0 and 1.
  const parity = last >= 27 ? last - 27 : last
  if (parity !== 0 && parity !== 1) return undefined
  return recoverAddress(bytesOf(hash), bytes.subarray(0, 64), parity)
}

/** @param signature r and s, 64 bytes */
export function recoverAddress(
  hash: Uint8Array,
  signature: Uint8Array,
  parity: 0 | 1,
): Address | undefined {
  if (isHighS(signature)) return undefined
  try {
    return addressOfPoint(secp256k1.ecdsaRecover(signature, parity, hash, false))
  } catch {
    // r or s is zero or not below the group order.
    return undefined
  }
}

export function addressOfKey(privateKey: Hex): Address {
  const key = bytesOf(privateKey)
  if (!isPrivateKey(key)) throw new Error('The private key is not valid.')
  return addressOfPoint(secp256k1.publicKeyCreate(key, false))
}

function isPrivateKey(key: Uint8Array): boolean {
  return key.length === 32 && secp256k1.privateKeyVerify(key)
}

export function bytesOf(hex: Hex): Buffer {
  return Buffer.from(hex.slice(2), 'hex')
}

/**
 * Lower-case, as addresses are passed and compared inside the node.
 *
 * @param point an uncompressed public key of 65 bytes
 */
export function addressOfPoint(point: Uint8Array): Address {
  return `0x${keccak256(point.subarray(1)).slice(-40)}`
}

const halfOrder = Buffer.from(
  '7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0',
  'hex',
)

/** Each signature has a twin with a high s; accepting both would give one transaction two hashes. */
export function isHighS(signature: Uint8Array): boolean {
  return Buffer.compare(signature.subarray(32, 64), halfOrder) > 0
}
