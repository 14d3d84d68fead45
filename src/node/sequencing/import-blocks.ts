/**
 * In: blocks of peers. Out: the same blocks in our chain log, executed here with equal hashes. Called
 * by the driver only.
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
  /** Looks for our own signature before a block is kept. @throws {MetisSeqError} it must not be there */
  noteOwn(block: SealedBlock): void
  /** The engine had its transactions, and so many milliseconds later it was a block of our chain. */
  onSealedIn?(block: SealedBlock, transactions: readonly ParsedTransaction[], ms: number): void
}

export interface SwitchOptions extends ImportOptions {
  /** Blocks up to here are on L1, or on their way there, and never given up. */
  reorgFloor(): number
  /**
   * Told, before our blocks are given up, which of their transactions the other branch may not hold. They
   * are still promised to their senders.
   *
   * @throws {MetisSeqError} DISK_FULL: our branch stays
   */
  onLost(transactions: readonly Hex[]): void
}

/** It gets another hash here. Whoever only passes it on, and computes as its producer does, is no liar. */
export class DivergedBlockError extends InvalidBlockError {}

/** Why a branch wins: it starts with a takeover, or L1 has confirmed it. */
export type SwitchReason = 'takeover' | 'confirmed'

/**
 * Executes the next block and keeps it.
 *
 * @throws {InvalidBlockError} the block breaks a rule, or has another hash here than its producer signed;
 *   nothing changed
 * @throws {EngineError} `reset` at the first other hash of a block: the engine is rebuilt before our own
 *   answer is believed
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
 * Gives up our own blocks above `ancestor` for another branch.
 *
 * @param first the first block of that branch
 * @throws {InvalidBlockError} the block breaks a rule; we are back on our branch
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
    if (reason === 'takeover' && authority.by !== 'recommit') {
      throw new InvalidBlockError(`Block ${first.number} does not start a new epoch.`)
    }
    await executeChecked(options, first, authority)
    // Checked again at the last moment: a batch may have left while the block was executed.
    if (options.reorgFloor() > ancestor) {
      throw new InvalidBlockError(`The branch leaves ours at or below a fixed block.`)
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
 * producer is gone; between two of them the longer branch, then the lower hash, so that everybody
 * decides alike.
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
 * Leaves the engine on the block. The caller takes it back when anything is thrown.
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
 * A producer that signs a wrong hash must not stop those who follow: they leave its block alone, and the
 * consensus layer gives the turn to another. But first we doubt ourselves.
 *
 * @returns milliseconds that the engine took once it had all transactions; undefined when it got them one by one
 */
async function executeEqual(chain: ChainState, block: SealedBlock): Promise<number | undefined> {
  if (chain.disputes.isSettled(block.hash)) throw new DivergedBlockError(otherHash(block))
  const payload = {timestamp: block.timestamp, orderedTransactions: block.transactions}
  let computed = block.hash
  // Apart from sealing, so that its time is known, and so that readers wait for sealing only.
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
    throw new EngineError('reset', `${otherHash(block)} The engine is rebuilt, to be sure.`)
  }
  chain.disputes.add(block, computed, 'refused')
  throw new DivergedBlockError(`${otherHash(block)} It is ${computed}.`)
}

function otherHash({number, hash}: SealedBlock): string {
  return `Block ${number} gets another hash here than the ${hash} its producer signed.`
}
