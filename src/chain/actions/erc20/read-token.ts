import type {Address} from 'viem'
import {readContract} from 'viem/actions'

import {erc20Abi} from '../../abis/erc20.ts'
import type {ChainClient} from '../../connect.ts'

/** - Source: ERC-20 `balanceOf`. */
export function readTokenBalance(
  client: ChainClient,
  {token, account, ...at}: {token: Address; account: Address; blockNumber?: bigint},
): Promise<bigint> {
  return readContract(client, {
    ...at,
    address: token,
    abi: erc20Abi,
    functionName: 'balanceOf',
    args: [account],
  })
}

/** - Source: ERC-20 `allowance`. */
export function readAllowance(
  client: ChainClient,
  {
    token,
    owner,
    spender,
    ...at
  }: {token: Address; owner: Address; spender: Address; blockNumber?: bigint},
): Promise<bigint> {
  return readContract(client, {
    ...at,
    address: token,
    abi: erc20Abi,
    functionName: 'allowance',
    args: [owner, spender],
  })
}
