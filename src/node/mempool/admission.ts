/** Pool admission, as pure checks. */
import {PlainError} from '../../lib/errors.ts'
import {l2gethWords} from '../../protocol/l2geth-words.ts'
import {executionGas, type ParsedTransaction} from '../../protocol/transaction.ts'
import {
  POOL_ANY_MOMENT,
  POOL_ANY_MOMENT_GAS,
  POOL_BACKLOG_RETRY_MS,
  POOL_CALM,
  POOL_FEW,
  POOL_NONCE_WINDOW,
  POOL_SENDER_SHARE,
  POOL_SHARED_ROOM,
} from '../limits.ts'
import type {Cost} from './cost-model.ts'
import type {AccountState, HeldTransaction} from './held.ts'
import type {PoolCapacity} from './admission-control.ts'
import type {Load} from './ready-queue.ts'

export type RefusalReason =
  | 'already-known'
  | 'nonce-too-low'
  | 'nonce-too-high'
  | 'funds'
  | 'underpriced'
  | 'in-block'
  | 'sender-limit'
  | 'pool-full'
  | 'state-full'
  | 'slow-code'

/** The pool rejects the transaction. The sender sees the message. */
export class PoolRefusedError extends PlainError {
  readonly reason: RefusalReason
  /** Our own sentence, where the message is worded as in l2geth. */
  readonly detail: string
  /** When to retry, where waiting alone can help. */
  readonly retryAfterMs: number | undefined
  /** There is capacity, but not for a transaction that arrived so long ago. */
  readonly isLate: boolean

  constructor(
    reason: RefusalReason,
    message: string,
    {
      detail = message,
      retryAfterMs,
      isLate = false,
    }: {detail?: string; retryAfterMs?: number | undefined; isLate?: boolean} = {},
  ) {
    super(message)
    this.name = 'PoolRefusedError'
    this.reason = reason
    this.detail = detail
    this.retryAfterMs = retryAfterMs
    this.isLate = isLate
  }
}

export interface PoolLoad {
  capacity: PoolCapacity
  waiting: Readonly<Load>
  open: Readonly<Load>
}

const nothing: Readonly<Load> = {count: 0, gas: 0, bytes: 0, ms: 0}

/**
 * Checked before the signature is recovered, the most expensive step: in a flood nearly all are
 * rejected here.
 */
export function fitsIn(cost: Cost, sizeBytes: number, pool: PoolLoad): boolean {
  const {capacity, waiting} = pool
  // Transactions in a block that is being sealed use no capacity of the next one.
  const open = capacity.isNext ? nothing : pool.open
  const isInBlock =
    waiting.count + open.count < capacity.count &&
    waiting.gas + open.gas + cost.gas <= capacity.gas &&
    waiting.bytes + open.bytes + sizeBytes <= capacity.bytes
  // A single transaction may exceed the block target.
  if (waiting.count + pool.open.count === 0) return capacity.count > 0
  if (!isInBlock) return false
  // A calm network rejects nobody, however short its slots are. The block that is being sealed
  // counts: if it is large, those few would wait for more than a slot.
  const isCalm = waiting.count + pool.open.count < POOL_ANY_MOMENT
  if (isCalm && waiting.gas + open.gas + cost.gas <= POOL_ANY_MOMENT_GAS) return true
  if (waiting.ms + open.ms + cost.ms > capacity.sealMs || capacity.isLate) return false
  return !isBacklog(pool) && freeMs(pool) >= capacity.stageMs + cost.ms
}

/**
 * The engine's queue is so long that its speed may change before it is done: the rest of the slot
 * is promised once the engine has caught up.
 */
function isBacklog({capacity, waiting}: PoolLoad): boolean {
  return waiting.count * capacity.stageMs > capacity.backlogMs
}

/** @returns pool-full, with the time to come back */
export function fullPool(pool: PoolLoad): PoolRefusedError {
  const {retryAfterMs, isLate} = pool.capacity
  return poolFull({
    retryAfterMs: isBacklog(pool) ? Math.min(retryAfterMs, POOL_BACKLOG_RETRY_MS) : retryAfterMs,
    isLate,
  })
}

