import type {ArtemisContracts} from '../../../protocol/lst/artemis/about.ts'
import type {RateChange} from '../../../protocol/lst/yield.ts'
import {amtDepositPoolAbi} from '../../abis/amt-deposit-pool.ts'
import type {ChainClient} from '../../connect.ts'
import {scanEvents} from '../scan-events.ts'

/**
 * - Signed by: nobody. Chain: L2.
 * - Source: Artemis `AMTDepositPool`, its events of deposits, withdrawals and harvests.
 */
export async function readArtemisChanges(
  l2: ChainClient,
  {depositPool}: Pick<ArtemisContracts, 'depositPool'>,
  range: {fromBlock: bigint; toBlock: bigint},
): Promise<RateChange[]> {
  const events = await scanEvents(l2, amtDepositPoolAbi, {addresses: [depositPool], ...range})
  return events.flatMap(({blockNumber, name, args}) => {
    const wei = (argument: string) => BigInt(String(args[argument]))
    switch (name) {
      case 'MetisDeposited':
        return [{blockNumber, metisWei: wei('_amount'), sharesWei: wei('_artMetisAmount')}]
      case 'InitiateWithdrawalFor':
        return [{blockNumber, metisWei: -wei('_depositAmount'), sharesWei: -wei('_artMetisAmount')}]
      case 'Harvested':
        return [{blockNumber, metisWei: wei('_amount'), sharesWei: 0n}]
      default:
        return []
    }
  })
}
