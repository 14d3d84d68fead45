import {decodeFunctionData, type Address} from 'viem'

import {lockingPoolAbi} from '../chain/abis/locking-pool.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {decodeBatch} from '../protocol/batch-codec.ts'
import type {Network} from '../protocol/network.ts'
import {capabilitiesOfNodes} from '../protocol/node-runtime.ts'
import {blocksBySigner, MIN_EPOCHS_PER_REWARD_BATCH} from '../protocol/reward.ts'
import type {RpcRequester} from './contract-call.ts'
import {commitCalldata} from './epoch-committer.ts'
import {readEpochs} from './l2-view.ts'
import {MPC_L2_GAS} from './mpc.ts'
import {SIGN_TYPES, type ContentCheck, type UnsignedTransaction} from './mpc-signer.ts'
import {recommitCalldata} from './respan.ts'
import {
  findUnpayable,
  MAX_EPOCHS_PER_BATCH,
  readPayableEpochs,
  readRewardState,
} from './reward-submitter.ts'
import {latestSpan, type PosState} from './state.ts'

export interface ContentSources {
  network: Network
  state(): PosState
  l1: RpcRequester
  /** One node: the responses must be consistent. */
  l2(): RpcRequester
}

/**
 * Checks that a transaction is the due one. The real check accepts everything for most types, so
 * any validator gets any transaction signed.
 *
 * - Signed by: nobody.   Chain: L1 and L2, reads.   Value: none.
 * - Source: Themis `mpc/side_handler.go`, `mpc/transaction.go`.
 */
export function createContentCheck(sources: ContentSources): ContentCheck {
  return async (signType, transaction) => {
    if ((transaction.value ?? 0n) !== 0n) throw refuse('it transfers value')
    switch (signType) {
      case SIGN_TYPES.batchSubmit:
        return checkBatch(sources, transaction)
      case SIGN_TYPES.batchReward:
        return checkRewards(sources, transaction)
      case SIGN_TYPES.commitEpoch:
        return checkCommit(sources, transaction)
      case SIGN_TYPES.recommitEpoch:
        return checkRecommit(sources, transaction)
      case SIGN_TYPES.l1UpdateMpcAddress:
      case SIGN_TYPES.l2UpdateMpcAddress:
        throw refuse('only the owner of the contracts can change the MPC address')
    }
  }
}

function checkBatch({network}: ContentSources, {to, data = '0x'}: UnsignedTransaction): void {
  requireTarget(to, network.l1.contracts.batchInbox, 'the batch inbox')
  try {
    decodeBatch(data)
  } catch (error) {
    throw refuse('its data is not a transaction batch', error)
  }
}

function checkCommit({network, state}: ContentSources, transaction: UnsignedTransaction): void {
  requireSequencerSet(network, transaction)
  const span = latestSpan(state())
  if (!span || transaction.data !== commitCalldata(span)) {
    throw refuse('it does not commit the planned span')
  }
}

function checkRecommit({network, state}: ContentSources, transaction: UnsignedTransaction): void {
  requireSequencerSet(network, transaction)
  const {pendingRespan} = state()
  if (!pendingRespan) throw refuse('no respan is bound')
  if (transaction.data !== recommitCalldata(pendingRespan)) {
    throw refuse('it is not the bound respan')
  }
}

/**
 * Recounts the blocks of every signer in the range. Stricter than the real recount: the range must
 * follow the last one and be final, and LockingPool must know every signer, or it would revert for
 * everyone.
 */
async function checkRewards(
  {network, l1, l2}: ContentSources,
  {to, data = '0x'}: UnsignedTransaction,
): Promise<void> {
  const {lockingPool} = network.l1.contracts
  requireTarget(to, lockingPool, 'LockingPool')
  const [batchId, from, until, seqs, blocks] = decodeRewards(data)
  const node = l2()
  const {id, endEpoch} = await readRewardState(l1, lockingPool)
  if (batchId !== id + 1n || from !== endEpoch + 1n) {
    throw refuse(`the next reward batch is ${id + 1n}, from epoch ${endEpoch + 1n} on`)
  }
  const count = until - from + 1n
  if (count < BigInt(MIN_EPOCHS_PER_REWARD_BATCH) || count > MAX_EPOCHS_PER_BATCH) {
    throw refuse(`it pays ${count} epochs, and 2 to ${MAX_EPOCHS_PER_BATCH} are possible`)
  }
  const {sequencerSet} = network.l2.contracts
  const epochs = await readEpochs(node, sequencerSet, from, until)
  const {safeHead: hasSafeHead} = capabilitiesOfNodes(network)
  const final = await readPayableEpochs(node, sequencerSet, epochs, hasSafeHead)
  if (final.length !== epochs.length) throw refuse(`epoch ${until} is not final yet`)
  const counted = blocksBySigner(epochs)
  const isEqual =
    seqs.length === counted.size &&
    blocks.length === counted.size &&
    new Set(seqs.map(lower)).size === counted.size &&
    seqs.every((signer, index) => counted.get(lower(signer)) === blocks[index])
  if (!isEqual) throw refuse('its counts do not match the epochs on L2')
  const [unpayable] = await findUnpayable(l1, lockingPool, new Set(counted.keys()))
  if (unpayable) throw refuse(`LockingPool no longer knows ${unpayable} and would pay nobody`)
}

function decodeRewards(data: UnsignedTransaction['data'] & string) {
  try {
    const {functionName, args} = decodeFunctionData({abi: lockingPoolAbi, data})
    if (functionName === 'batchSubmitRewards') return args
  } catch (error) {
    throw refuse('its data is not a call to LockingPool', error)
  }
  throw refuse('it does not submit rewards')
}

function requireSequencerSet({l2}: Network, {to, gas = 0n}: UnsignedTransaction): void {
  requireTarget(to, l2.contracts.sequencerSet, 'MetisSequencerSet')
  if (gas > MPC_L2_GAS) throw refuse(`its gas limit is above ${MPC_L2_GAS}`)
}

function requireTarget(to: Address, wanted: Address, name: string): void {
  if (lower(to) !== lower(wanted)) throw refuse(`it goes to ${to} instead of ${name}`)
}

function lower(address: Address): Address {
  return address.toLowerCase() as Address
}

function refuse(reason: string, cause?: unknown): MetisSeqError {
  return new MetisSeqError({
    code: 'SIGN_REFUSED',
    message: `The transaction is not signed: ${reason}.`,
    facts: {reason},
    cause,
  })
}
