/** Transaction ingress: from users, from other nodes, and requeued after a restart or a reorg. */
import type {Address, Hash, Hex} from 'viem'

import type {PoolJournal} from '../store/pool-journal.ts'
import {EngineError} from './engine/engine.ts'
import {POOL_BACKLOG_RETRY_MS} from './limits.ts'
import {
  poolFull,
  PoolRefusedError,
  refused,
  SENDER_LIMIT,
  type StateCapacity,
} from './mempool/admission.ts'
import type {PoolCapacity} from './mempool/admission-control.ts'
import type {Metrics} from './metrics.ts'
import {deliveries, type Delivery} from './peers/exchange.ts'
import type {Forwarder} from './peers/forwarder.ts'
import {acceptTransaction, isSendersFault, type AcceptOptions} from './rpc/accept-transaction.ts'

export interface IngressOptions
  extends Omit<AcceptOptions, 'room' | 'stateCapacity' | 'onAccepted'> {
  /** Capacity for ready transactions; undefined means no limit. */
  capacity(ageMs: number): PoolCapacity | undefined
  stateCapacity(): StateCapacity
  forwarder: Pick<
    Forwarder,
    | 'add'
    | 'deliver'
    | 'hold'
    | 'isProducer'
    | 'isTakingOver'
    | 'noteOwed'
    | 'hasProducer'
    | 'assertCapacity'
    | 'retry'
  >
  journal: Pick<PoolJournal, 'append' | 'withdraw'> | undefined
  metrics: Pick<Metrics, 'observe'>
  /** The pool accepted a transaction. */
  onHeld(hash: Hash): void
}

export interface Ingress {
  /**
   * From a user. If another node produces: resolves when that node has it too or is unreachable.
   *
   * @param ageMs how long ago it arrived
   * @throws {InvalidTransactionError | PoolRefusedError}
   */
  accept(raw: string, ageMs?: number): Promise<Hash>
  /**
   * From another node, which keeps what exceeds our capacity. Copies of the producer's own promises
   * are held for it.
   *
   * @param agesMs how long ago each arrived there
   */
  acceptMany(raws: readonly string[], agesMs: readonly number[], from: Address): Promise<Delivery[]>
  /** Earlier accepted transactions from the journal; they always fit. */
  readmit(raws: readonly string[]): Promise<void>
}

export function openIngress(options: IngressOptions): Ingress {
  const {forwarder, journal, metrics, onHeld} = options
  const hold = ({raw, hash}: {raw: Hex; hash: Hash}) => {
    journal?.append(raw)
    onHeld(hash)
  }
  const fromUser: AcceptOptions = {
    ...options,
    // The producer knows its own capacity best and is asked before the user gets a response.
    capacity: (ageMs) => (forwarder.hasProducer ? undefined : options.capacity(ageMs)),
    assertOthersCapacity: (size) => forwarder.assertCapacity(size),
    stateCapacity: () => (forwarder.hasProducer ? undefined : options.stateCapacity()),
    async onAccepted(transaction, _lane, cameAtMs) {
      hold(transaction)
      const delivery = await forwarder.deliver(transaction.hash, cameAtMs)
      if (delivery === 'taken') return
      journal?.withdraw(transaction.raw)
      throw refusedByProducer(delivery, forwarder.retry)
    },
  }
  const passedOn: AcceptOptions = {
    ...options,
    onAccepted(transaction) {
      hold(transaction)
      forwarder.add(transaction.hash)
    },
  }
  const {handedOver, offeredAgain} = owedWays(passedOn, options)
  const promised = {capacity: () => undefined, stateCapacity: () => undefined, slowCode: undefined}
  const copied = (from: Address): AcceptOptions => ({
    ...options,
    // Its slot is the producer's matter. State and slow code are ours: what is held here may be ours to execute.
    capacity: () => undefined,
    onAccepted(transaction) {
      hold(transaction)
      forwarder.hold(transaction.hash, from)
    },
  })
  const before: AcceptOptions = {
    ...options,
    ...promised,
    // It is in the journal already.
    onAccepted({hash}) {
      onHeld(hash)
      forwarder.add(hash)
    },
  }
  return {
    async accept(raw, ageMs = 0) {
      const startedMs = options.nowMs()
      const hash = await acceptTransaction(raw, {...fromUser, cameAtMs: startedMs - ageMs})
      metrics.observe('accept', options.nowMs() - startedMs)
      return hash
    },
    acceptMany(raws, agesMs, from) {
      const now = options.nowMs()
      // A copy that cannot be held here goes to another peer, so an engine that restarts fails the request.
      if (forwarder.isProducer(from)) {
        return Promise.all(raws.map((raw) => deliveryOf(raw, copied(from))))
      }
      return Promise.all(
        raws.map((raw, index) => {
          const ageMs = agesMs[index] ?? 0
          const owed = forwarder.isTakingOver ? handedOver : offeredAgain
          const way = {...(ageMs === 0 ? owed : passedOn), cameAtMs: now - ageMs}
          return deliveryOf(raw, way).catch(lateIfEngineRestarts)
        }),
      )
    },
    async readmit(raws) {
      await Promise.all(raws.map((raw) => deliveryOf(raw, before)))
    },
  }
}

/** A user who waits for a response may resend. An earlier promise has nobody who would. */
function owedWays(
  passedOn: AcceptOptions,
  {capacity, forwarder}: Pick<IngressOptions, 'capacity' | 'forwarder'>,
): {handedOver: AcceptOptions; offeredAgain: AcceptOptions} {
  return {
    handedOver: {
      ...passedOn,
      capacity: () => undefined,
      onAccepted(transaction, lane, cameAtMs) {
        forwarder.noteOwed()
        return passedOn.onAccepted(transaction, lane, cameAtMs)
      },
    },
    // Accepted before by the node that offers it, so it is not too late now.
    offeredAgain: {
      ...passedOn,
      capacity(ageMs) {
        const known = capacity(ageMs)
        return known && {...known, isLate: false}
      },
    },
  }
}

/** Shown to the user of a node that asked the producer. */
function refusedByProducer(
  delivery: Exclude<Delivery, 'taken'>,
  retry: {retryAfterMs: number},
): PoolRefusedError {
  switch (delivery) {
    case 'state-full':
      return refused(
        delivery,
        'The transaction could exceed the state limit of the producer; declare less gas.',
      )
    case 'late':
      return poolFull({retryAfterMs: POOL_BACKLOG_RETRY_MS, isLate: true})
    case 'sender-limit':
      return refused(delivery, SENDER_LIMIT, retry)
    case 'slow-code':
      return refused(
        delivery,
        'This contract was slow to execute on the producer; declare less gas or resend in ten minutes.',
      )
    default:
      return refused(delivery, 'The producer is at capacity; resend after the next block.', retry)
  }
}

/** Each transaction of a request has its own response: that of one must not become that of all. */
function lateIfEngineRestarts(error: unknown): Delivery {
  if (error instanceof EngineError) return 'late'
  throw error
}

/** Invalid transactions are dropped silently: nobody waits for a response. */
async function deliveryOf(raw: string, options: AcceptOptions): Promise<Delivery> {
  try {
    await acceptTransaction(raw, options)
  } catch (error) {
    if (!isSendersFault(error)) throw error
    const {reason, isLate} = error instanceof PoolRefusedError ? error : {}
    if (isLate) return 'late'
    const delivery = deliveries.find((word) => word === reason)
    if (delivery) return delivery
  }
  return 'taken'
}
