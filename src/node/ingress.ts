/** How transactions get in: from users, from other nodes, and back after a restart or a lost branch. */
import type {Address, Hash, Hex} from 'viem'

import type {PoolJournal} from '../store/pool-journal.ts'
import {POOL_BACKLOG_RETRY_MS} from './limits.ts'
import {poolFull, PoolRefusedError, refused, type StateCapacity} from './mempool/admission.ts'
import type {PoolCapacity} from './mempool/admission-control.ts'
import type {Metrics} from './metrics.ts'
import {deliveries, type Delivery} from './peers/exchange.ts'
import type {Forwarder} from './peers/forwarder.ts'
import {acceptTransaction, isSendersFault, type AcceptOptions} from './rpc/accept-transaction.ts'

export interface IngressOptions
  extends Omit<AcceptOptions, 'room' | 'stateCapacity' | 'onAccepted'> {
  /** What may be ready here; undefined sets no bound. */
  capacity(ageMs: number): PoolCapacity | undefined
  stateCapacity(): StateCapacity
  forwarder: Pick<
    Forwarder,
    'add' | 'deliver' | 'hold' | 'isProducer' | 'hasProducer' | 'assertCapacity' | 'retry'
  >
  journal: Pick<PoolJournal, 'append' | 'withdraw'> | undefined
  metrics: Pick<Metrics, 'observe'>
  /** The pool took one. */
  onHeld(hash: Hash): void
}

export interface Ingress {
  /**
   * From a user. Another node's turn: resolves when that node has it too, or cannot be reached now.
   *
   * @param ageMs how long ago it came
   * @throws {InvalidTransactionError | PoolRefusedError}
   */
  accept(raw: string, ageMs?: number): Promise<Hash>
  /**
   * From another node, which keeps what we have no room for. What the producer has promised itself is held for it.
   *
   * @param agesMs how long ago each came there
   */
  acceptMany(raws: readonly string[], agesMs: readonly number[], from: Address): Promise<Delivery[]>
  /** What was accepted before and is in the journal; there is always room for it. */
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
    // The producer knows best what it has room for, and is asked before the user gets an answer.
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
  const promised = {capacity: () => undefined, stateCapacity: () => undefined, slowCode: undefined}
  const copied = (from: Address): AcceptOptions => ({
    ...options,
    ...promised,
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
      const way = forwarder.isProducer(from) ? copied(from) : passedOn
      const cameAtMs = (index: number) => now - (agesMs[index] ?? 0)
      return Promise.all(
        raws.map((raw, index) => deliveryOf(raw, {...way, cameAtMs: cameAtMs(index)})),
      )
    },
    async readmit(raws) {
      await Promise.all(raws.map((raw) => deliveryOf(raw, before)))
    },
  }
}

/** Told to the user of a node that asked the producer. */
function refusedByProducer(
  delivery: Exclude<Delivery, 'taken'>,
  retry: {retryAfterMs: number},
): PoolRefusedError {
  switch (delivery) {
    case 'state-full':
      return refused(
        delivery,
        'The state of the producer has no room for what it could add; declare less gas.',
      )
    case 'late':
      return poolFull({retryAfterMs: POOL_BACKLOG_RETRY_MS, isLate: true})
    case 'slow-code':
      return refused(
        delivery,
        'The code of this contract was slow at the producer; declare less gas, or send it again in ten minutes.',
      )
    default:
      return refused(
        delivery,
        'The producer has no room for it; send it again after the next block.',
        retry,
      )
  }
}

/** What is the sender's fault is left out in silence: nobody waits for the answer. */
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
