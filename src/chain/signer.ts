import {keccak256, type Address, type Hash, type Hex, type TransactionSerializable} from 'viem'
import {privateKeyToAccount} from 'viem/accounts'

import type {GasFees} from './fees.ts'

export interface UnsignedTransaction {
  chainId: number
  nonce: number
  to: Address
  data: Hex
  valueWei: bigint
  gasLimit: bigint
  fees: GasFees
}

export interface TransactionSigner {
  address: Address
  /** @returns the signed transaction and its hash; nothing is sent */
  sign(transaction: UnsignedTransaction): Promise<{raw: Hex; hash: Hash}>
}

/** Signs with a private key held in memory. */
export function createLocalSigner(privateKey: Hex): TransactionSigner {
  const account = privateKeyToAccount(privateKey)
  return {
    address: account.address,
    async sign(transaction) {
      const raw = await account.signTransaction(toSerializable(transaction))
      return {raw, hash: keccak256(raw)}
    },
  }
}

/** The transaction in viem's form. */
export function toSerializable(transaction: UnsignedTransaction): TransactionSerializable {
  const {chainId, nonce, to, data, valueWei, gasLimit, fees} = transaction
  const common = {chainId, nonce, to, data, value: valueWei, gas: gasLimit}
  if (fees.type === 'legacy') return {...common, type: 'legacy', gasPrice: fees.gasPrice}
  const {maxFeePerGas, maxPriorityFeePerGas} = fees
  return {...common, type: 'eip1559', maxFeePerGas, maxPriorityFeePerGas}
}
