import {encodeFunctionData, maxUint256, type Address, type Hash} from 'viem'

import {erc20Abi} from '../chain/abis/erc20.ts'
import {lockingInfoAbi} from '../chain/abis/locking-info.ts'
import {lockingPoolAbi} from '../chain/abis/locking-pool.ts'
import {metisSequencerSetAbi} from '../chain/abis/metis-sequencer-set.ts'
import type {Clock} from '../lib/clock.ts'
import {isRecord} from '../lib/json.ts'
import type {Epoch} from '../protocol/epoch.ts'
import type {L1Network} from '../protocol/network.ts'
import {
  planRewardBatch,
  type BlockedEpoch,
  type RewardBatch,
  type RewardPlan,
} from '../protocol/reward.ts'
import {readContract, readQuantity, wrongAnswer, type RpcRequester} from './contract-call.ts'
import {readEpochs} from './l2-view.ts'
import {signMpcTransaction, type SignedTransaction} from './mpc.ts'
import {SIGN_TYPES, type OwnSigner} from './mpc-signer.ts'

/** Epochs per batch, so that a reward batch after a long pause still fits into a block. */
export const MAX_EPOCHS_PER_BATCH = 256n
/**
 * Offered percentage of the endpoint's gas price and estimate: one full base fee step plus reserve.
 */
const GAS_PRICE_FACTOR = 125n
const GAS_LIMIT_FACTOR = 130n

export interface RewardContext {
  l1: RpcRequester
  l2: RpcRequester
  l1Network: L1Network
  sequencerSet: Address
  signer: OwnSigner
  /**
   * True if the L2 nodes know which blocks L1 has confirmed. Then only confirmed epochs are paid:
   * before that, a respan elsewhere can still replace them, while a payment is final. All reads
   * must then come from one node.
   */
  hasSafeHead: boolean
}

export type RewardDecision =
  | {kind: 'ready'; batch: RewardBatch; totalMetisWei: bigint; blockedBy: BlockedEpoch | undefined}
  | Exclude<RewardPlan, {kind: 'ready'}>
  | {kind: 'refused'; reason: 'not-mpc'; mpcAddress: Address}
  | {
      kind: 'refused'
      reason: 'payer-short'
      payer: Address
      neededWei: bigint
      availableWei: bigint
    }

/**
 * Plans the next reward batch from both chains, or says why there is none. Read-only.
 *
 * - Signed by: nobody.   Chain: L1 and L2.   Value: none.
 * - Source: `LockingPool.batchSubmitRewards`, `LockingInfo.distributeReward`,
 *   `MetisSequencerSet.finalizedEpoch`.
 *
 * @param minEpochs finalized epochs that make a reward batch worth sending, at least 2
 */
export async function planRewards(
  context: RewardContext,
  minEpochs: number,
): Promise<RewardDecision> {
  const {l1, l2, l1Network, sequencerSet, signer} = context
  const pool = {address: l1Network.contracts.lockingPool, abi: lockingPoolAbi, args: []} as const
  const [[finalized, exists], {id, endEpoch}] = await Promise.all([
    readContract(l2, {
      address: sequencerSet,
      abi: metisSequencerSetAbi,
      functionName: 'finalizedEpoch',
      args: [],
    }),
    readRewardState(l1, pool.address),
  ])
  const from = endEpoch + 1n
  const limit = endEpoch + MAX_EPOCHS_PER_BATCH
  const to = finalized.number < limit ? finalized.number : limit
  const count = exists && to >= from ? Number(to - from) + 1 : 0
  if (count < Math.max(2, minEpochs)) {
    return {kind: 'wait', reason: 'too-few-epochs', epochs: count, needed: Math.max(2, minEpochs)}
  }
  const mpcAddress = await readContract(l1, {...pool, functionName: 'mpcAddress'})
  if (mpcAddress.toLowerCase() !== signer.address.toLowerCase()) {
    return {kind: 'refused', reason: 'not-mpc', mpcAddress}
  }
  const finished = await readEpochs(l2, sequencerSet, from, to)
  const epochs = await readPayableEpochs(l2, sequencerSet, finished, context.hasSafeHead)
  const unpayable = await findUnpayable(
    l1,
    pool.address,
    new Set(epochs.map((epoch) => epoch.signer)),
  )
  const plan = planRewardBatch({batchState: {id, endEpoch}, epochs, unpayable, minEpochs})
  if (plan.kind !== 'ready') return plan

  const rewardPerBlock = await readContract(l1, {...pool, functionName: 'rewardPerBlock'})
  const blocks = plan.batch.blocks.reduce((sum, count) => sum + count, 0n)
  const totalMetisWei = blocks * rewardPerBlock
  return (await findShortPayer(context, totalMetisWei)) ?? {...plan, totalMetisWei}
}

