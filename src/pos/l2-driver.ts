import type {Address} from 'viem'

import {messageOf, MetisSeqError} from '../lib/errors.ts'
import {epochAt} from '../protocol/epoch.ts'
import type {Span} from '../protocol/span.ts'
import type {AgreedHead} from './agreed-head.ts'
import type {Consensus} from './consensus.ts'
import {dueCommit, sendCommit} from './epoch-committer.ts'
import {newestEpoch, readEpochs, readL2View, type L2View} from './l2-view.ts'
import type {OwnSigner} from './mpc-signer.ts'
import type {HostOptions, Observations} from './observations.ts'
import {offerRecommit, planRespan, signRecommit} from './respan.ts'
import {nextSpanStep} from './span-planner.ts'
import type {Command, PosState, Respan} from './state.ts'
import type {Failures} from './failures.ts'

/** Span steps per tick: a recovery continues at the next tick. */
const SPAN_STEPS_PER_TICK = 16
/** A transaction without effect is sent again after this long, or after five polls. */
const RESEND_MS = 2000

type DriverOptions = Pick<
  HostOptions,
  'network' | 'l2' | 'logger' | 'clock' | 'pollMs' | 'respanExtension'
> & {signer: OwnSigner; consensus: Pick<Consensus, 'tip' | 'propose' | 'isDue'>; failures: Failures}

/** Spans, commitments and respans: everything that keeps the L2 going. Runs inside the loop. */
export class L2Driver {
  readonly #options: DriverOptions
  readonly #respanDelayMs: number
  readonly #resendMs: number
  #view: L2View | undefined
  #movedAtMs: number
  #seenAtMs: number
  #blind = false
  #heads: AgreedHead | undefined
  /** Producers whose blocks the other nodes rejected. Lower-case. */
  readonly #distrusted = new Set<Address>()
  #committed: {key: string; atMs: number} | undefined
  #offered: {key: string; firstMs: number; atMs: number} | undefined

  constructor(options: DriverOptions) {
    const {network, clock, pollMs} = options
    this.#options = options
    this.#respanDelayMs = network.l2.respanDelaySeconds * 1000
    this.#resendMs = Math.max(RESEND_MS, pollMs * 5)
    this.#movedAtMs = this.#seenAtMs = clock.monotonicMs()
  }

