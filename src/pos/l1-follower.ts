/**
 * In: L1 and our journal of it. Out: commands, either the next portion of events or a reorged
 * branch in portions.
 */
import {MetisSeqError} from '../lib/errors.ts'
import type {Consensus} from './consensus.ts'
import type {RpcRequester} from './contract-call.ts'
import {firstPortion} from './l1-portions.ts'
import {findSplit, readL1Chunk} from './l1-watcher.ts'
import type {HostOptions, Observations} from './observations.ts'
import {lastKeyOf, type Command, type L1Replacement, type PosState} from './state.ts'
import type {PosStore} from './store.ts'

/** Journal events read for one portion: more than fit into one. */
const JOURNAL_PAGE = 512

type FollowerOptions = Pick<HostOptions, 'network' | 'logger'> & {
  l1: RpcRequester
  store: Pick<PosStore, 'l1Events' | 'countL1Events'>
  consensus: Pick<Consensus, 'tip' | 'propose' | 'isDue'>
  l2Seen(): Pick<Observations, 'committedEpoch' | 'l2Head'>
}

export class L1Follower {
  readonly #options: FollowerOptions
  #seen: {head: bigint; caughtUp: boolean} | undefined
  /** The reorg in progress, so that it is logged once. */
  #saidSplit: bigint | undefined

  constructor(options: FollowerOptions) {
    this.#options = options
  }

  get seen(): {head: bigint; caughtUp: boolean} | undefined {
    return this.#seen
  }

  /** @returns true when there is more to do immediately */
  async step(): Promise<boolean> {
    const {network, l1, consensus} = this.#options
    const {l1Cursor, l1Anchors, lastReplayKey} = this.#state()
    const splitBlock = await findSplit(l1, l1Anchors, BigInt(network.l1.deploymentBlock) - 1n)
    if (splitBlock !== undefined) {
      await this.#followReorganization(splitBlock)
      return true
    }
    const chunk = await this.#read(l1Cursor, lastReplayKey)
    const {toBlock, toHash, events, hasMore, caughtUp, l1Head} = chunk
    const isNews = toHash !== null
    if (isNews && !consensus.isDue()) {
      this.#seen = {head: l1Head, caughtUp: false}
      return false
    }
    if (isNews) {
      const portion = {afterBlock: l1Cursor, toBlock, toHash, events, hasMore}
      await consensus.propose({type: 'apply-l1', ...portion})
    }
    this.#seen = {head: l1Head, caughtUp}
    return !caughtUp
  }

  #state(): PosState {
    return this.#options.consensus.tip().state
  }

  #read(cursor: bigint, afterKey: bigint) {
    const {network, l1: rpc} = this.#options
    const {confirmations, contracts} = network.l1
    return readL1Chunk({rpc, lockingInfo: contracts.lockingInfo, cursor, afterKey, confirmations})
  }

  /** @throws {MetisSeqError} L1_REORGANIZED, the new branch cannot be applied yet */
  async #followReorganization(splitBlock: bigint): Promise<void> {
    const {store, logger, l2Seen, consensus} = this.#options
    const {l1Cursor} = this.#state()
    // Until the new branch is read, nothing is planned from a possibly void set.
    if (this.#seen) this.#seen = {...this.#seen, caughtUp: false}
    if (this.#saidSplit !== splitBlock) {
      this.#saidSplit = splitBlock
      logger.error('l1-reorganized', {splitBlock, appliedUpTo: l1Cursor})
    }
    const {committedEpoch, l2Head} = l2Seen()
    if (committedEpoch === null || l2Head === null) {
      throw reorganized(splitBlock, l1Cursor, 'the L2 must be read first')
    }
    if (!consensus.isDue()) throw reorganized(splitBlock, l1Cursor, 'another party is due')
    await this.#stage(splitBlock)
    const vanished = store.countL1Events(lastKeyOf(splitBlock))
    await this.#propose({type: 'replace-l1', splitBlock, vanished, committedEpoch, l2Head})
    this.#saidSplit = undefined
  }

  /**
   * Builds the set of the new branch alongside the active one. Resumes the staged set from before a
   * restart or a refusal if it belongs to the current branch of L1.
   */
  async #stage(splitBlock: bigint): Promise<void> {
    const {l1} = this.#options
    if (!(await this.#isStaged(splitBlock))) {
      await this.#propose({type: 'begin-l1-replacement', splitBlock})
    }
    for (let isOpen = true; isOpen; ) {
      const staged = this.#stagedOf(splitBlock)
      isOpen =
        staged.cursor < splitBlock
          ? await this.#stageJournal(staged)
          : await this.#stageBranch(staged)
    }
    const {anchors} = this.#stagedOf(splitBlock)
    if ((await findSplit(l1, anchors, splitBlock)) !== undefined) {
      throw reorganized(splitBlock, this.#state().l1Cursor, 'L1 reorged again in the meantime')
    }
  }

  async #isStaged(splitBlock: bigint): Promise<boolean> {
    const {l1Replacement: staged} = this.#state()
    if (staged?.splitBlock !== splitBlock) return false
    return (await findSplit(this.#options.l1, staged.anchors, splitBlock)) === undefined
  }

  #stagedOf(splitBlock: bigint): L1Replacement {
    const {l1Replacement: staged, l1Cursor} = this.#state()
    if (staged?.splitBlock === splitBlock) return staged
    throw reorganized(splitBlock, l1Cursor, 'another replacement began in the meantime')
  }

  async #stageJournal({splitBlock, cursor, lastReplayKey}: L1Replacement): Promise<boolean> {
    const page = this.#options.store.l1Events(lastReplayKey, JOURNAL_PAGE)
    const kept = page.filter(({blockNumber}) => blockNumber <= splitBlock)
    const isLast = kept.length < JOURNAL_PAGE
    const {isWhole, ...cut} = firstPortion(kept, splitBlock, lastReplayKey)
    // A full page may end within a block.
    const portion =
      isWhole && !isLast ? {...cut, toBlock: kept.at(-1)!.blockNumber, hasMore: true} : cut
    const command = {type: 'stage-l1', splitBlock, afterBlock: cursor, toHash: null} as const
    await this.#propose({...command, ...portion})
    return true
  }

  async #stageBranch({splitBlock, cursor, lastReplayKey}: L1Replacement): Promise<boolean> {
    const {toBlock, toHash, events, hasMore, caughtUp} = await this.#read(cursor, lastReplayKey)
    if (toHash === null) return false
    const portion = {afterBlock: cursor, toBlock, toHash, events, hasMore}
    await this.#propose({type: 'stage-l1', splitBlock, ...portion})
    return !caughtUp
  }

  /** @throws {MetisSeqError} L1_REORGANIZED, the replacement was refused */
  async #propose(command: Command & {splitBlock: bigint}): Promise<void> {
    const {events} = await this.#options.consensus.propose(command)
    const refusal = events.find((event) => event.type === 'refused')
    if (!refusal) return
    throw reorganized(command.splitBlock, this.#state().l1Cursor, refusal.reason)
  }
}

function reorganized(splitBlock: bigint, appliedUpTo: bigint, reason: string): MetisSeqError {
  return new MetisSeqError({
    code: 'L1_REORGANIZED',
    message: `The L1 reorged after block ${splitBlock}, but events up to block ${appliedUpTo} are applied: ${reason}.`,
    exit: 'critical',
    facts: {splitBlock: `${splitBlock}`, appliedUpTo: `${appliedUpTo}`},
    hints: ['Check with a second L1 endpoint which branch is canonical.'],
  })
}
