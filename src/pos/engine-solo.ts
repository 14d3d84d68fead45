import {MetisSeqError} from '../lib/errors.ts'
import type {Logger} from '../lib/log.ts'
import {createBackground, type Background} from './background.ts'
import {findSplit, readL1Branch, readL1Chunk} from './l1-watcher.ts'
import {L2Driver} from './l2-driver.ts'
import {createRewardDriver} from './reward-driver.ts'
import {createMpcSigner, type MpcSigner} from './mpc-signer.ts'
import {createContentCheck} from './sign-content.ts'
import {initialState, type Command, type PosEvent, type PosState} from './state.ts'
import {transition} from './transition.ts'
import {createTroubles, type Trouble, type Troubles} from './troubles.ts'
import type {EngineOptions, Observations, Apply} from './consensus.ts'

/** Reward batches are looked for this many ticks apart: they take minutes to days to become due. */
const REWARD_TICKS = 4
/** Between two portions of L1 events while there are more. */
const CATCH_UP_PAUSE_MS = 50

interface QueuedCommand {
  command: Command
  resolve(events: PosEvent[]): void
  reject(error: unknown): void
}

/**
 * The consensus of one: the only place that changes the state. It ticks, looks at both chains, turns
 * what it sees into commands, stores the result, and only then acts on it. Slow work runs beside the
 * loop and hands its commands over through a queue.
 */
export class SoloEngine {
  /** Signs what is due, also for others. */
  readonly signer: MpcSigner
  readonly #options: EngineOptions
  readonly #troubles: Troubles
  readonly #stopping = new AbortController()
  readonly #queue: QueuedCommand[] = []
  readonly #l1Watch: Background
  readonly #rewards: Background
  readonly #l2Driver: L2Driver
  #state: PosState
  #l1Seen: {head: bigint; caughtUp: boolean} | undefined
  #loop: Promise<void> | undefined
  /** The reorganization that is being followed, so that it is logged once. */
  #saidSplit: bigint | undefined

