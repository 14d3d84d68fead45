import {
  decodeFunctionData,
  encodeFunctionData,
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type EncodeFunctionDataParameters,
} from 'viem'

import {amtDepositPoolAbi} from '../chain/abis/amt-deposit-pool.ts'
import {erc20Abi} from '../chain/abis/erc20.ts'
import {lockingInfoAbi} from '../chain/abis/locking-info.ts'
import {lockingPoolAbi} from '../chain/abis/locking-pool.ts'
import {decodeCall, type DecodedCall} from '../chain/decode-call.ts'
import {fromRevert} from '../chain/reverts.ts'
import type {PlannedCall} from './plan.ts'

/** Contracts that plans call, by the name that previews give them. */
const abis = {
  LockingPool: lockingPoolAbi,
  LockingInfo: lockingInfoAbi,
  METIS: erc20Abi,
  AMTDepositPool: amtDepositPoolAbi,
}
type Abis = typeof abis
type Acts = 'nonpayable' | 'payable'
type NameOf<contract extends keyof Abis> = ContractFunctionName<Abis[contract], Acts>
type ArgsOf<contract extends keyof Abis, name extends NameOf<contract>> = Extract<
  ContractFunctionArgs<Abis[contract], Acts, name>,
  readonly unknown[]
>

interface CallRequest<contract extends keyof Abis, name extends NameOf<contract>> {
  contract: contract
  to: Address
  functionName: name
  args: ArgsOf<contract, name>
  /** What it does, for people, from the arguments as the encoded call has them. */
  label(...args: ArgsOf<contract, name>): string
  /** ETH on L1, METIS on L2; none when left out. */
  valueWei?: bigint
  gasAtMost?: bigint
}

/** A call made from the ABI and its arguments. Its name and values are nowhere but in its bytes from here on. */
export function planCall<const contract extends keyof Abis, const name extends NameOf<contract>>(
  request: CallRequest<contract, name>,
): PlannedCall {
  const {contract, to, functionName, args, label, valueWei = 0n, gasAtMost} = request
  const abi = abis[contract]
  const data = encodeFunctionData({abi, functionName, args} as EncodeFunctionDataParameters)
  const decoded = decodeFunctionData({abi, data}).args as ArgsOf<contract, name>
  return {
    label: label(...decoded),
    ...{contract, to, data, valueWei},
    ...(gasAtMost === undefined ? {} : {gasAtMost}),
  }
}

/** What a planned call does, read from the very bytes that are signed. */
export function decodePlanned({contract, data, label}: PlannedCall): DecodedCall {
  const call = decodeCall(data, contract)
  if (call?.contractProven) return call
  throw new Error(`The bytes of "${label}" are no call of ${contract}.`)
}

/** A planned call that was refused, by the catalogue of refusals; other errors as they are. */
export function refusalOf(error: unknown, {contract, data}: PlannedCall, from: Address): unknown {
  const functionName = decodeCall(data, contract)?.functionName ?? data.slice(0, 10)
  return fromRevert(error, {contract, functionName, from})
}
