/**
 * A started node seals nothing until it knows what its key signed in earlier runs, here or on
 * another host. In: L1, peers, the sign guard. Out: a permission that lasts until the process ends.
 * Called by the driver only.
 */
import type {Address} from 'viem'

import type {Clock} from '../../lib/clock.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import type {Logger} from '../../lib/log.ts'
import type {TxBatch} from '../../protocol/batch-codec.ts'
import {hasValidSignatures, type SealedBlock} from '../../protocol/block.ts'
import type {NodeNeed} from '../../protocol/node-status.ts'
import type {SignGuard} from '../../store/sign-guard.ts'
import type {ChainState} from '../chain-state.ts'
import {lastSignedIn} from '../guard/signed-batches.ts'
import {BLOCK_CLOCK_SKEW_SECONDS, QUARANTINE_SECONDS, DUPLICATE_SIGNER_PAUSE_MS} from '../limits.ts'
import type {BlockExchange} from '../peers/exchange.ts'

/** What a starting node has learned so far. */
export interface StartView {
  /** The first poll of L1 has finished, with or without a response. */
  isL1Asked: boolean
  /** L1's batches were read up to its head since the start. */
  isL1Read: boolean
  /** Every block of the newest batch on L1 is part of our chain. */
  holdsL1: boolean
  /** Every bootnode has been tried. */
  hasGreeted: boolean
  /** Peers that have announced their head. */
  peers: number
  /** All peers have had time to respond. */
  isGraceOver: boolean
  /** The sign guard is the latest one that this key wrote. */
  isTrusted: boolean
  /** The previous process was not killed, and the machine was not restarted. */
  wasClosed: boolean
  /** The operator confirms that no other node of the network runs and no other host has the key. */
  isAlone: boolean
}

/**
 * Returns what is missing before this process may seal its first block. Pure.
 *
 * L1 lags by minutes, so a possibly outdated guard needs a peer as well. A guard that is known to
 * be complete and was closed cleanly needs only L1 if its peers are silent. Silence of both is not
 * enough.
 */
export function needsOf(view: StartView): NodeNeed[] {
  const {isAlone, isTrusted, wasClosed, isL1Read, hasGreeted, peers, isGraceOver} = view
  const hasL1 = isL1Read || (isAlone && view.isL1Asked)
  const isMet = hasGreeted && peers > 0
  const mayGoWithout = isAlone || (isTrusted && wasClosed && isL1Read)
  return [
    ...(hasL1 ? [] : (['l1-batches'] as const)),
    ...(isL1Read && !view.holdsL1 ? (['l1-blocks'] as const) : []),
    ...(isMet || (mayGoWithout && hasGreeted && isGraceOver) ? [] : (['peers'] as const)),
  ]
}

export interface StartGateOptions {
  chain: ChainState
  guard: SignGuard
  exchange: Pick<BlockExchange, 'hasGreeted' | 'peers' | 'duplicateSigner'>
  /** Lower-case. */
  me: Address
  chainId: number
  l1(): Pick<StartView, 'isL1Asked' | 'isL1Read' | 'holdsL1'>
  isAlone: boolean
  startupGraceMs: number
  clock: Clock
  logger: Logger
}

export class StartGate {
  readonly #options: StartGateOptions
  #isOpen = false
  #startedAtMs = 0
  #startedAtSeconds = 0
  #waiting: {needs: NodeNeed[]; sinceMs: number} | null = null

  constructor(options: StartGateOptions) {
    this.#options = options
  }

  start(): void {
    const {clock, guard, logger} = this.#options
    this.#startedAtMs = clock.monotonicMs()
    this.#startedAtSeconds = clock.nowMs() / 1000
    if (guard.isTrusted) return
    logger.warn('sign guard not trusted', {floor: guard.floor, top: guard.top ?? null})
  }

  /** Null when only the epoch decides whether the node seals. */
  get waitingFor(): {needs: NodeNeed[]; sinceMs: number} | null {
    return this.#waiting
  }

  /**
   * True when peers have reported their heads, and neither they nor L1 have blocks that we lack. Without
   * a peer only an operator knows, who confirms that no other node runs.
   */
  get isInStep(): boolean {
    const {chain, exchange, isAlone, l1} = this.#options
    const {isL1Read, holdsL1} = l1()
    if (isL1Read && !holdsL1) return false
    const peers = exchange.peers()
    if (peers.length === 0) return isAlone
    return exchange.hasGreeted && peers.every(({head}) => head.number <= chain.head().number)
  }

