import {hexToBigInt, isHex, type TransactionReceipt} from 'viem'
import {getTransaction} from 'viem/actions'

import type {ChainClient} from '../../connect.ts'

/**
 * What a mined transaction cost its sender, in wei, without its value. l2geth names no price in a receipt, so there
 * it is that of the transaction; and it takes a fee for L1 on top.
 *
 * - Source: `GetTransactionReceipt` in `l2geth/internal/ethapi/api.go`, MetisProtocol/mvm.
 */
export async function feeOfReceipt(
  client: ChainClient,
  receipt: TransactionReceipt,
): Promise<bigint> {
  const {gasUsed, transactionHash: hash} = receipt
  // Typed as if every node gave it.
  const told = receipt.effectiveGasPrice as bigint | null | undefined
  const price = told ?? (await getTransaction(client, {hash})).gasPrice ?? 0n
  return gasUsed * price + feeOnL1(receipt)
}

function feeOnL1(receipt: object): bigint {
  const fee: unknown = 'l1Fee' in receipt ? receipt.l1Fee : undefined
  return isHex(fee) && fee !== '0x' ? hexToBigInt(fee) : 0n
}
