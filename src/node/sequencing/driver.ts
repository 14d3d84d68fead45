/**
 * The loop that owns the chain. In: blocks of peers, wake-ups, the clock. Out: sealed blocks. RPC,
 * peers and timers only send notifications; everything that changes the chain happens here, in
 * sequence.
 */
import type {Address, Hash, Hex} from 'viem'

import {MetisSeqError} from '../../lib/errors.ts'
import {errorFacts} from '../../lib/log.ts'
import {lowerCase, type SealedBlock} from '../../protocol/block.ts'
import {reasonOf} from '../chain-state.ts'
import type {DroppedTransaction} from '../engine/engine.ts'
import {DRIVER_IDLE_MS, DRIVER_QUEUE, SEAL_CHUNK, SEAL_SHARE, STAGE_GATHER_MS} from '../limits.ts'
import type {HeldTransaction} from '../mempool/mempool.ts'
import type {SlotTime} from '../mempool/admission-control.ts'
import {PoolMaintenance} from '../mempool/maintenance.ts'
import type {Stage} from '../metrics.ts'
import {WakeTimer} from './wake-timer.ts'
import {BranchFollower} from './branch-follower.ts'
import {DriverFacts} from './driver-facts.ts'
import type {DriverOptions} from './driver-options.ts'
import {EngineWatch} from './engine-watch.ts'
import {criticalFailure, engineGone, failureOf, haltFacts, type Failure} from './failures.ts'
import {observe} from './observe.ts'
import {OpenBlock} from './open-block.ts'
import {finishCandidate, sealBlock, type SealOptions, type SealRequest} from './seal-block.ts'
import {Slots} from './slots.ts'
import {
  pauseOf,
  transition,
  type Effect,
  type Observation,
  type Phase,
  type SequencerEvent,
  type SequencerState,
} from './transition.ts'

type EffectOf<Type extends Effect['type']> = Extract<Effect, {type: Type}>

export class Driver {
  readonly facts: DriverFacts
  readonly #options: DriverOptions
  readonly #seal: SealOptions
  readonly #slots: Slots
  readonly #maintenance: PoolMaintenance
  readonly #wakeTimer: WakeTimer
  readonly #follower: BranchFollower
  readonly #engineWatch: EngineWatch
  #state: SequencerState = {phase: 'catching-up'}
  #open: OpenBlock | undefined
  /** Transactions being submitted to the engine. */
  #handing: {count: number; startedMs: number} | undefined
  #blocks: {block: SealedBlock; from: Address}[] = []
  #sealed = 0
  #stopAsked = false
  #running: Promise<void> = Promise.resolve()

