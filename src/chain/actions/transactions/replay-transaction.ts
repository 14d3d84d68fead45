import type {Hex} from 'viem'
import {call} from 'viem/actions'

import type {ChainClient} from '../../connect.ts'
import {revertDataOf} from '../../reverts.ts'
import type {ChainTransaction} from './read-transaction.ts'

/** `revertData` is `0x` when the contract, or an old endpoint, returns none. */
export type Replay = {state: 'reverts'; revertData: Hex} | {state: 'succeeds'}

/**
 * Runs a transaction again without sending it, as it would have run right after a block.
 *
 * - Signed by: nobody. Chain: L1 or L2. Value: that of the transaction.
 * - Source: `eth_call`.
 *
 * @throws {MetisSeqError} those of the connection; an RpcResponseError when the endpoint has no
 * such state
 */
export async function replayTransaction(
  client: ChainClient,
  {from, to, data, valueWei, gasLimit}: ChainTransaction,
  blockNumber: bigint,
): Promise<Replay> {
  try {
    await call(client, {
      account: from,
      ...(to ? {to} : {}),
      data,
      value: valueWei,
      gas: gasLimit,
      blockNumber,
    })
    return {state: 'succeeds'}
  } catch (error) {
    const revertData = revertDataOf(error)
    if (revertData === undefined) throw error
    return {state: 'reverts', revertData}
  }
}