  constructor(options: EngineOptions) {
    const {network, store, logger, clock, pollMs} = options
    this.#options = options
    this.#troubles = createTroubles(logger, clock)
    this.#state = store.loadState() ?? initialState(BigInt(network.l1.deploymentBlock))
    const signal = this.#stopping.signal
    const state = () => this.#state
    const {account, l1, l2} = options
    const checkContent = createContentCheck({network, state, l1, l2: () => l2.one()})
    const signer = createMpcSigner({account, network, store, checkContent})
    this.signer = signer
    const enqueue = (command: Command) => this.#enqueue(command)
    const beside = {clock, troubles: this.#troubles, signal}
    this.#l1Watch = createBackground({
      ...beside,
      name: 'l1',
      intervalMs: pollMs,
      run: () => this.#watchL1(),
    })
    this.#rewards = createBackground({
      ...beside,
      name: 'rewards',
      intervalMs: pollMs * REWARD_TICKS,
      run: createRewardDriver({...options, signer, state, enqueue, signal}),
    })
    const apply: Apply = (command) => this.#apply(command)
    this.#l2Driver = new L2Driver({...options, signer, state, apply, troubles: this.#troubles})
  }

  start(): void {
    this.#loop ??= this.#run()
  }

  async stop(): Promise<void> {
    const {l1, l2} = this.#options
    this.#stopping.abort(new Error('The consensus layer is stopping.'))
    // Ends the requests under way, so that a chain that hangs cannot hold up the stop.
    l1.close()
    l2.close()
    for (const {reject} of this.#queue.splice(0)) reject(this.#stopping.signal.reason)
    await Promise.all([this.#loop, this.#l1Watch.idle(), this.#rewards.idle()])
  }

  state(): PosState {
    return this.#state
  }

  observations(): Observations {
    return {
      l1Head: this.#l1Seen?.head ?? null,
      l1CaughtUp: this.#l1Seen?.caughtUp ?? false,
      ...this.#l2Driver.observations(),
    }
  }

  troubles(): Trouble[] {
    return this.#troubles.list()
  }

  async #run(): Promise<void> {
    const {clock, pollMs} = this.#options
    const {signal} = this.#stopping
    while (!signal.aborted) {
      await this.#tick()
      // While the L1 is being read, its chunks should not wait for the tick of the L2.
      const pause = this.#l1Seen?.caughtUp ? pollMs : Math.min(pollMs, CATCH_UP_PAUSE_MS)
      await clock.sleep(pause, signal).catch(() => undefined)
    }
  }

  async #tick(): Promise<void> {
    this.#drain()
    this.#l1Watch.poke()
    try {
      await this.#l2Driver.step(this.#l1Seen?.caughtUp ?? false)
      this.#troubles.clear('l2')
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#troubles.set('l2', error)
    }
    this.#rewards.poke()
    this.#drain()
  }

  async #watchL1(): Promise<boolean> {
    const {network, l1} = this.#options
    const {l1Cursor: cursor, l1Anchors} = this.#state
    const splitBlock = await findSplit(l1, l1Anchors, BigInt(network.l1.deploymentBlock) - 1n)
    if (splitBlock !== undefined) {
      await this.#followReorganization(splitBlock)
      return true
    }
    const {toBlock, toHash, events, caughtUp, l1Head} = await readL1Chunk({
      rpc: l1,
      lockingInfo: network.l1.contracts.lockingInfo,
      cursor,
      confirmations: network.l1.confirmations,
    })
    if (toHash !== null) await this.#enqueue({type: 'apply-l1', toBlock, toHash, events})
    this.#l1Seen = {head: l1Head, caughtUp}
    return !caughtUp
  }

  /** @throws {MetisSeqError} L1_REORGANIZED, the new branch cannot be followed yet */
  async #followReorganization(splitBlock: bigint): Promise<void> {
    const {network, l1, store, logger} = this.#options
    const {l1Cursor} = this.#state
    // Until the new branch is read nothing is planned from a set that may be void.
    if (this.#l1Seen) this.#l1Seen = {...this.#l1Seen, caughtUp: false}
    if (this.#saidSplit !== splitBlock) {
      this.#saidSplit = splitBlock
      logger.error('l1-reorganized', {splitBlock, appliedUpTo: l1Cursor})
    }
    const {committedEpoch, l2Head} = this.#l2Driver.observations()
    if (committedEpoch === null || l2Head === null) {
      throw reorganized(splitBlock, l1Cursor, 'the L2 has to be seen first')
    }
    const branch = await readL1Branch({
      rpc: l1,
      lockingInfo: network.l1.contracts.lockingInfo,
      cursor: splitBlock,
      confirmations: network.l1.confirmations,
    })
    const {toBlock, toHash, events} = branch
    const journal = store.l1Events()
    const [result] = await this.#enqueue({
      ...{type: 'replace-l1', splitBlock, events, toBlock, toHash, committedEpoch, l2Head},
      kept: journal.filter(({blockNumber}) => blockNumber <= splitBlock),
      vanished: journal.filter(({blockNumber}) => blockNumber > splitBlock),
    })
    if (result?.type === 'refused') throw reorganized(splitBlock, l1Cursor, result.reason)
    this.#saidSplit = undefined
  }

  /** Stored first: what is not durable has not happened. */
  #apply(command: Command): PosEvent[] {
    const {store, logger} = this.#options
    const [next, events] = transition(this.#state, command)
    store.save(next, events)
    this.#state = next
    for (const event of events) logEvent(logger, event)
    return events
  }

  /** Resolves once the loop has applied and stored the command. */
  #enqueue(command: Command): Promise<PosEvent[]> {
    const {signal} = this.#stopping
    const {promise, resolve, reject} = Promise.withResolvers<PosEvent[]>()
    if (signal.aborted) reject(signal.reason)
    else this.#queue.push({command, resolve, reject})
    return promise
  }

  #drain(): void {
    for (let item = this.#queue.shift(); item; item = this.#queue.shift()) {
      try {
        item.resolve(this.#apply(item.command))
      } catch (error) {
        item.reject(error)
      }
    }
  }
}

function reorganized(splitBlock: bigint, appliedUpTo: bigint, reason: string): MetisSeqError {
  return new MetisSeqError({
    code: 'L1_REORGANIZED',
    message: `The L1 was reorganized after block ${splitBlock}, but events up to block ${appliedUpTo} are applied: ${reason}.`,
    exit: 'critical',
    facts: {splitBlock: `${splitBlock}`, appliedUpTo: `${appliedUpTo}`},
    hints: ['Check with a second L1 endpoint which branch is the right one.'],
  })
}

function logEvent(logger: Logger, event: PosEvent): void {
  switch (event.type) {
    case 'span-stored': {
      const {id, startBlock, endBlock, producers} = event.span
      const facts = {spanId: id, startBlock, endBlock, signer: producers[0].signer}
      return logger.info('span-stored', {cause: event.cause, ...facts})
    }
    case 'respan-bound':
    case 'respan-landed':
      return logger.warn(event.type, {...event.respan})
    case 'respan-released':
      return logger.warn(event.type, {...event.respan, reason: event.reason})
    case 'reward-batch-recorded': {
      const {batchId, startEpoch, endEpoch, txHash, outcome} = event.batch
      return logger.info(event.type, {batchId, startEpoch, endEpoch, txHash, outcome})
    }
    case 'l1-journaled':
      return logger.debug(event.type, {afterBlock: event.afterBlock, events: event.events.length})
    case 'l1-replaced':
      return logger.error(event.type, factsOf(event))
    case 'l1-event-refused':
    case 'refused':
      return logger.warn(event.type, factsOf(event))
    default:
      return logger.info(event.type, factsOf(event))
  }
}

function factsOf(
  event: Exclude<
    PosEvent,
    {span: unknown} | {respan: unknown} | {batch: unknown} | {events: unknown}
  >,
): Record<string, string | number | bigint> {
  const {type: _type, ...facts} = event
  return facts
}
