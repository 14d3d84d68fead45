import {decodeEventLog, encodeEventTopics, numberToHex, type Address, type Hex} from 'viem'

import type {Epoch} from '../../../protocol/epoch.ts'
import {isSame, type Recommit} from '../../../protocol/rotation/records.ts'
import {metisSequencerSetAbi} from '../../abis/metis-sequencer-set.ts'
import type {ChainClient} from '../../connect.ts'

/**
 * The recommitment that set an epoch. The contract accepts one only in the first block of its epoch, so the
 * logs of that block are enough; its event carries the number of the newest epoch before it.
 *
 * - Signed by: nobody. Chain: L2.
 * - Source: `MetisSequencerSet.recommitEpoch`, event `ReCommitEpoch`.
 *
 * @returns undefined where the endpoint has no such log: it may not store logs that old
 */
export async function readRecommit(
  l2: ChainClient,
  {sequencerSet, epoch}: {sequencerSet: Address; epoch: Epoch},
): Promise<Recommit | undefined> {
  const {number, startBlock, signer} = epoch
  const block = numberToHex(startBlock)
  const topics = encodeEventTopics({
    ...{abi: metisSequencerSetAbi, eventName: 'ReCommitEpoch'},
    args: {newEpochId: number},
  })
  const logs: unknown = await l2.request({
    method: 'eth_getLogs',
    params: [{address: sequencerSet, fromBlock: block, toBlock: block, topics}],
  })
  for (const log of Array.isArray(logs) ? logs : []) {
    const {topics, data} = log as {topics: [Hex, ...Hex[]]; data: Hex}
    const {args} = decodeEventLog({
      ...{abi: metisSequencerSetAbi, eventName: 'ReCommitEpoch', topics, data},
    })
    if (args.newEpochId !== number || args.startBlock !== startBlock) continue
    if (!isSame(args.newSigner, signer)) continue
    return {number, wasCommitted: args.curEpochId >= number, endBlock: args.endBlock}
  }
  return undefined
}
