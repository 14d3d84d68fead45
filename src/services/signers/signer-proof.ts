import {
  isAddressEqual,
  keccak256,
  parseTransaction,
  recoverPublicKey,
  serializeTransaction,
  type Hex,
} from 'viem'

import {
  toSerializable,
  type TransactionSigner,
  type UnsignedTransaction,
} from '../../chain/signer.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {addressOfPublicKey} from '../../protocol/public-key.ts'

export interface SignerProof {
  /** 64 bytes, without the 04 prefix. */
  publicKey: Hex
  /** Duration of the signature. */
  elapsedMs: number
}

/**
 * Lets a signer sign a transaction that no chain can accept: to itself, with zero value, zero fees
 * and an unreachable nonce. This proves the signer without producing anything that could be
 * misused.
 *
 * @throws {MetisSeqError} WRONG_KEY and those of the signer
 */
export async function proveSigner(
  signer: TransactionSigner,
  chainId: number,
): Promise<SignerProof> {
  const transaction: UnsignedTransaction = {
    ...{chainId, nonce: Number.MAX_SAFE_INTEGER, to: signer.address, data: '0x'},
    ...{valueWei: 0n, gasLimit: 21_000n},
    fees: {type: 'eip1559', maxFeePerGas: 0n, maxPriorityFeePerGas: 0n},
  }
  const started = performance.now()
  const {raw} = await signer.sign(transaction)
  const elapsedMs = Math.round(performance.now() - started)
  const {r, s, yParity} = parseTransaction(raw)
  const hash = keccak256(serializeTransaction(toSerializable(transaction)))
  const point = await recoverPublicKey({hash, signature: {r: r!, s: s!, yParity: yParity!}})
  const publicKey: Hex = `0x${point.slice(4)}`
  if (isAddressEqual(addressOfPublicKey(publicKey), signer.address)) return {publicKey, elapsedMs}
  throw new MetisSeqError({
    code: 'WRONG_KEY',
    message: `The signer signed with a different key than that of ${signer.address}.`,
    facts: {needed: signer.address, key: addressOfPublicKey(publicKey)},
  })
}