  /**
   * Polls the L2 once and acts on the result.
   *
   * @param validatorsComplete whether the L1 was read up to its confirmed head
   * @throws what the L2 or the store throws
   */
  async step(validatorsComplete: boolean): Promise<void> {
    const view = await this.#look().catch((error: unknown) => {
      this.#blind = true
      throw error
    })
    const {consensus} = this.#options
    if (!view || !consensus.isDue()) return
    await this.#planSpans(view, validatorsComplete)
    if (!consensus.isDue()) return
    if (!(await this.#respan(view))) await this.#commit(view)
  }

  observations(): Pick<
    Observations,
    'l2Head' | 'committedEpoch' | 'epochLength' | 'stalledForMs' | 'heads' | 'distrusted'
  > {
    const view = this.#view
    const heads = this.#heads
    return {
      heads: heads
        ? {
            rule: heads.hash === null ? 'one-endpoint' : 'majority',
            ...{asked: heads.asked, answered: heads.answered},
            ...{agreeing: heads.holders.length, beyond: heads.beyond},
          }
        : null,
      distrusted: [...this.#distrusted],
      l2Head: view?.head ?? null,
      committedEpoch: view ? newestEpoch(view).number : null,
      epochLength: view?.epochLength ?? null,
      stalledForMs: Math.round(this.#stalledForMs()),
    }
  }

  #stalledForMs(): number {
    return this.#options.clock.monotonicMs() - this.#movedAtMs
  }

  #state(): PosState {
    return this.#options.consensus.tip().state
  }

  /** Undefined while all responding nodes are behind the known head. */
  async #look(): Promise<L2View | undefined> {
    const {l2, network, clock, logger} = this.#options
    const before = this.#view
    const agreed = await l2.head()
    const {number: head} = agreed
    this.#noteHeads(agreed)
    const nowMs = clock.monotonicMs()
    // Time without any response does not prove a silent producer.
    if (this.#blind) this.#movedAtMs += nowMs - this.#seenAtMs
    this.#blind = false
    this.#seenAtMs = nowMs
    if (before && head < before.head) {
      if (this.#stalledForMs() < this.#respanDelayMs) return undefined
      logger.warn('l2-head-went-back', {from: before.head, to: head})
    }
    const view = await readL2View(l2, network.l2.contracts.sequencerSet, head)
    // A lower head was lost with its producer: nobody has produced in the meantime.
    if (!before || head > before.head) this.#movedAtMs = clock.monotonicMs()
    this.#view = view
    return view
  }

  #noteHeads(agreed: AgreedHead): void {
    this.#heads = agreed
    const {asked, answered, holders, beyond} = agreed
    const isUnited = answered === asked && holders.length === asked && beyond.length === 0
    if (isUnited) this.#distrusted.clear()
    if (this.#distrusted.size === 0) this.#options.failures.clear('l2-heads')
  }

  /**
   * Called when the head has not moved for so long that all nodes had time to import everything: a
   * producer with blocks that the others lack does not count as producing. It is excluded from
   * respans until all nodes agree again.
   */
  #distrustProducer({epochs, head}: L2View): void {
    const agreed = this.#heads
    const producer = epochAt(epochs, head + 1n) ?? epochAt(epochs, head)
    if (!agreed || agreed.beyond.length === 0 || !producer) return
    this.#distrusted.add(producer.signer)
    this.#options.failures.set('l2-heads', headsDisagree(agreed, [...this.#distrusted]))
  }

  async #planSpans(view: L2View, validatorsComplete: boolean): Promise<void> {
    const {consensus, l2, network} = this.#options
    const {sequencerSet} = network.l2.contracts
    for (let count = 0; count < SPAN_STEPS_PER_TICK; count++) {
      const step = nextSpanStep(this.#state(), view, validatorsComplete)
      if (step.type === 'none') return
      const command: Command =
        step.type === 'command'
          ? step.command
          : {type: 'adopt-epochs', epochs: await readEpochs(l2, sequencerSet, step.from, step.to)}
      const {events} = await consensus.propose(command)
      if (events.some(({type}) => type === 'refused')) return
    }
  }

  /** True while a respan is open: the account's next nonce then belongs to it. */
  async #respan(view: L2View): Promise<boolean> {
    const {consensus, failures, respanExtension} = this.#options
    const open = this.#state().pendingRespan
    if (open) return this.#keepOffering(open, view)
    if (this.#stalledForMs() < this.#respanDelayMs) {
      failures.clear('respan')
      return false
    }
    this.#distrustProducer(view)
    const plan = planRespan(this.#state(), view, respanExtension, this.#distrusted)
    if (plan.kind === 'impossible') {
      failures.set('respan', new Error(`No respan is possible: ${plan.reason}.`))
      return false
    }
    const {respan} = plan
    // Bound and durable before a signature exists, so that no restart can pick another successor.
    const {events} = await consensus.propose({type: 'bind-respan', respan})
    if (events.some(({type}) => type === 'respan-bound')) await this.#offer(respan)
    return true
  }

  async #keepOffering(respan: Respan, view: L2View): Promise<boolean> {
    const {consensus, clock} = this.#options
    const {startBlock, l2Head} = respan
    if (view.head !== l2Head) {
      await consensus.propose({type: 'release-respan', startBlock, reason: 'overtaken'})
      return false
    }
    const offered = this.#offered?.key === respanKey(respan) ? this.#offered : undefined
    const nowMs = clock.monotonicMs()
    if (offered && nowMs - offered.firstMs >= this.#respanDelayMs) {
      await consensus.propose({type: 'release-respan', startBlock, reason: 'no-answer'})
    } else if (!offered || nowMs - offered.atMs >= this.#resendMs) await this.#offer(respan)
    return true
  }

  async #offer(respan: Respan): Promise<void> {
    const {l2, logger, clock} = this.#options
    const key = respanKey(respan)
    const nowMs = clock.monotonicMs()
    const firstMs = this.#offered?.key === key ? this.#offered.firstMs : nowMs
    this.#offered = {key, firstMs, atMs: nowMs}
    const signed = await signRecommit({...this.#wallet(), respan})
    const {accepted, refusals} = await offerRecommit(l2, signed)
    const refusal = refusals[0] && `${refusals[0].endpoint}: ${refusals[0].reason}`
    logger.info('respan-offered', {txHash: signed.hash, accepted, of: l2.names.length, refusal})
  }

  async #commit(view: L2View): Promise<void> {
    const {failures, logger, clock} = this.#options
    const span = dueCommit(this.#state(), view)
    if (!span) return failures.clear('commit')
    const key = spanKey(span)
    const nowMs = clock.monotonicMs()
    const again = this.#committed?.key === key
    if (again && nowMs - this.#committed!.atMs < this.#resendMs) return
    this.#committed = {key, atMs: nowMs}
    try {
      const {accepted, refusals} = await sendCommit({...this.#wallet(), span})
      // A second rejection mostly means that the node already has it; the contract has the last
      // word.
      if (accepted === 0 && !again) {
        throw new Error(refusals.map(({endpoint, reason}) => `${endpoint}: ${reason}`).join('; '))
      }
      logger.info('epoch-commit-offered', {epoch: span.id, signer: span.producers[0].signer, again})
    } catch (error) {
      failures.set('commit', new Error(`Epoch ${span.id} is not committed: ${messageOf(error)}`))
    }
  }

  #wallet() {
    const {l2, signer, network} = this.#options
    return {
      l2,
      signer,
      chainId: network.l2.chainId,
      sequencerSet: network.l2.contracts.sequencerSet,
    }
  }
}

function headsDisagree({number, beyond}: AgreedHead, producers: readonly Address[]): MetisSeqError {
  return new MetisSeqError({
    code: 'PRODUCER_ALONE',
    message: `Blocks above ${number} exist only on ${beyond.join(', ')} and do not count: ${producers.join(', ')} is excluded from respans.`,
    facts: {head: `${number}`, beyond: beyond.join(' '), producers: producers.join(' ')},
    hints: ['Run `metis-seq node status` on the nodes to see which of them diverged, and why.'],
  })
}

function respanKey({startBlock, l2Epoch, attempt}: Respan): string {
  return `${l2Epoch}/${startBlock}/${attempt}`
}

function spanKey({id, startBlock, endBlock, producers}: Span): string {
  return `${id}/${startBlock}/${endBlock}/${producers[0].signer}`
}
