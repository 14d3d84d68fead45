import {hexToBigInt, isHex, type TransactionReceipt} from 'viem'
import {getTransaction} from 'viem/actions'

import type {ChainClient} from '../../connect.ts'

/**
 * The cost of a mined transaction to its sender, in wei, excluding its value. An l2geth receipt has
 * no price, so the price of the transaction is used; l2geth also charges an L1 fee on top.
 *
 * - Source: `GetTransactionReceipt` in `l2geth/internal/ethapi/api.go`, MetisProtocol/mvm.
 */
export async function feeOfReceipt(
  client: ChainClient,
  receipt: TransactionReceipt,
): Promise<bigint> {
  const {gasUsed, transactionHash: hash} = receipt
  // Typed as if every node returned it.
  const told = receipt.effectiveGasPrice as bigint | null | undefined
  const price = told ?? (await getTransaction(client, {hash})).gasPrice ?? 0n
  return gasUsed * price + feeOnL1(receipt)
}

function feeOnL1(receipt: object): bigint {
  const fee: unknown = 'l1Fee' in receipt ? receipt.l1Fee : undefined
  return isHex(fee) && fee !== '0x' ? hexToBigInt(fee) : 0n
}
