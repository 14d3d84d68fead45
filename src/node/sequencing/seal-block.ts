/**
 * In: an open block. Out: a signed block in the chain log, or nothing. Called by the driver only.
 *
 * The safety of the whole node rests on this order: check the state, execute, store the candidate,
 * ask the guard, sign, log, and only then announce.
 */
import type {Hash, Hex} from 'viem'

import type {Clock} from '../../lib/clock.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {lowerCase, signBlock, type SealedBlock} from '../../protocol/block.ts'
import type {BlockSigner} from '../../protocol/block-signer.ts'
import type {SignGuard} from '../../store/sign-guard.ts'
import type {ChainState} from '../chain-state.ts'
import type {DroppedTransaction} from '../engine/engine.ts'
import type {Metrics} from '../metrics.ts'

export interface SealOptions {
  chain: ChainState
  guard: SignGuard
  clock: Clock
  chainId: number
  signer: BlockSigner
  metrics: Pick<Metrics, 'observe'>
}

export interface SealRequest {
  transactions: readonly Hex[]
  /** True when the block is only valid if it makes us the signer of its number. */
  isRecommit: boolean
  allowEmpty: boolean
}

export type SealResult =
  | {sealed: SealedBlock; dropped: DroppedTransaction[]}
  | {sealed: null; dropped: DroppedTransaction[]}

/**
 * Builds, signs and logs the next block.
 *
 * - Signed by: signer.   Chain: L2.   Value: none.
 *
 * @returns once the block is durable. `sealed: null`: every transaction was dropped, or the
 * recommitment did not take effect; the engine is back at the head
 * @throws {MetisSeqError} DOUBLE_SIGN, DISK_FULL (nothing is announced, the engine is back at the
 * head)
 * @throws {EngineError} the engine must be restarted
 */
export async function sealBlock(options: SealOptions, request: SealRequest): Promise<SealResult> {
  const {chain, clock} = options
  const parent = chain.head()
  // The wall clock may go backwards; block times may not.
  const earliest = parent.timestamp + chain.engine.capabilities.timestampStep
  const timestamp = Math.max(Math.floor(clock.nowMs() / 1000), earliest)
  await chain.checkState()
  const payload = {timestamp, orderedTransactions: request.transactions}
  const execution = await chain.execute(payload, {anyOrder: true})
  const {block, included, dropped} = execution
  try {
    if (included.length === 0 && !request.allowEmpty) {
      await chain.revert()
      return {sealed: null, dropped}
    }
    if (request.isRecommit && !(await isOurs(options, block.number))) {
      await chain.revert()
      const rest = request.transactions.map((raw) => ({raw, reason: 'it did not take effect'}))
      return {sealed: null, dropped: rest}
    }
    const {number, hash, parentHash, stateRoot} = block
    const candidate = {number, hash, parentHash, stateRoot, timestamp, transactions: included}
    // Otherwise a crash between the guard and the log would leave a height that may only be signed
    // with a hash that nobody can rebuild.
    chain.log.saveCandidate(candidate)
    return {sealed: await signAndLog(options, candidate), dropped}
  } catch (error) {
    await chain.revert()
    throw error
  }
}

/**
 * Finishes the block that a crash interrupted after the guard had given permission.
 *
 * @returns null when there is nothing to finish at this height
 * @throws {MetisSeqError} CANDIDATE_LOST when the height is signed and the block cannot be rebuilt
 */
export async function finishCandidate(options: SealOptions): Promise<SealedBlock | null> {
  const {chain, guard} = options
  const parent = chain.head()
  const signed = guard.signedAt(parent.number + 1)
  if (signed === undefined) return null
  const candidate = chain.log.candidate()
  if (candidate?.hash !== signed || candidate.parentHash !== parent.hash) {
    throw candidateLost(parent.number + 1, signed)
  }
  const {timestamp, transactions} = candidate
  const {block} = await chain.execute({timestamp, orderedTransactions: transactions})
  try {
    if (block.hash !== signed) throw candidateLost(block.number, signed)
    return await signAndLog(options, candidate)
  } catch (error) {
    await chain.revert()
    throw error
  }
}

async function signAndLog(
  {chain, guard, chainId, signer, clock, metrics}: SealOptions,
  candidate: Omit<SealedBlock, 'signer' | 'signature' | 'seqSign'>,
): Promise<SealedBlock> {
  const startedMs = clock.monotonicMs()
  guard.checkAndRecord(candidate.number, candidate.hash)
  const guardedMs = clock.monotonicMs()
  metrics.observe('guard', guardedMs - startedMs)
  const sealed = await signBlock(candidate, chainId, signer)
  if (guard.signedAt(sealed.number) !== sealed.hash) throw new Error('The guard was bypassed.')
  chain.log.append(sealed)
  metrics.observe('sign', clock.monotonicMs() - guardedMs)
  await chain.accept(sealed)
  return sealed
}

async function isOurs({chain, signer}: SealOptions, number: number): Promise<boolean> {
  await chain.refreshTurns()
  return chain.rotation.signerAt(number) === lowerCase(signer.address)
}

function candidateLost(height: number, signed: Hash): MetisSeqError {
  return new MetisSeqError({
    code: 'CANDIDATE_LOST',
    message: `Height ${height} was already signed, and that block cannot be rebuilt.`,
    facts: {height: `${height}`, signed},
    hints: ['Wait until the consensus layer respans to another signer.'],
  })
}
