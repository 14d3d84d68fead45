import {maxUint256, zeroAddress, type Address} from 'viem'
import {readContract} from 'viem/actions'

import type {Epoch} from '../../../protocol/epoch.ts'
import {metisSequencerSetAbi} from '../../abis/metis-sequencer-set.ts'
import type {ChainClient} from '../../connect.ts'
import {atMost, MOST_EPOCH_NUMBER} from '../../plausible.ts'

interface At {
  sequencerSet: Address
}

/**
 * One epoch by its number; undefined when it was never committed.
 *
 * - Signed by: nobody. Chain: L2.
 * - Source: `MetisSequencerSet.epochs`.
 */
export async function readEpoch(
  l2: ChainClient,
  {sequencerSet, number}: At & {number: bigint},
): Promise<Epoch | undefined> {
  const [, signer, startBlock, endBlock] = await readContract(l2, {
    address: sequencerSet,
    abi: metisSequencerSetAbi,
    functionName: 'epochs',
    args: [number],
  })
  return signer === zeroAddress ? undefined : {number, signer, startBlock, endBlock}
}

/**
 * Number of the newest committed epoch. It may lie ahead of the head.
 *
 * - Source: `MetisSequencerSet.currentEpochNumber`.
 *
 * @throws {MetisSeqError} ENDPOINT_WRONG_ANSWER
 */
export async function readNewestEpochNumber(l2: ChainClient, {sequencerSet}: At): Promise<bigint> {
  const functionName = 'currentEpochNumber'
  const number = await readContract(l2, {
    address: sequencerSet,
    abi: metisSequencerSetAbi,
    functionName,
  })
  return atMost(MOST_EPOCH_NUMBER, functionName, number)
}

/**
 * The epoch that contains a block; undefined when none does.
 *
 * - Source: `MetisSequencerSet.getEpochByBlock` (uint256.max means none).
 */
export async function readEpochOfBlock(
  l2: ChainClient,
  {sequencerSet, block}: At & {block: bigint},
): Promise<Epoch | undefined> {
  const number = await readContract(l2, {
    address: sequencerSet,
    abi: metisSequencerSetAbi,
    functionName: 'getEpochByBlock',
    args: [block],
  })
  return number === maxUint256 ? undefined : readEpoch(l2, {sequencerSet, number})
}

/**
 * The newest epochs, oldest first.
 *
 * @param count at most this many
 */
export async function readNewestEpochs(
  l2: ChainClient,
  {sequencerSet, count}: At & {count: number},
): Promise<Epoch[]> {
  const newest = await readNewestEpochNumber(l2, {sequencerSet})
  const first = newest >= BigInt(count) ? newest - BigInt(count) + 1n : 0n
  const numbers = Array.from(
    {length: Number(newest - first) + 1},
    (_, index) => first + BigInt(index),
  )
  const epochs = await Promise.all(numbers.map((number) => readEpoch(l2, {sequencerSet, number})))
  return epochs.filter((epoch) => epoch !== undefined)
}

/**
 * Blocks of an epoch that is not cut short by a respan.
 *
 * - Source: `MetisSequencerSet.epochLength`.
 */
export function readEpochLength(l2: ChainClient, {sequencerSet}: At): Promise<bigint> {
  return readContract(l2, {
    address: sequencerSet,
    abi: metisSequencerSetAbi,
    functionName: 'epochLength',
  })
}
