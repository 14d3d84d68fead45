import {
  decodeFunctionResult,
  encodeFunctionData,
  type Abi,
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type ContractFunctionReturnType,
  type Hex,
} from 'viem'

import {wrongAnswerError} from '../chain/chain-rpc.ts'
import {MetisSeqError} from '../lib/errors.ts'

/** The interface that reads need: one endpoint, or several behind one facade. */
export interface RpcRequester {
  /** Redacted. */
  readonly names: readonly string[]
  request(method: string, params?: readonly unknown[]): Promise<unknown>
}

type Readable = 'view' | 'pure'

/**
 * The value of a view function at the newest block.
 *
 * - Signed by: nobody.   Chain: the requester's.   Value: none.
 *
 * @throws {MetisSeqError} NO_CONTRACT, nothing is deployed at the address; ENDPOINT_WRONG_ANSWER
 */
export async function readContract<
  const abi extends Abi,
  name extends ContractFunctionName<abi, Readable>,
  const args extends ContractFunctionArgs<abi, Readable, name>,
>(
  rpc: RpcRequester,
  call: {address: Address; abi: abi; functionName: name; args: args},
): Promise<ContractFunctionReturnType<abi, Readable, name, args>> {
  // viem's conditional parameter types do not resolve for a generic ABI.
  const {abi, functionName, args} = call as unknown as {
    abi: Abi
    functionName: string
    args: readonly unknown[]
  }
  const data = encodeFunctionData({abi, functionName, args})
  const answer = await rpc.request('eth_call', [{to: call.address, data}, 'latest'])
  if (answer === '0x') {
    throw new MetisSeqError({
      code: 'NO_CONTRACT',
      message: `There is no contract with ${functionName} at ${call.address}.`,
      facts: {address: call.address, functionName},
      hints: ['Check the contract addresses of the network.'],
    })
  }
  try {
    return decodeFunctionResult({
      abi,
      functionName,
      args,
      data: answer as Hex,
    }) as ContractFunctionReturnType<abi, Readable, name, args>
  } catch (error) {
    throw wrongAnswer(rpc, 'eth_call', error)
  }
}

/** A quantity in a JSON-RPC response, such as a block number. */
export async function readQuantity(
  rpc: RpcRequester,
  method: string,
  params: readonly unknown[] = [],
): Promise<bigint> {
  const answer = await rpc.request(method, params)
  if (typeof answer !== 'string' || !/^0x[0-9a-f]{1,64}$/i.test(answer))
    throw wrongAnswer(rpc, method)
  return BigInt(answer)
}

/** For responses that only the reader can recognize as invalid. */
export function wrongAnswer({names}: RpcRequester, method: string, cause?: unknown): MetisSeqError {
  const message = `${names.join(', ')}: ${method} returned an invalid response.`
  return wrongAnswerError(names, new Error(message, {cause}))
}
