import {ContractFunctionExecutionError, type Address} from 'viem'
import {readContract} from 'viem/actions'

import {findCause, MetisSeqError} from '../../../lib/errors.ts'
import type {ChainClient} from '../../connect.ts'

const view = {type: 'function', stateMutability: 'view', inputs: []} as const
const safeAbi = [
  {...view, name: 'getOwners', outputs: [{name: '', type: 'address[]'}]},
  {...view, name: 'getThreshold', outputs: [{name: '', type: 'uint256'}]},
  {...view, name: 'VERSION', outputs: [{name: '', type: 'string'}]},
] as const

export interface Safe {
  owners: readonly Address[]
  /** Signatures required for a transaction. */
  threshold: bigint
  version: string
}

/**
 * Owners and threshold of a Safe.
 *
 * - Signed by: nobody. Chain: L1.
 * - Source: views of `Safe`, safe-global/safe-smart-account.
 *
 * @returns undefined when the address is not a Safe
 */
export async function readSafe(client: ChainClient, address: Address): Promise<Safe | undefined> {
  const safe = {address, abi: safeAbi} as const
  try {
    const [owners, threshold, version] = await Promise.all([
      readContract(client, {...safe, functionName: 'getOwners'}),
      readContract(client, {...safe, functionName: 'getThreshold'}),
      readContract(client, {...safe, functionName: 'VERSION'}),
    ])
    return {owners, threshold, version}
  } catch (error) {
    // Other contracts return nothing, revert, or return data that does not decode.
    if (error instanceof ContractFunctionExecutionError && !findCause(error, MetisSeqError))
      return undefined
    throw error
  }
}