  /** Checks the sources. @returns true once enough is known; permanent from then on */
  look(): boolean {
    this.fence()
    const needs = this.#isOpen ? [] : needsOf(this.#view())
    this.#isOpen ||= needs.length === 0
    if (this.#isOpen && this.#isTurnLeft()) needs.push('later-turn')
    this.#say(needs)
    return this.#isOpen
  }

  /** True when we must not sign the next block although the epoch, or a respan, may be ours. */
  bars(number: number): boolean {
    const {guard, clock, exchange} = this.#options
    const {duplicateSigner} = exchange
    if (duplicateSigner && clock.nowMs() - duplicateSigner.sinceMs < DUPLICATE_SIGNER_PAUSE_MS)
      return true
    if (guard.signedAt(number) !== undefined) return false
    return number < guard.floor || this.#isInQuarantine()
  }

  /** An earlier run of the key may have signed on top of our head without anyone else knowing. */
  #isInQuarantine(): boolean {
    const {chain, guard, isAlone} = this.#options
    if (guard.isTrusted || isAlone) return false
    return chain.head().timestamp <= this.#startedAtSeconds + QUARANTINE_SECONDS
  }

  /**
   * A key with possibly unknown signatures skips an epoch that was running when this process
   * started: an earlier run may have sealed in it without anyone else knowing. Checked after every
   * block.
   *
   * @throws {MetisSeqError} DISK_FULL
   */
  fence(): void {
    if (!this.#isInQuarantine()) return
    const {chain, guard, me} = this.#options
    const epoch = chain.rotation.epochOf(chain.head().number + 1)
    if (epoch?.signer === me) guard.raiseFloor(Number(epoch.endBlock) + 1)
  }

  /**
   * Handles a block with our signature that came from elsewhere. Durable in the guard when it
   * returns.
   *
   * @throws {MetisSeqError} SECOND_SIGNATURE, SECOND_SIGNER, DISK_FULL
   */
  noteOwn(block: SealedBlock): void {
    const {guard, me, chainId, logger} = this.#options
    const {number, hash, signer} = block
    if (signer !== me || guard.signedAt(number) === hash) return
    if (!hasValidSignatures(block, chainId)) return
    const isNews = guard.learn(number, hash)
    // Made after we started, but not by us.
    const isAlive = block.timestamp > this.#startedAtSeconds + BLOCK_CLOCK_SKEW_SECONDS
    if (isAlive) throw secondSigner(block)
    if (isNews) logger.warn('own signature found', {block: number, hash})
  }

  /** Handles our signatures in a transaction batch on L1. @throws {MetisSeqError} DISK_FULL */
  noteBatch(batch: TxBatch): void {
    const {guard, me, logger} = this.#options
    if (guard.isTrusted) return
    const number = lastSignedIn(batch, me, Math.max(guard.floor, (guard.top ?? -1) + 1))
    if (number === undefined) return
    guard.distrust(number + 1)
    logger.warn('own signature found', {block: number, batchIndex: Number(batch.batchIndex)})
  }

  #view(): StartView {
    const {exchange, guard, l1, isAlone, startupGraceMs, clock} = this.#options
    return {
      ...l1(),
      hasGreeted: exchange.hasGreeted,
      peers: exchange.peers().length,
      isGraceOver: clock.monotonicMs() - this.#startedAtMs >= startupGraceMs,
      isTrusted: guard.isTrusted,
      wasClosed: guard.wasClosed,
      isAlone,
    }
  }

  #isTurnLeft(): boolean {
    const {rotation, head} = {
      rotation: this.#options.chain.rotation,
      head: this.#options.chain.head(),
    }
    const next = head.number + 1
    return rotation.turnAt(next).whose === 'mine' && this.bars(next)
  }

  #say(needs: NodeNeed[]): void {
    const {clock, logger} = this.#options
    if (needs.join() === (this.#waiting?.needs.join() ?? '')) return
    const sinceMs = clock.nowMs()
    this.#waiting = needs.length === 0 ? null : {needs, sinceMs}
    logger.info(needs.length === 0 ? 'may seal' : 'waits to seal', {needs: needs.join(' ')})
  }
}

function secondSigner({number, hash, timestamp}: SealedBlock): MetisSeqError {
  return new MetisSeqError({
    code: 'SECOND_SIGNER',
    message: `Another node signs with this key: block ${number} carries its signature but was not sealed here.`,
    facts: {block: `${number}`, hash, timestamp: `${timestamp}`},
    hints: [
      'Decide which of the two nodes should run and stop the other one.',
      'Restart this node with `metis-seq node start` once the other one has stopped.',
    ],
  })
}
