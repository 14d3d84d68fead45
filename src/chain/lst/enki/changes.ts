import type {EnkiContracts} from '../../../protocol/lst/enki/about.ts'
import type {RateChange} from '../../../protocol/lst/yield.ts'
import {enkiRewardDispatcherAbi} from '../../abis/enki-reward-dispatcher.ts'
import {seMetisAbi} from '../../abis/se-metis.ts'
import type {ChainClient} from '../../connect.ts'
import {scanEvents} from '../scan-events.ts'

/**
 * - Signed by: nobody. Chain: L2.
 * - Source: Enki `SeMetis` (ERC-4626 `Deposit`, `Withdraw`) and `RewardDispatcher.Dispatched`.
 */
export async function readEnkiChanges(
  l2: ChainClient,
  {seMetis, rewardDispatcher}: Pick<EnkiContracts, 'seMetis' | 'rewardDispatcher'>,
  range: {fromBlock: bigint; toBlock: bigint},
): Promise<RateChange[]> {
  const abi = [...seMetisAbi, ...enkiRewardDispatcherAbi]
  const events = await scanEvents(l2, abi, {addresses: [seMetis, rewardDispatcher], ...range})
  return events.flatMap(({blockNumber, name, args}) => {
    const wei = (argument: string) => BigInt(String(args[argument]))
    switch (name) {
      case 'Deposit':
        return [{blockNumber, metisWei: wei('assets'), sharesWei: wei('shares')}]
      case 'Withdraw':
        return [{blockNumber, metisWei: -wei('assets'), sharesWei: -wei('shares')}]
      case 'Dispatched':
        return [{blockNumber, metisWei: wei('toVaultAmount'), sharesWei: 0n}]
      default:
        return []
    }
  })
}
