import {BaseError} from 'viem'

/** Contracts that have no such function revert, or answer with nothing. */
const NOT_THERE = ['ContractFunctionRevertedError', 'ContractFunctionZeroDataError']

/** Whether a read failed in the contract, not on the way to it. */
export function failedInContract(error: unknown): boolean {
  return (
    error instanceof BaseError &&
    error.walk((each) => each instanceof Error && NOT_THERE.includes(each.name)) !== null
  )
}

/**
 * Null where the contract does not offer what is read: providers upgrade their contracts one by one.
 *
 * @throws every failure of the connection
 */
export async function ifOffered<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading
  } catch (error) {
    if (failedInContract(error)) return null
    throw error
  }
}
