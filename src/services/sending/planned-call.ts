import {
  decodeFunctionData,
  encodeFunctionData,
  type Abi,
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type EncodeFunctionDataParameters,
  type Hex,
} from 'viem'

import {erc20Abi} from '../../chain/abis/erc20.ts'
import {lockingInfoAbi} from '../../chain/abis/locking-info.ts'
import {lockingPoolAbi} from '../../chain/abis/locking-pool.ts'
import {decodeCall, type DecodedCall} from '../../chain/decode-call.ts'
import {fromRevert} from '../../chain/reverts.ts'
import type {PlannedCall} from './plan.ts'

/** Contracts of the protocol that plans call, by their name in previews. */
const abis = {
  LockingPool: lockingPoolAbi,
  LockingInfo: lockingInfoAbi,
  METIS: erc20Abi,
}
type Abis = typeof abis
type Acts = 'nonpayable' | 'payable'
type NameOf<abi extends Abi> = ContractFunctionName<abi, Acts>
type ArgsOf<abi extends Abi, name extends NameOf<abi>> = Extract<
  ContractFunctionArgs<abi, Acts, name>,
  readonly unknown[]
>

interface CallRequest<abi extends Abi, name extends NameOf<abi>> {
  contract: string
  to: Address
  functionName: name
  args: ArgsOf<abi, name>
  /** Human-readable description, derived from the encoded arguments. */
  label(...args: ArgsOf<abi, name>): string
  /** ETH on L1, METIS on L2; zero if omitted. */
  valueWei?: bigint
  gasAtMost?: bigint
  /** See `PlannedCall`. */
  moves?: {rest: string} | undefined
  pullsWei?: bigint
}

/** A call of one of the protocol's contracts. */
export function planCall<
  const contract extends keyof Abis & string,
  const name extends NameOf<Abis[contract]>,
>(request: CallRequest<Abis[contract], name> & {contract: contract}): PlannedCall {
  return planCallOf<Abis[contract], name>(abis[request.contract], request)
}

/** A call encoded from the ABI and its arguments. From here on, its name and values exist only in its bytes. */
export function planCallOf<const abi extends Abi, const name extends NameOf<abi>>(
  abi: abi,
  request: CallRequest<abi, name>,
): PlannedCall {
  const {contract, to, functionName, args, label, valueWei = 0n, gasAtMost, moves} = request
  const data = encodeFunctionData({abi, functionName, args} as EncodeFunctionDataParameters)
  // A function without arguments decodes to none at all.
  const {args: found = []} = decodeFunctionData({abi, data} as {abi: Abi; data: Hex})
  const decoded = found as ArgsOf<abi, name>
  return {
    label: label(...decoded),
    ...{contract, to, data, valueWei},
    ...(gasAtMost === undefined ? {} : {gasAtMost}),
    ...(moves ? {moves} : {}),
    ...(request.pullsWei === undefined ? {} : {pullsWei: request.pullsWei}),
  }
}

/** A planned call, decoded from the very bytes that will be signed. */
export function decodePlanned({contract, data, label}: PlannedCall): DecodedCall {
  const call = decodeCall(data, contract)
  if (call?.contractProven) return call
  throw new Error(`The bytes of "${label}" are not a call of ${contract}.`)
}

/** The error of a reverted planned call, from the catalogue; other errors are unchanged. */
export function refusalOf(error: unknown, {contract, data}: PlannedCall, from: Address): unknown {
  const functionName = decodeCall(data, contract)?.functionName ?? data.slice(0, 10)
  return fromRevert(error, {contract, functionName, from})
}
