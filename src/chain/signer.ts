import {keccak256, type Address, type Hash, type Hex} from 'viem'
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
    async sign({chainId, nonce, to, data, valueWei, gasLimit, fees}) {
      const common = {chainId, nonce, to, data, value: valueWei, gas: gasLimit}
      const raw =
        fees.type === 'legacy'
          ? await account.signTransaction({...common, type: 'legacy', gasPrice: fees.gasPrice})
          : await account.signTransaction({
              ...common,
              type: 'eip1559',
              maxFeePerGas: fees.maxFeePerGas,
              maxPriorityFeePerGas: fees.maxPriorityFeePerGas,
            })
      return {raw, hash: keccak256(raw)}
    },
  }
}
