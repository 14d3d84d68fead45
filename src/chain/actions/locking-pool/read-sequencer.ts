import type {Address} from 'viem'
import {readContract} from 'viem/actions'

import {sequencerStatus, type Sequencer} from '../../../protocol/sequencer.ts'
import {lockingPoolAbi} from '../../abis/locking-pool.ts'
import type {ChainClient} from '../../connect.ts'
import {MOST_EPOCH_NUMBER} from '../../../protocol/epoch.ts'
import {atMost, LAST_SECOND, MOST_METIS_WEI} from '../../plausible.ts'

/**
 * One registered record. An unassigned id reads as status `unavailable` with a zero owner.
 *
 * - Signed by: nobody. Chain: L1.
 * - Source: `LockingPool.sequencers`.
 *
 * @throws {MetisSeqError} ENDPOINT_WRONG_ANSWER
 */
export async function readSequencer(
  l1: ChainClient,
  options: {lockingPool: Address; sequencerId: bigint; blockNumber?: bigint},
): Promise<Sequencer> {
  const {lockingPool, sequencerId, ...at} = options
  const tuple = await readContract(l1, {
    ...at,
    address: lockingPool,
    abi: lockingPoolAbi,
    functionName: 'sequencers',
    args: [sequencerId],
  })
  const bounded = (most: bigint, value: bigint) => atMost(most, 'sequencers', value)
  return {
    sequencerId,
    amountMetisWei: bounded(MOST_METIS_WEI, tuple[0]),
    rewardMetisWei: bounded(MOST_METIS_WEI, tuple[1]),
    activationBatch: bounded(MOST_EPOCH_NUMBER, tuple[2]),
    updatedBatch: bounded(MOST_EPOCH_NUMBER, tuple[3]),
    deactivationBatch: bounded(MOST_EPOCH_NUMBER, tuple[4]),
    unlockClaimTimeSeconds: bounded(LAST_SECOND, tuple[6]),
    operationNonce: tuple[7],
    owner: tuple[8],
    signer: tuple[9],
    publicKey: tuple[10],
    rewardRecipient: tuple[11],
    status: sequencerStatus(tuple[12]),
  }
}
