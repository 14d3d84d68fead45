import type {Address, Hash, Hex} from 'viem'

import {addressOfWord, wordsOf, type L1Log} from './l1-log.ts'
import type {RewardBatch} from './reward.ts'

/** `DistributeReward(uint256,uint256,uint256,uint256,uint256)` of LockingPool. */
const DISTRIBUTE_REWARD = '0x57f14bf0f24025b2c737413d121021e1a6ede039533e1215eda6f20002baf0a1'
/** `ClaimRewards(uint256,address,uint256,uint256)` of LockingInfo. */
const CLAIM_REWARDS = '0x18c7dc2a1800c409227dc12c0c05ada9c995ebfe0e42ae6d65f1b3ae3e6111de'
/** `Relocked(uint256,uint256,uint256)` of LockingInfo. */
const RELOCKED = '0x33a87ba488658b3d1319098cd49c6d65b72a79c0f3530fec611e7afffed04395'
/** `Locked(address,uint256,uint256,uint256,uint256,uint256,bytes)` of LockingInfo. */
const LOCKED = '0xe6f1eb1f1d0ca344d03cf47b9e6ece8a7d3b196e38dd7dd2307cca75e26682a8'
/** `SignerChange(uint256,uint256,address,address,bytes)` of LockingInfo. */
const SIGNER_CHANGE = '0x086044c0612a8c965d4cccd907f0d588e40ad68438bd4c1274cac60f4c3a9d1f'

/** First topics of every log relevant to rewards. */
export const REWARD_TOPICS: readonly Hex[] = [
  DISTRIBUTE_REWARD,
  CLAIM_REWARDS,
  RELOCKED,
  LOCKED,
  SIGNER_CHANGE,
]

/** `batchSubmitRewards(uint256,uint256,uint256,address[],uint256[])` */
const BATCH_SUBMIT_SELECTOR = '0x11c7d144'
/** `relock(uint256,uint256,bool)` */
const RELOCK_SELECTOR = '0x015bb180'
/** batchSubmitRewards: three numbers and two offsets. */
const BATCH_HEAD_WORDS = 5

/** Position of an event on L1. */
export interface L1Place {
  l1Block: bigint
  logIndex: number
  txHash: Hash
  /** Seconds; null while unknown. */
  timeSeconds: number | null
}

/** A paid reward batch. Source: `LockingPool.DistributeReward`. */
export interface BatchEvent extends L1Place {
  kind: 'batch'
  batchId: bigint
  /** Both inclusive. */
  startEpoch: bigint
  endEpoch: bigint
  /** Of all sequencers together. */
  totalMetisWei: bigint
  rewardPerBlockMetisWei: bigint
}

/** Rewards sent to the recipient on L2, by a claim or by an exit. Source: `LockingInfo.ClaimRewards`. */
export interface ClaimEvent extends L1Place {
  kind: 'claim'
  sequencerId: bigint
  /** On L2. Lower case. */
  recipient: Address
  amountMetisWei: bigint
}

/** METIS added to a lock, from the owner, from rewards, or from both. Source: `LockingInfo.Relocked`. */
export interface RelockEvent extends L1Place {
  kind: 'relock'
  sequencerId: bigint
  addedMetisWei: bigint
}

/** The signer of a sequencer from this log on. Source: `LockingInfo.Locked`, `SignerChange`. */
export interface SignerEvent extends L1Place {
  kind: 'signer'
  sequencerId: bigint
  /** Lower case. */
  signer: Address
}

export type RewardEvent = BatchEvent | ClaimEvent | RelockEvent | SignerEvent

/** Reward events in log order. Logs of other contracts and other events are ignored. */
export function parseRewardLogs(
  logs: readonly L1Log[],
  contracts: {lockingPool: Address; lockingInfo: Address},
): RewardEvent[] {
  const pool = contracts.lockingPool.toLowerCase()
  const info = contracts.lockingInfo.toLowerCase()
  return logs.flatMap((log) => {
    const event =
      log.address === pool ? parsePoolLog(log) : log.address === info ? parseInfoLog(log) : null
    return event ? [event] : []
  })
}

function placeOf({l1Block, logIndex, txHash, timeSeconds}: L1Log): L1Place {
  return {l1Block, logIndex, txHash, timeSeconds}
}

function parsePoolLog(log: L1Log): RewardEvent | null {
  if (log.topics[0] !== DISTRIBUTE_REWARD) return null
  const [startEpoch = 0n, endEpoch = 0n, totalMetisWei = 0n, rate = 0n] = wordsOf(log.data)
  return {
    kind: 'batch',
    ...placeOf(log),
    batchId: BigInt(log.topics[1]!),
    startEpoch,
    endEpoch,
    totalMetisWei,
    rewardPerBlockMetisWei: rate,
  }
}

function parseInfoLog(log: L1Log): RewardEvent | null {
  const topic = (index: number) => BigInt(log.topics[index] ?? 0)
  const [first = 0n] = wordsOf(log.data)
  const place = placeOf(log)
  switch (log.topics[0]) {
    case CLAIM_REWARDS: {
      const recipient = addressOfWord(first)
      return {kind: 'claim', ...place, sequencerId: topic(1), recipient, amountMetisWei: topic(2)}
    }
    case RELOCKED:
      return {kind: 'relock', ...place, sequencerId: topic(1), addedMetisWei: first}
    case LOCKED:
      return {kind: 'signer', ...place, sequencerId: topic(2), signer: addressOfWord(topic(1))}
    case SIGNER_CHANGE:
      return {kind: 'signer', ...place, sequencerId: topic(1), signer: addressOfWord(topic(3))}
    default:
      return null
  }
}

/**
 * The arguments of a batchSubmitRewards call; undefined when the data is not exactly one, as when another
 * contract made the call.
 */
export function parseRewardBatch(data: Hex): RewardBatch | undefined {
  if (!data.startsWith(BATCH_SUBMIT_SELECTOR)) return undefined
  const words = wordsOf(data, 4)
  const [batchId, startEpoch, endEpoch, seqsAt, blocksAt] = words
  if (batchId === undefined || startEpoch === undefined || endEpoch === undefined) return undefined
  const seqs = arrayAt(words, seqsAt)
  const blocks = arrayAt(words, blocksAt)
  if (!seqs || !blocks || seqs.length !== blocks.length) return undefined
  return {batchId, startEpoch, endEpoch, seqs: seqs.map(addressOfWord), blocks}
}

function arrayAt(words: readonly bigint[], offset: bigint | undefined): bigint[] | undefined {
  if (offset === undefined || offset % 32n !== 0n || offset > BigInt(words.length) * 32n) {
    return undefined
  }
  const at = Number(offset / 32n)
  const length = words[at]
  if (at < BATCH_HEAD_WORDS || length === undefined) return undefined
  const items = words.slice(at + 1, at + 1 + Number(length))
  return BigInt(items.length) === length ? items : undefined
}

/** The arguments of a relock call; undefined when the data is not exactly one. */
export function parseRelock(
  data: Hex,
): {sequencerId: bigint; amountMetisWei: bigint; lockReward: boolean} | undefined {
  if (!data.startsWith(RELOCK_SELECTOR) || data.length !== 2 + 8 + 3 * 64) return undefined
  const [sequencerId = 0n, amountMetisWei = 0n, lockReward = 0n] = wordsOf(data, 4)
  return {sequencerId, amountMetisWei, lockReward: lockReward !== 0n}
}
