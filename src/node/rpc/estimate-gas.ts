import {toHex, type Hex} from 'viem'

import {RpcResponseError} from '../../lib/json-rpc.ts'
import {RPC_ESTIMATE_EXCESS} from '../rpc-limits.ts'

/** Gas of a plain transfer, the minimum for any transaction. */
const TRANSFER_GAS = 21_000n

/**
 * Finds the minimum sufficient gas: by doubling, then by bisection.
 *
 * @param execute fails with an engine error when the gas is insufficient
 * @param failed called when even the full gas fails, which then has another reason
 */
export async function estimateGas(
  execute: (gas: bigint) => Promise<unknown>,
  most: bigint,
  failed: (error: unknown) => never,
): Promise<Hex> {
  await execute(most).catch(failed)
  const suffices = (gas: bigint) =>
    execute(gas).then(
      () => true,
      (error: unknown) => {
        if (error instanceof RpcResponseError) return false
        throw error
      },
    )
  let tooLittle = 0n
  let enough = TRANSFER_GAS < most ? TRANSFER_GAS : most
  while (enough < most && !(await suffices(enough))) {
    tooLittle = enough
    enough = enough * 2n < most ? enough * 2n : most
  }
  const isNear = () => Number(enough - tooLittle) <= Number(enough) * RPC_ESTIMATE_EXCESS
  while (tooLittle > 0n && !isNear()) {
    const middle = (tooLittle + enough) / 2n
    if (await suffices(middle)) enough = middle
    else tooLittle = middle
  }
  return toHex(enough)
}