/** Time of the slot that is not promised yet. */
function freeMs({capacity, waiting, open}: PoolLoad): number {
  const inSlotMs = capacity.ms - (capacity.isNext ? 0 : open.ms)
  const isCalm = waiting.count + open.count < POOL_CALM
  const forThoseMs = isCalm ? Math.max(capacity.leastMs, inSlotMs) : inSlotMs
  return forThoseMs - waiting.count * capacity.stageMs - waiting.ms
}

/**
 * Accepted transactions are confirmed within a slot, so anything that would take longer is rejected
 * at ingress. One sender never gets everything: its limit shrinks with the free capacity, and the
 * last part is reserved for senders that hold few, even if the engine turns out slower than
 * promised.
 *
 * @param ofSender how many the sender holds
 * @returns pool-full or sender-limit; undefined when it is admitted
 */
export function readyRefusal(
  {cost, sizeBytes}: Pick<HeldTransaction, 'cost' | 'sizeBytes'>,
  ofSender: number,
  pool: PoolLoad,
): PoolRefusedError | undefined {
  const {capacity} = pool
  if (!fitsIn(cost, sizeBytes, pool)) return fullPool(pool)
  if (ofSender < POOL_FEW) return undefined
  const sharedMs = freeMs({...pool, capacity: {...capacity, ms: capacity.ms * POOL_SHARED_ROOM}})
  const freeCount = Math.max(0, sharedMs / (capacity.stageMs + capacity.baseMs))
  if (ofSender <= POOL_SENDER_SHARE * freeCount) return undefined
  return refused('sender-limit', SENDER_LIMIT, {retryAfterMs: capacity.retryAfterMs})
}

export const SENDER_LIMIT = 'The sender has used its share of the next block; resend after it.'

export function assertNonce({accountNonce}: HeldTransaction, account: AccountState): void {
  if (accountNonce < account.accountNonce) {
    throw refused('nonce-too-low', l2gethWords.nonceTooLow, {
      detail: `The nonce ${accountNonce} is too low; the next one is ${account.accountNonce}.`,
    })
  }
  if (accountNonce > account.accountNonce + POOL_NONCE_WINDOW) {
    throw refused('nonce-too-high', l2gethWords.nonceTooHigh, {
      detail: `The nonce ${accountNonce} is more than ${POOL_NONCE_WINDOW} ahead of ${account.accountNonce}.`,
    })
  }
}

/** State growth that the embedded engine still allows. */
export interface StateCapacity {
  leaves: number
  limit: number
  isFull: boolean
  /** Gas for instructions in one block, all of which could create state. */
  gasCapacity: number
}

/** @throws {PoolRefusedError} state-full: its gas could create more state than the limit allows */
export function assertStateCapacity(transaction: ParsedTransaction, capacity: StateCapacity): void {
  const gas = Number(executionGas(transaction))
  if (gas === 0 || (!capacity.isFull && gas <= capacity.gasCapacity)) return
  throw stateFull(capacity)
}

export function stateFull({leaves, limit}: StateCapacity): PoolRefusedError {
  return refused(
    'state-full',
    `The state of this node's embedded engine has about ${leaves} of at most ${limit} accounts and slots, and this transaction could add too many; declare less gas. A node on geth has no such limit.`,
  )
}

export function poolFull(
  capacity?: Pick<PoolCapacity, 'retryAfterMs'> & Partial<Pick<PoolCapacity, 'isLate'>>,
): PoolRefusedError {
  return refused('pool-full', 'The pool is full; retry after the next block.', capacity)
}

export function refused(
  reason: RefusalReason,
  message: string,
  more?: {detail?: string; retryAfterMs?: number | undefined; isLate?: boolean},
): PoolRefusedError {
  return new PoolRefusedError(reason, message, more)
}