/** Where the next reward batch continues: LockingPool's last batch and its last epoch. */
export async function readRewardState(
  l1: RpcRequester,
  lockingPool: Address,
): Promise<{id: bigint; endEpoch: bigint}> {
  const [id, , , endEpoch] = await readContract(l1, {
    address: lockingPool,
    abi: lockingPoolAbi,
    functionName: 'curBatchState',
    args: [],
  })
  return {id, endEpoch}
}

/** The final ones of some ascending epochs. */
export async function readPayableEpochs(
  l2: RpcRequester,
  sequencerSet: Address,
  epochs: readonly Epoch[],
  hasSafeHead: boolean,
): Promise<Epoch[]> {
  const [finalized, exists] = await readContract(l2, {
    address: sequencerSet,
    abi: metisSequencerSetAbi,
    functionName: 'finalizedEpoch',
    args: [],
  })
  if (!exists) return []
  const safe = hasSafeHead ? await readSafeBlock(l2) : undefined
  // The end of an epoch is only settled by the block after it, with which a respan may cut it
  // short.
  const isFinal = ({number, endBlock}: Epoch) =>
    number <= finalized.number && (safe === undefined || endBlock < safe)
  return epochs.filter(isFinal)
}

/** The newest L2 block that L1 has confirmed; -1 before the first. */
async function readSafeBlock(l2: RpcRequester): Promise<bigint> {
  const block = await l2.request('eth_getBlockByNumber', ['safe', false])
  return isRecord(block) ? BigInt(String(block['number'])) : -1n
}

/** Signers whose record LockingPool no longer reaches: never used there, or burned. */
export async function findUnpayable(
  l1: RpcRequester,
  lockingPool: Address,
  signers: ReadonlySet<Address>,
): Promise<Set<Address>> {
  const found = await Promise.all(
    [...signers].map(async (signer) => {
      const id = await readContract(l1, {
        address: lockingPool,
        abi: lockingPoolAbi,
        functionName: 'seqSigners',
        args: [signer],
      })
      return id === 0n || id === maxUint256 ? [signer] : []
    }),
  )
  return new Set(found.flat())
}

/**
 * The payer pays through an allowance to LockingInfo; one wei short reverts the whole reward batch.
 */
async function findShortPayer(
  {l1, l1Network}: RewardContext,
  neededWei: bigint,
): Promise<RewardDecision | undefined> {
  const {lockingInfo, metis} = l1Network.contracts
  const payer = await readContract(l1, {
    address: lockingInfo,
    abi: lockingInfoAbi,
    functionName: 'rewardPayer',
    args: [],
  })
  const token = {address: metis, abi: erc20Abi} as const
  const [balance, allowance] = await Promise.all([
    readContract(l1, {...token, functionName: 'balanceOf', args: [payer]}),
    readContract(l1, {...token, functionName: 'allowance', args: [payer, lockingInfo]}),
  ])
  const availableWei = balance < allowance ? balance : allowance
  if (availableWei >= neededWei) return undefined
  return {kind: 'refused', reason: 'payer-short', payer, neededWei, availableWei}
}

/**
 * The transaction of the reward batch, estimated and signed but not sent.
 *
 * - Signed by: MPC.   Chain: L1.   Value: 0.
 * - Source: `LockingPool.batchSubmitRewards`.
 *
 * @throws {RpcResponseError} the contract would revert
 */
export async function signRewardBatch(
  {l1, l1Network, signer}: RewardContext,
  batch: RewardBatch,
): Promise<SignedTransaction> {
  const to = l1Network.contracts.lockingPool
  const data = encodeFunctionData({
    abi: lockingPoolAbi,
    functionName: 'batchSubmitRewards',
    args: [batch.batchId, batch.startEpoch, batch.endEpoch, batch.seqs, batch.blocks],
  })
  const gas = await readQuantity(l1, 'eth_estimateGas', [{from: signer.address, to, data}])
  return signMpcTransaction({
    rpc: l1,
    signer,
    signType: SIGN_TYPES.batchReward,
    chainId: l1Network.chainId,
    to,
    data,
    gas: (gas * GAS_LIMIT_FACTOR) / 100n,
    gasPriceFactor: GAS_PRICE_FACTOR,
  })
}

/**
 * @returns the outcome of the mined transaction, or undefined when it is not mined within
 * `timeoutMs`
 */
export async function waitForRewardReceipt(options: {
  l1: RpcRequester
  hash: Hash
  clock: Clock
  pollMs: number
  timeoutMs: number
  signal: AbortSignal
}): Promise<'credited' | 'reverted' | undefined> {
  const {l1, hash, clock, pollMs, timeoutMs, signal} = options
  const deadline = clock.monotonicMs() + timeoutMs
  for (;;) {
    const receipt = await l1.request('eth_getTransactionReceipt', [hash])
    if (isRecord(receipt)) {
      const {status} = receipt
      if (status !== '0x1' && status !== '0x0') throw wrongAnswer(l1, 'eth_getTransactionReceipt')
      return status === '0x1' ? 'credited' : 'reverted'
    }
    if (clock.monotonicMs() >= deadline) return undefined
    await clock.sleep(pollMs, signal)
  }
}
