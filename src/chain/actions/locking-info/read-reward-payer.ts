import type {Address} from 'viem'
import {readContract} from 'viem/actions'

import {lockingInfoAbi} from '../../abis/locking-info.ts'
import type {ChainClient} from '../../connect.ts'

/**
 * The account that pays every reward batch; zero until set.
 *
 * - Signed by: nobody. Chain: L1.
 * - Source: `LockingInfo.rewardPayer`.
 */
export function readRewardPayer(
  l1: ChainClient,
  {lockingInfo}: {lockingInfo: Address},
): Promise<Address> {
  return readContract(l1, {
    address: lockingInfo,
    abi: lockingInfoAbi,
    functionName: 'rewardPayer',
  })
}
