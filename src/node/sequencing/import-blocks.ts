/**
 * In: blocks of peers. Out: the same blocks in our chain log, executed here with equal hashes.
 * Called by the driver only.
 */
import type {Hex} from 'viem'

import type {Clock} from '../../lib/clock.ts'
import {InvalidBlockError, type SealedBlock} from '../../protocol/block.ts'
import type {ParsedTransaction} from '../../protocol/transaction.ts'
import type {ChainState} from '../chain-state.ts'
import {EngineError} from '../engine/engine.ts'
import {checkBlock, looksLikeRecommit, type Authority, type BlockRules} from './check-block.ts'

export interface ImportOptions {
  chain: ChainState
  rules: BlockRules
  clock: Clock
  /**
   * Checks for our own signature before a block is stored. @throws {MetisSeqError} it must not be
   * there
   */
  noteOwn(block: SealedBlock): void
  /** Reports the milliseconds from all transactions in the engine to a block of our chain. */
  onSealedIn?(block: SealedBlock, transactions: readonly ParsedTransaction[], ms: number): void
}

export interface SwitchOptions extends ImportOptions {
  /** Blocks up to here are on L1 or on their way there and never reverted. */
  reorgFloor(): number
  /**
   * Called before our blocks are reverted, with those of their transactions that the other branch
   * may lack. They are still promised to their senders.
   *
   * @throws {MetisSeqError} DISK_FULL: our branch stays
   */
  onLost(transactions: readonly Hex[]): void
}

/**
 * A hash mismatch. A peer that relays the block and computes the same hash as its producer is not
 * dishonest.
 */
export class DivergedBlockError extends InvalidBlockError {}

/** Why a branch wins: it starts with a respan, or L1 has confirmed it. */
export type SwitchReason = 'respan' | 'confirmed'

/**
 * Executes the next block and stores it.
 *
 * @throws {InvalidBlockError} the block breaks a rule or re-executed to a different hash than
 * signed; nothing changed
 * @throws {EngineError} `reset` at the first hash mismatch of a block: the engine is rebuilt before
 * our own result is trusted
 */
export async function importBlock(options: ImportOptions, block: SealedBlock): Promise<void> {
  const {chain, clock} = options
  const authority = checkNext(options, block)
  try {
    const sealMs = await executeChecked(options, block, authority)
    const startedMs = clock.monotonicMs()
    options.noteOwn(block)
    chain.log.append(block)
    await chain.accept(block)
    if (sealMs === undefined) return
    const ms = sealMs + clock.monotonicMs() - startedMs
    options.onSealedIn?.(block, authority.transactions, ms)
  } catch (error) {
    await chain.revert()
    throw error
  }
}

/**
 * Reverts our own blocks above `ancestor` in favour of another branch.
 *
 * @param first the first block of that branch
 * @throws {InvalidBlockError} the block breaks a rule; our branch is restored
 */
export async function switchBranch(
  options: SwitchOptions,
  ancestor: number,
  first: SealedBlock,
  reason: SwitchReason,
): Promise<void> {
  const {chain} = options
  const ours = chain.log.range(ancestor + 1, chain.head().number)
  await chain.rewindTo(ancestor)
  try {
    const authority = checkNext(options, first)
    if (reason === 'respan' && authority.by !== 'recommit') {
      throw new InvalidBlockError(`Block ${first.number} does not start a new epoch.`)
    }
    await executeChecked(options, first, authority)
    // Checked again at the last moment: a transaction batch may have been sent while the block was
    // executed.
    if (options.reorgFloor() > ancestor) {
      throw new InvalidBlockError(`The branch forks from ours at or below the reorg floor.`)
    }
    const kept = new Set(first.transactions)
    const held = ours.flatMap(({transactions}) => transactions)
    options.onLost(held.filter((raw) => !kept.has(raw)))
    options.noteOwn(first)
    chain.log.replaceAfter(ancestor, [first])
  } catch (error) {
    await chain.restore()
    throw error
  }
  await chain.adopt(first)
}

/**
 * Which of two blocks at one height wins. A recommitment is the network's decision that the other
 * producer is gone; between two of them the longer branch, then the lower hash, so that all nodes
 * decide alike.
 *
 * @param heads number of the last block of each branch
 */
export function prefersTheirs(
  {
    ours,
    theirs,
    heads,
  }: {ours: SealedBlock; theirs: SealedBlock; heads: {ours: number; theirs: number}},
  {chain, rules}: ImportOptions,
): boolean {
  const mpc = chain.rotation.mpcAddress()
  if (!looksLikeRecommit(theirs, mpc, rules)) return false
  if (!looksLikeRecommit(ours, mpc, rules)) return true
  if (heads.theirs !== heads.ours) return heads.theirs > heads.ours
  return theirs.hash < ours.hash
}

function checkNext({chain, rules, clock}: ImportOptions, block: SealedBlock): Authority {
  const nowSeconds = Math.floor(clock.nowMs() / 1000)
  return checkBlock(block, chain.head(), chain.rotation, rules, nowSeconds)
}

/**
 * Leaves the engine at the block. The caller reverts it on any exception.
 *
 * @returns milliseconds of sealing, as `executeEqual` does
 */
async function executeChecked(
  {chain}: ImportOptions,
  block: SealedBlock,
  authority: Authority,
): Promise<number | undefined> {
  const ms = await executeEqual(chain, block)
  if (authority.by === 'turn') return ms
  await chain.refreshTurns()
  if (chain.rotation.signerAt(block.number) !== block.signer) {
    throw new InvalidBlockError(`The recommitment in block ${block.number} did not take effect.`)
  }
  return ms
}

/**
 * A producer that signs a wrong hash must not stop the followers: they ignore its block, and the
 * consensus layer respans. But first we suspect ourselves.
 *
 * @returns milliseconds that the engine took once it had all transactions; undefined if they were
 * submitted one by one
 */
async function executeEqual(chain: ChainState, block: SealedBlock): Promise<number | undefined> {
  if (chain.disputes.isSettled(block.hash)) throw new DivergedBlockError(otherHash(block))
  const payload = {timestamp: block.timestamp, orderedTransactions: block.transactions}
  let computed = block.hash
  // Separate from sealing, so that its time is known and readers wait for sealing only.
  await chain.stage(block.transactions)
  for (const oneByOne of [false, true]) {
    const {block: executed, dropped} = await chain.execute(payload, {oneByOne})
    if (executed.hash === block.hash && executed.stateRoot === block.stateRoot) {
      return oneByOne ? undefined : (chain.lastExecuteMs ?? undefined)
    }
    computed = executed.hash
    if (oneByOne && dropped.length > 0) {
      throw new InvalidBlockError(
        `Block ${block.number} holds ${dropped.length} transactions that cannot be executed.`,
      )
    }
    if (!oneByOne) await chain.engine.rollback(1)
  }
  if (chain.disputes.mayDoubtItself) {
    chain.disputes.add(block, computed, 'doubted')
    throw new EngineError(
      'reset',
      `${otherHash(block)} The engine is being rebuilt to rule out a local fault.`,
    )
  }
  chain.disputes.add(block, computed, 'refused')
  throw new DivergedBlockError(`${otherHash(block)} It is ${computed}.`)
}

function otherHash({number, hash}: SealedBlock): string {
  return `Block ${number} has a hash mismatch: re-executed to a different hash than the ${hash} that its producer signed.`
}
