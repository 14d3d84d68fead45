import {zeroAddress, type Address} from 'viem'
import {readContract} from 'viem/actions'

import {
  isPlausibleEpoch,
  MOST_EPOCH_BLOCKS,
  MOST_EPOCH_NUMBER,
  type Epoch,
} from '../../../protocol/epoch.ts'
import {metisSequencerSetAbi} from '../../abis/metis-sequencer-set.ts'
import type {ChainClient} from '../../connect.ts'
import {wrongRead} from '../../endpoint-errors.ts'
import {atMost} from '../../plausible.ts'

interface At {
  sequencerSet: Address
}

/**
 * One epoch by its number; undefined when it was never committed.
 *
 * - Signed by: nobody. Chain: L2.
 * - Source: `MetisSequencerSet.epochs`.
 *
 * @throws {MetisSeqError} ENDPOINT_WRONG_ANSWER
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
  if (signer === zeroAddress) return undefined
  const epoch = {number, signer, startBlock, endBlock}
  if (!isPlausibleEpoch(epoch)) throw wrongRead('epochs')
  return epoch
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
 * `MetisSequencerSet.getEpochByBlock` walks all epochs, and for a block that none covers it runs out
 * of gas after some hundred of them: a halted L2 would pass for one that does not respond. Epochs
 * begin in the order of their numbers, so a few of them are enough; most blocks are near the newest.
 *
 * - Source: `MetisSequencerSet.epochs`.
 *
 * @throws {MetisSeqError} ENDPOINT_WRONG_ANSWER
 */
export async function readEpochOfBlock(
  l2: ChainClient,
  {sequencerSet, block}: At & {block: bigint},
): Promise<Epoch | undefined> {
  const read = (number: bigint) => readEpoch(l2, {sequencerSet, number})
  const newest = await read(await readNewestEpochNumber(l2, {sequencerSet}))
  if (!newest || block > newest.endBlock) return undefined
  if (block >= newest.startBlock) return newest
  // The epoch is one before `above`, and not before `found` once there is one.
  let above = newest.number
  let found: Epoch | undefined
  for (let step = 1n; !found; step *= 4n) {
    if (above === 0n) return undefined
    const tried = await read(above > step ? above - step : 0n)
    if (!tried) return undefined
    if (tried.startBlock <= block) found = tried
    else above = tried.number
  }
  while (above - found.number > 1n) {
    const middle = await read((above + found.number) / 2n)
    if (!middle) return undefined
    if (middle.startBlock <= block) found = middle
    else above = middle.number
  }
  return block <= found.endBlock ? found : undefined
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
 * - Source: `MetisSequencerSet.epochLength`, never 0.
 *
 * @throws {MetisSeqError} ENDPOINT_WRONG_ANSWER
 */
export async function readEpochLength(l2: ChainClient, {sequencerSet}: At): Promise<bigint> {
  const functionName = 'epochLength'
  const length = await readContract(l2, {
    address: sequencerSet,
    abi: metisSequencerSetAbi,
    functionName,
  })
  if (length === 0n) throw wrongRead(functionName)
  return atMost(MOST_EPOCH_BLOCKS, functionName, length)
}
