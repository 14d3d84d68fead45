import {isAddressEqual, zeroAddress, type Address} from 'viem'

import type {StakelinkContracts} from '../../../protocol/lst/stakelink/about.ts'
import type {StakelinkChange} from '../../../protocol/lst/stakelink/changes.ts'
import {stakingPoolAbi} from '../../abis/staking-pool.ts'
import type {ChainClient} from '../../connect.ts'
import {scanEvents, type LstEvent} from '../scan-events.ts'

/**
 * Everything that moved the totals of the pool, in chain order.
 *
 * - Signed by: nobody. Chain: L2.
 * - Source: stake.link `StakingPool`: `Transfer` from and to nobody, `Burn`, `DonateTokens`,
 *   `UpdateStrategyRewards`.
 */
export async function readStakelinkChanges(
  l2: ChainClient,
  {stMetis}: Pick<StakelinkContracts, 'stMetis'>,
  range: {fromBlock: bigint; toBlock: bigint},
): Promise<StakelinkChange[]> {
  const events = await scanEvents(l2, stakingPoolAbi, {addresses: [stMetis], ...range})
  return events.flatMap((event, index) => changeOf(event, events[index + 1]))
}

function changeOf({blockNumber, name, args}: LstEvent, next?: LstEvent): StakelinkChange[] {
  const wei = (argument: string) => BigInt(String(args[argument]))
  const nobody = (argument: string) => isAddressEqual(args[argument] as Address, zeroAddress)
  switch (name) {
    case 'Transfer':
      if (nobody('from')) return [{blockNumber, kind: 'stake', wei: wei('value')}]
      // A gift of shares logs both: the other event says that no METIS went.
      if (!nobody('to') || next?.name === 'Burn') return []
      return [{blockNumber, kind: 'exit', wei: wei('value')}]
    case 'Burn':
      return [{blockNumber, kind: 'burn', wei: wei('amount')}]
    case 'DonateTokens':
      return [{blockNumber, kind: 'gift', wei: wei('amount')}]
    case 'UpdateStrategyRewards': {
      const feesWei = wei('totalFees')
      return [{blockNumber, kind: 'rewards', wei: wei('rewardsAmount'), feesWei}]
    }
    default:
      return []
  }
}
