import {ContractFunctionExecutionError, ContractFunctionZeroDataError} from 'viem'
import {getCode} from 'viem/actions'

import {findCause} from '../../lib/errors.ts'
import type {ChainClient} from '../connect.ts'
import {isRevert} from '../reverts.ts'

/**
 * Null where the contract does not offer what is read: providers upgrade their contracts one by one.
 * A contract says so with a revert, or with an empty answer of an address that has code. An endpoint's
 * own error, such as -32603, says nothing about the contract.
 *
 * @throws every failure of the connection, and the empty answer of an address without code
 */
export async function ifOffered<T>(l2: ChainClient, reading: Promise<T>): Promise<T | null> {
  try {
    return await reading
  } catch (error) {
    if (isRevert(error)) return null
    if (await isEmptyAnswerOfCode(l2, error)) return null
    throw error
  }
}

async function isEmptyAnswerOfCode(l2: ChainClient, error: unknown): Promise<boolean> {
  if (!findCause(error, ContractFunctionZeroDataError)) return false
  const address = findCause(error, ContractFunctionExecutionError)?.contractAddress
  return address !== undefined && (await getCode(l2, {address})) !== undefined
}