  constructor(options: DriverOptions) {
    this.#options = options
    const {chain, guard, clock, rules, signer, metrics} = options
    this.#seal = {chain, guard, clock, signer, metrics, chainId: rules.transactions.chainId}
    this.#slots = new Slots(clock, options.slotMs)
    this.#wakeTimer = new WakeTimer(clock)
    this.facts = new DriverFacts(clock)
    this.#engineWatch = new EngineWatch(chain, clock)
    this.#maintenance = new PoolMaintenance(options)
    this.#follower = new BranchFollower(options, {
      onImported: (block, how) => this.#onImported(block, how?.isFresh === true),
      onSealedIn: (...about) => this.#maintenance.sealedIn(...about),
      refreshPool: () => this.#maintenance.afterRollback(),
    })
  }

  get phase(): Phase {
    return this.#state.phase
  }

  /** Blocks that this process sealed. */
  get blocksSealed(): number {
    return this.#sealed
  }

  start(): void {
    this.#options.gate.start()
    this.#running = this.#loop()
  }

  /** Finishes the open slot and ends the loop. Resolves when no further block will be sealed. */
  async stop(): Promise<void> {
    this.#stopAsked = true
    this.wake()
    await this.#running
  }

  /** Something changed that may need attention: a transaction, a peer, a tick. */
  wake(): void {
    this.#wakeTimer.wake()
  }

  /** A transaction was accepted. Transactions that arrive close together are staged together. */
  gather(): void {
    this.#wakeTimer.wakeSoon(STAGE_GATHER_MS)
  }

  /** How many missed the block they were accepted for, in our last slot. */
  get late(): number {
    return this.#maintenance.late
  }

  /** The receipts of a block are known. */
  spent(block: Hash, gasUsed: readonly number[]): void {
    this.#maintenance.spent(block, gasUsed)
  }

  /** Undefined when this node is not producing. */
  get slotTime(): SlotTime | undefined {
    if (this.#state.phase !== 'building') return undefined
    return {...this.#slots.time, underWay: this.#underWay()}
  }

  #underWay(): SlotTime['underWay'] {
    if (!this.#handing) return undefined
    const {count, startedMs} = this.#handing
    return {count, ms: this.#options.clock.monotonicMs() - startedMs}
  }

  /** Of an abandoned branch and not requeued yet. */
  get lostTransactions(): readonly Hex[] {
    return this.#follower.lost
  }

  /**
   * Queues a peer's block for the loop. When too many wait, the oldest is dropped: polling fetches
   * it again.
   */
  enqueue(block: SealedBlock, from: Address): void {
    if (this.#blocks.length >= DRIVER_QUEUE) this.#blocks.shift()
    this.#blocks.push({block, from})
    this.wake()
  }

  async #loop(): Promise<void> {
    while (this.#state.phase !== 'stopped') {
      await this.#waitForWork()
      try {
        if (this.#stopAsked) await this.#finishAndStop()
        else if (this.#state.phase !== 'halted') await this.#work()
      } catch (error) {
        await this.#failed(error)
      }
    }
  }

  async #work(): Promise<void> {
    this.#options.exchange.assertAlone()
    await this.#engineWatch.check()
    await this.#follower.giveBack()
    await this.#follower.importQueued(this.#blocks, () => this.#release())
    await this.#dispatch(this.#lookAround())
    if (!this.#open) await this.#engineWatch.tend(this.#state.phase === 'building')
  }

  async #waitForWork(): Promise<void> {
    const pauseUntilMs = pauseOf(this.#state)
    this.#note({type: 'pause-taken'})
    // After a failure only the pause counts; otherwise any wake-up ends the wait.
    if (pauseUntilMs !== null && !this.#stopAsked) return this.#wakeTimer.pauseUntil(pauseUntilMs)
    await this.#wakeTimer.sleepUntil(() => this.#nextLookAtMs())
  }

  #nextLookAtMs(): number {
    const {clock, mempool} = this.#options
    if (this.#state.phase !== 'building') return clock.monotonicMs() + DRIVER_IDLE_MS
    const hasWork = this.#open !== undefined || mempool.hasPending
    return this.#slots.nextLookAtMs(hasWork && this.#isSingle())
  }

  async #dispatch(event: SequencerEvent): Promise<void> {
    const before = this.#state.phase
    const [state, effects] = transition(this.#state, event)
    this.#state = state
    if (state.phase !== before) {
      this.facts.entered(state.phase)
      const head = this.#options.chain.head().number
      this.#options.logger.info('phase', {from: before, to: state.phase, head})
      this.#options.onHead()
    }
    for (const effect of effects) await this.#perform(effect)
  }

  /** For changes that are not visible outside. */
  #note(event: SequencerEvent): void {
    const [state] = transition(this.#state, event)
    this.#state = state
  }

  #lookAround(): Observation {
    const {clock, metrics} = this.#options
    const startedMs = clock.monotonicMs()
    const seen = observe({
      ...this.#options,
      slots: this.#slots,
      peers: this.#follower.peers,
      me: this.#me,
      open: this.#open,
      isSingle: this.#isSingle(),
    })
    metrics.observe('decide', clock.monotonicMs() - startedMs)
    return seen
  }

  /** True when the next block holds one transaction and does not wait for the slot. */
  #isSingle(): boolean {
    const next = this.#options.chain.head().number + 1
    return next < this.#options.rules.phase2Block || (this.#open?.isAlone ?? false)
  }

  get #me(): Address {
    return lowerCase(this.#options.signer.address)
  }

  /** @param error the failure that led to the effect, if any */
  async #perform(effect: Effect, error?: unknown): Promise<void> {
    switch (effect.type) {
      case 'fetch':
        return this.#fetch()
      case 'stage':
        return this.#stage()
      case 'seal':
        return effect.how === 'unfinished' ? this.#finish() : this.#sealNext(effect.how)
      case 'skip-slot':
        this.#options.admission.slotPassed()
        return this.#slots.restart()
      case 'release':
        return this.#release()
      case 'abandon':
        return this.#abandon()
      case 'drop':
        return
      case 'restart-engine':
        return this.#restartEngine(effect)
      case 'give-engine-up':
        return this.#giveEngineUp(effect)
      case 'halt':
        return this.#halt(error)
    }
  }

  async #stage(): Promise<void> {
    const {mempool, admission, clock} = this.#options
    const open = this.#openBlock()
    const taken = mempool.take(open.capacity(admission.chunkFor(this.#slots.time.msToSeal)))
    if (taken.length === 0) return
    open.add(taken)
    this.#slots.expectSeal(admission.sealMs(open.sealMs))
    this.#maintenance.took(taken)
    const startedMs = clock.monotonicMs()
    const refused = await this.#handOver(taken)
    admission.staged(taken.length, clock.monotonicMs() - startedMs)
    this.#maintenance.staged()
    this.#dropFromPool(refused)
    // There may be more, and a transaction that must be alone is sealed at once.
    if (mempool.hasPending || open.isAlone) this.wake()
  }

  async #handOver(taken: readonly HeldTransaction[]): Promise<readonly DroppedTransaction[]> {
    const {chain, clock} = this.#options
    this.#handing = {count: taken.length, startedMs: clock.monotonicMs()}
    try {
      return await chain.engine.stage(
        taken.map(({raw}) => raw),
        {anyOrder: true},
      )
    } finally {
      this.#handing = undefined
    }
  }

  async #sealNext(how: 'slot' | 'recommit'): Promise<void> {
    const {chain, mempool, emptyBlocks} = this.#options
    if (how === 'recommit') {
      const held = mempool.recommitFor(this.#me, chain.head().number + 1)
      if (!held) return
      return this.#sealWith({transactions: [held.raw], isRecommit: true, allowEmpty: false})
    }
    const open = this.#openBlock()
    const taken = mempool.take(open.capacity(SEAL_CHUNK))
    open.add(taken)
    this.#maintenance.took(taken)
    await this.#sealWith({transactions: open.raws, isRecommit: false, allowEmpty: emptyBlocks})
  }

  async #sealWith(request: SealRequest): Promise<void> {
    const {chain, clock, costs, admission, slotMs} = this.#options
    const {sealAtMs, nextSlotAtMs: dueAtMs} = this.#slots
    // A block of one transaction says nothing about the capacity of a slot.
    if (!this.#isSingle())
      this.#maintenance.slotEnds(request.transactions.length, sealAtMs, dueAtMs - sealAtMs)
    const startedMs = clock.monotonicMs()
    const {sealed, dropped} = await sealBlock(this.#seal, request)
    const held = this.#open?.held ?? []
    costs.sealed(held, clock.monotonicMs() - startedMs)
    if (sealed) this.#maintenance.executed(held, chain)
    this.#dropFromPool(dropped)
    this.#open = undefined
    this.#slots.expectSeal(admission.sealMs(0))
    this.#slots.advance()
    if (!sealed) return this.#options.mempool.requeue()
    this.#onSealed(sealed)
    admission.published(clock.monotonicMs() - dueAtMs, slotMs)
  }

  async #finish(): Promise<void> {
    await this.#release()
    const sealed = await finishCandidate(this.#seal)
    this.#slots.advance()
    if (sealed) this.#onSealed(sealed)
  }

  #onSealed(block: SealedBlock): void {
    const {exchange, logger} = this.#options
    this.#sealed++
    exchange.announce(block)
    this.#afterBlock(block)
    logger.debug('sealed', {block: block.number, transactions: block.transactions.length})
    // The rest of the pool is checked without waiting for the slot.
    if (this.#options.mempool.hasPending) this.wake()
  }

  #afterBlock(block: SealedBlock): void {
    const {metrics, onHead} = this.#options
    this.#maintenance.afterBlock(block, () => this.wake())
    this.#note({type: 'block'})
    for (const stage of ['decide', 'build', 'guard', 'sign'] as const) metrics.succeed(stage)
    onHead()
  }

  #onImported(block: SealedBlock, isFresh: boolean): void {
    if (isFresh) this.facts.blockCame(block.timestamp)
    this.#options.gate.fence()
    this.#slots.blockCame()
    this.#afterBlock(block)
  }

  async #fetch(): Promise<void> {
    await this.#release()
    if (await this.#follower.follow()) this.wake()
  }

  /** The open block is dropped; its transactions are pending again. */
  async #release(): Promise<void> {
    const {mempool, chain, onHead} = this.#options
    if (!this.#open) return
    this.#open = undefined
    mempool.requeue()
    await chain.engine.unstage()
    onHead()
  }

  #openBlock(): OpenBlock {
    const next = this.#options.chain.head().number + 1
    const {rules, admission} = this.#options
    const single = next < rules.phase2Block
    const sealMs = this.#options.slotMs * SEAL_SHARE
    this.#open ??= new OpenBlock({single, gas: () => admission.blockGas, sealMs})
    return this.#open
  }

  #dropFromPool(dropped: readonly DroppedTransaction[]): void {
    for (const {hash} of this.#maintenance.drop(dropped)) this.#open?.remove(hash)
  }

  async #finishAndStop(): Promise<void> {
    const {mempool} = this.#options
    const isBuilding = this.#state.phase === 'building'
    try {
      if (isBuilding && (this.#open?.isEmpty === false || mempool.hasPending)) {
        await this.#dispatch({...this.#lookAround(), slotDue: true})
      }
    } catch (error) {
      this.#report('build', error)
    }
    try {
      await this.#dispatch({type: 'stop'})
    } catch (error) {
      // The engine is gone; its staged transactions are back in the pool regardless.
      mempool.requeue()
      this.#report('build', error)
    }
  }

  async #failed(error: unknown): Promise<void> {
    this.#report('build', error)
    await this.#recover(failureOf(error), error)
  }

  async #recover(failure: Failure, error: unknown): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs()
    const [state, effects] = transition(this.#state, {type: 'failed', failure, nowMs})
    this.#state = state
    for (const effect of effects) await this.#perform(effect, error)
  }

  /** The engine is not used: it may be what failed. */
  #abandon(): void {
    this.#open = undefined
    this.#options.mempool.requeue()
  }

  /** The staged transactions are lost with the engine. */
  #forgetEngine(mayBeTheBlock: boolean): void {
    this.facts.engineRestarts()
    if (mayBeTheBlock) this.#maintenance.dropSuspects(this.#open?.held ?? [])
    this.#abandon()
    this.#options.accounts.forget()
  }

  async #restartEngine({restart, mayBeTheBlock}: EffectOf<'restart-engine'>): Promise<void> {
    const {chain, logger} = this.#options
    this.#forgetEngine(mayBeTheBlock)
    logger.warn('engine restarts', {failure: restart})
    try {
      await chain.restore()
      this.facts.engineWorks()
    } catch (error) {
      if (error instanceof MetisSeqError) return this.#recover(criticalFailure(error), error)
      this.#report('build', error)
      await this.#recover({kind: 'temporary'}, error)
    }
    this.wake()
  }

  async #giveEngineUp({restarts, mayBeTheBlock}: EffectOf<'give-engine-up'>): Promise<void> {
    this.#forgetEngine(mayBeTheBlock)
    const error = engineGone(restarts)
    await this.#recover(criticalFailure(error), error)
  }

  #halt(error: unknown): void {
    this.facts.halts(error)
    this.#abandon()
    // A halted node still serves requests; without this, readers would wait forever.
    this.#options.chain.gate.openAfterRollback()
    this.#options.logger.error('halted', haltFacts(error))
    this.#options.onHalt(error)
  }

  #report(stage: Stage, error: unknown): void {
    this.#options.metrics.fail(stage, reasonOf(error))
    this.#options.logger.error('driver failure', errorFacts(error))
  }
}
