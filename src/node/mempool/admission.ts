/** Who is let into the pool, as pure checks. */
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

/** The pool does not take the transaction. The message is told to the sender. */
export class PoolRefusedError extends PlainError {
  readonly reason: RefusalReason
  /** One sentence of ours, where the message has the words of l2geth. */
  readonly detail: string
  /** When it may come again, where time alone changes the answer. */
  readonly retryAfterMs: number | undefined
  /** There is room, but not for one that came so long ago. */
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

/** Told before the signature is recovered, which costs most: in a flood nearly all are refused here. */
export function fitsIn(cost: Cost, sizeBytes: number, pool: PoolLoad): boolean {
  const {capacity, waiting} = pool
  // What is in a block that is being sealed takes nothing from the next one.
  const open = capacity.isNext ? nothing : pool.open
  const isInBlock =
    waiting.count + open.count < capacity.count &&
    waiting.gas + open.gas + cost.gas <= capacity.gas &&
    waiting.bytes + open.bytes + sizeBytes <= capacity.bytes
  // Alone it may be larger than a block should be.
  if (waiting.count + pool.open.count === 0) return capacity.count > 0
  if (!isInBlock) return false
  // A calm network refuses nobody, however short its slots are. What is in the block that is being sealed counts: where
  // that is much, those few would be the ones that wait for more than a slot.
  const isCalm = waiting.count + pool.open.count < POOL_ANY_MOMENT
  if (isCalm && waiting.gas + open.gas + cost.gas <= POOL_ANY_MOMENT_GAS) return true
  if (waiting.ms + open.ms + cost.ms > capacity.sealMs || capacity.isLate) return false
  return !isBacklog(pool) && freeMs(pool) >= capacity.stageMs + cost.ms
}

/**
 * So much waits for the engine that its speed may change before it is done: the rest of the slot is promised when
 * the engine has taken some of it.
 */
function isBacklog({capacity, waiting}: PoolLoad): boolean {
  return waiting.count * capacity.stageMs > capacity.backlogMs
}

/** @returns pool-full, with the time to come back */
export function fullPool(pool: PoolLoad): PoolRefusedError {
  const {retryAfterMs, isLate} = pool.capacity
  return poolFull({
    retryAfterMs:
      isBacklog(pool) || isLate ? Math.min(retryAfterMs, POOL_BACKLOG_RETRY_MS) : retryAfterMs,
    isLate,
  })
}

/** Time of the slot that nobody has been promised yet. */
function freeMs({capacity, waiting, open}: PoolLoad): number {
  const inSlotMs = capacity.ms - (capacity.isNext ? 0 : open.ms)
  const isCalm = waiting.count + open.count < POOL_CALM
  const forThoseMs = isCalm ? Math.max(capacity.leastMs, inSlotMs) : inSlotMs
  return forThoseMs - waiting.count * capacity.stageMs - waiting.ms
}

/**
 * What is accepted is confirmed within a slot, so what would come later is refused at the door. And one
 * sender never gets all: what it may hold shrinks with what is left, and the last part is for those who
 * hold few, also when the engine turns out slower than what was promised.
 *
 * @param ofSender how many the sender holds
 * @returns pool-full or sender-limit; undefined when it may come in
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
  return refused(
    'sender-limit',
    'The sender has its share of the next block; send it again after.',
    {retryAfterMs: capacity.retryAfterMs},
  )
}

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

/** What the embedded engine may still get of new state. */
export interface StateCapacity {
  leaves: number
  limit: number
  isFull: boolean
  /** Gas for instructions in one block, all of which could buy state. */
  gasCapacity: number
}

/** @throws {PoolRefusedError} state-full: its gas could buy more state than there may be */
export function assertStateCapacity(transaction: ParsedTransaction, capacity: StateCapacity): void {
  const gas = Number(executionGas(transaction))
  if (gas === 0 || (!capacity.isFull && gas <= capacity.gasCapacity)) return
  throw stateFull(capacity)
}

export function stateFull({leaves, limit}: StateCapacity): PoolRefusedError {
  return refused(
    'state-full',
    `The state of this node's embedded engine has about ${leaves} of at most ${limit} accounts and slots, and this transaction could add too many; declare less gas. A node over geth has no such bound.`,
  )
}

export function poolFull(
  capacity?: Pick<PoolCapacity, 'retryAfterMs'> & Partial<Pick<PoolCapacity, 'isLate'>>,
): PoolRefusedError {
  return refused('pool-full', 'The pool is full; try again after the next block.', capacity)
}

export function refused(
  reason: RefusalReason,
  message: string,
  more?: {detail?: string; retryAfterMs?: number | undefined; isLate?: boolean},
): PoolRefusedError {
  return new PoolRefusedError(reason, message, more)
}
