import type {Logger} from '../lib/log.ts'
import {createBackground, type Background} from './background.ts'
import type {Consensus} from './consensus.ts'
import {L1Follower} from './l1-follower.ts'
import {L2Driver} from './l2-driver.ts'
import {createRewardDriver} from './reward-driver.ts'
import {createMpcSigner, type MpcSigner} from './mpc-signer.ts'
import {createContentCheck} from './sign-content.ts'
import type {PosEvent, PosState} from './state.ts'
import {createFailures, type Failure, type Failures} from './failures.ts'
import type {HostOptions, Observations} from './observations.ts'

/** Ticks between two checks for a due reward batch: they take minutes to days to become due. */
const REWARD_TICKS = 4
/** Pause between two portions of L1 events while there are more. */
const CATCH_UP_PAUSE_MS = 50

/**
 * One party of the consensus layer. It ticks, reads both chains, proposes its observations as
 * commands, and executes the effects of the state while it is due. Slow work runs outside the loop.
 */
export class PosHost {
  /** Signs due transactions, including those requested by others. */
  readonly signer: MpcSigner
  readonly #options: HostOptions
  readonly #consensus: Consensus
  readonly #failures: Failures
  readonly #stopping = new AbortController()
  readonly #l1Follower: L1Follower
  readonly #l1Watch: Background
  readonly #rewards: Background
  readonly #l2Driver: L2Driver
  #loop: Promise<void> | undefined

  constructor(options: HostOptions, consensus: Consensus) {
    const {network, store, logger, clock, pollMs, account, l1, l2} = options
    this.#options = options
    this.#consensus = consensus
    this.#failures = createFailures(logger, clock)
    const signal = this.#stopping.signal
    const state = () => this.state()
    const checkContent = createContentCheck({network, state, l1, l2: () => l2.one()})
    const signer = createMpcSigner({account, network, store, checkContent})
    this.signer = signer
    const beside = {clock, failures: this.#failures, signal}
    const l2Seen = () => this.#l2Driver.observations()
    this.#l1Follower = new L1Follower({...options, consensus, l2Seen})
    this.#l1Watch = createBackground({
      ...beside,
      name: 'l1',
      intervalMs: pollMs,
      run: () => this.#l1Follower.step(),
    })
    this.#rewards = createBackground({
      ...beside,
      name: 'rewards',
      intervalMs: pollMs * REWARD_TICKS,
      run: createRewardDriver({...options, signer, consensus, signal}),
    })
    this.#l2Driver = new L2Driver({...options, signer, consensus, failures: this.#failures})
    consensus.onApplied(({events}) => {
      for (const event of events) logEvent(logger, event)
    })
  }

  start(): void {
    this.#consensus.start()
    this.#loop ??= this.#run()
  }

  async stop(): Promise<void> {
    const {l1, l2} = this.#options
    this.#stopping.abort(new Error('The consensus layer is stopping.'))
    // Aborts pending requests, so that an unresponsive chain cannot delay the stop.
    l1.close()
    l2.close()
    await this.#consensus.stop()
    await Promise.all([this.#loop, this.#l1Watch.idle(), this.#rewards.idle()])
  }

  state(): PosState {
    return this.#consensus.tip().state
  }

  observations(): Observations {
    const seen = this.#l1Follower.seen
    return {
      l1Head: seen?.head ?? null,
      l1CaughtUp: seen?.caughtUp ?? false,
      ...this.#l2Driver.observations(),
    }
  }

  failures(): Failure[] {
    return this.#failures.list()
  }

  async #run(): Promise<void> {
    const {clock, pollMs} = this.#options
    const {signal} = this.#stopping
    while (!signal.aborted) {
      await this.#tick()
      // During an L1 scan, chunks should not wait for the L2 tick.
      const caughtUp = this.#l1Follower.seen?.caughtUp
      const pause = caughtUp ? pollMs : Math.min(pollMs, CATCH_UP_PAUSE_MS)
      await clock.sleep(pause, signal).catch(() => undefined)
    }
  }

  async #tick(): Promise<void> {
    this.#l1Watch.poke()
    try {
      await this.#l2Driver.step(this.#l1Follower.seen?.caughtUp ?? false)
      this.#failures.clear('l2')
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#failures.set('l2', error)
    }
    this.#rewards.poke()
  }
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
    case 'l1-staged':
      return logger.debug(event.type, {events: event.events.length})
    case 'l1-replacement-begun':
      return logger.debug(event.type, {splitBlock: event.splitBlock})
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
