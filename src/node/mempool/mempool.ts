/**
 * In: checked transactions. Out: those of the next block, in order. Filled by the RPC server and by
 * peers, drained by the driver. It makes no requests: account states are passed in.
 */
import type {Address, Hash, Hex} from 'viem'

import {l2gethWords} from '../../protocol/l2geth-words.ts'
import {
  maxCostWei,
  type ParsedTransaction,
  type SignedTransaction,
} from '../../protocol/transaction.ts'
import {
  POOL_LIFETIME_MS,
  POOL_PER_SENDER,
  POOL_PRICE_BUMP_PERCENT,
  POOL_QUEUED,
  POOL_QUEUED_PER_SENDER,
  POOL_TRANSACTIONS,
  USUAL_SLOT_MS,
} from '../limits.ts'
import {
  type PoolLoad,
  assertNonce,
  fitsIn,
  fullPool,
  poolFull,
  readyRefusal,
  refused,
} from './admission.ts'
import {isAlone, type TransactionKind} from './classify.ts'
import {CostModel} from './cost-model.ts'
import type {PoolCapacity} from './admission-control.ts'
import {addTo, ReadyQueue, type Load} from './ready-queue.ts'
import type {AccountState, HeldTransaction} from './held.ts'

export type {AccountState, HeldTransaction} from './held.ts'

export interface TakeLimits {
  maxCount: number
  /** As counted. */
  gas: number
  /** Milliseconds of sealing. */
  sealMs: number
  sizeBytes: number
  /** False when something was already taken for the same block. */
  allowAlone: boolean
}

export interface MempoolLimits {
  transactions: number
  perSender: number
}

interface Sender {
  state: AccountState
  /** By nonce; pending, queued and taken alike. */
  held: Map<number, HeldTransaction>
  /** Sum over `held`. */
  costWei: bigint
}

export class Mempool {
  readonly #limits: MempoolLimits
  readonly #costs: Pick<CostModel, 'costOf'>
  readonly #known = new Map<Hash, HeldTransaction>()
  /** Blocks contain their transactions as bytes; rehashing thousands of them would be wasteful. */
  readonly #byRaw = new Map<Hex, HeldTransaction>()
  readonly #senders = new Map<Address, Sender>()
  readonly #ready = new ReadyQueue()
  /** Taken by the driver for an open block. */
  readonly #taken = new Map<Hash, HeldTransaction>()
  readonly #takenLoad: Load = {count: 0, gas: 0, bytes: 0, ms: 0}
  #refused = 0
  readonly #recommits = new Map<Hash, HeldTransaction>()

  constructor(
    limits: Partial<MempoolLimits> = {},
    costs: Pick<CostModel, 'costOf'> = new CostModel(USUAL_SLOT_MS),
  ) {
    this.#costs = costs
    this.#limits = {transactions: POOL_TRANSACTIONS, perSender: POOL_PER_SENDER, ...limits}
  }

  /**
   * Holds a transaction.
   *
   * @param account state of the sender at the head
   * @param room capacity for ready transactions; unlimited when left out, as for earlier accepted
   * ones
   * @throws {PoolRefusedError} nothing changed
   */
  add(
    transaction: SignedTransaction,
    lane: TransactionKind,
    account: AccountState,
    nowMs: number,
    capacity?: PoolCapacity,
  ): 'pending' | 'queued' | 'recommit' {
    const cost = this.#costs.costOf(transaction, nowMs)
    const held: HeldTransaction = {...transaction, lane, arrivedAtMs: nowMs, cost}
    const {hash} = held
    if (this.#known.has(hash)) throw refused('already-known', l2gethWords.known(hash))
    assertNonce(held, account)
    if (lane.kind === 'recommit') {
      this.#remember(held)
      this.#recommits.set(hash, held)
      return 'recommit'
    }
    const sender = this.#senders.get(held.sender) ?? {state: account, held: new Map(), costWei: 0n}
    const before = sender.held.get(held.accountNonce)
    if (before) this.#assertReplaces(held, before)
    else this.#assertCapacity(held, sender, capacity)
    const costWei = sender.costWei + maxCostWei(held) - (before ? maxCostWei(before) : 0n)
    if (costWei > account.balanceWei) {
      throw refused('funds', l2gethWords.funds, {
        detail: 'The sender cannot pay for this transaction and the pending ones before it.',
      })
    }
    if (before) this.#replace(before, held)
    // A read that began before the last block must not lower the nonce.
    const accountNonce = Math.max(account.accountNonce, sender.state.accountNonce)
    sender.state = {...account, accountNonce}
    sender.costWei = costWei
    sender.held.set(held.accountNonce, held)
    this.#senders.set(held.sender, sender)
    this.#remember(held)
    if (this.#isNext(sender, held.accountNonce)) this.#promote(sender, held.accountNonce)
    // The state may be newer than ours, so other transactions of the sender may be next.
    else this.#promote(sender, accountNonce)
    return this.#ready.has(hash) ? 'pending' : 'queued'
  }

  /**
   * Rejects at once what could not become ready, whoever sent it.
   *
   * @throws {PoolRefusedError} pool-full
   */
  assertFits(
    {cost, sizeBytes}: Pick<HeldTransaction, 'cost' | 'sizeBytes'>,
    capacity: PoolCapacity | undefined,
  ): void {
    if (!capacity) return
    const pool = this.#loadIn(capacity)
    if (fitsIn(cost, sizeBytes, pool)) return
    this.#noteRefused(capacity)
    throw fullPool(pool)
  }

  /** How it would be counted. */
  sizeOf(
    transaction: ParsedTransaction,
    nowMs: number,
  ): Pick<HeldTransaction, 'cost' | 'sizeBytes'> {
    return {cost: this.#costs.costOf(transaction, nowMs), sizeBytes: transaction.sizeBytes}
  }

  #loadIn(capacity: PoolCapacity): PoolLoad {
    return {capacity, waiting: this.#ready.load, open: this.#takenLoad}
  }

  has(hash: Hash): boolean {
    return this.#known.has(hash)
  }

  get(hash: Hash): HeldTransaction | undefined {
    return this.#known.get(hash)
  }

  /** True when it can be sealed now or is in the open block. */
  isPending(hash: Hash): boolean {
    return this.#ready.has(hash) || this.#taken.has(hash) || this.#recommits.has(hash)
  }

  byRaw(raw: Hex): HeldTransaction | undefined {
    return this.#byRaw.get(raw)
  }

  /** All held transactions, in order of arrival. */
  all(): HeldTransaction[] {
    return [...this.#known.values()]
  }

  /** Milliseconds to seal the open block. */
  get openMs(): number {
    return this.#takenLoad.ms
  }

  counts(): {pending: number; queued: number} {
    const pending = this.#ready.load.count + this.#taken.size + this.#recommits.size
    return {pending, queued: this.#known.size - pending}
  }

  get hasPending(): boolean {
    return this.#ready.load.count > 0
  }

  senders(): Address[] {
    return [...this.#senders.keys()]
  }

  /** The nonce a wallet should use next, or undefined when the account has nothing pending. */
  nextNonce(address: Address): number | undefined {
    const sender = this.#senders.get(address)
    if (!sender) return undefined
    let nonce = sender.state.accountNonce
    while (sender.held.has(nonce)) nonce++
    return nonce
  }

  /** A recommitment that lets `signer` seal exactly this block. */
  recommitFor(signer: Address, block: number): HeldTransaction | undefined {
    for (const held of this.#recommits.values()) {
      if (held.lane.kind !== 'recommit') continue
      const {newSigner, startBlock} = held.lane.recommit
      if (newSigner === signer && startBlock === BigInt(block)) return held
    }
    return undefined
  }

  /** Drops recommitments whose block has passed. */
  dropRecommitsUpTo(head: number): void {
    for (const held of this.#recommits.values()) {
      if (held.lane.kind !== 'recommit' || held.lane.recommit.startBlock > BigInt(head)) continue
      this.remove(held.hash)
    }
  }

  /** Takes out transactions for the open block: nonce order per sender, senders in turns. */
  take(limits: TakeLimits): HeldTransaction[] {
    const taken: HeldTransaction[] = []
    const load: Load = {count: 0, gas: 0, bytes: 0, ms: 0}
    for (let held = this.#ready.peek(); held; held = this.#ready.peek()) {
      addTo(load, held, 1)
      const isFirst = limits.allowAlone && taken.length === 0 && limits.maxCount > 0
      // The first one that does not fit ends the block: skipping it would reorder its sender or
      // starve it.
      if (!isFirst && !isWithin(load, limits)) break
      const alone = isAlone(held.lane)
      if (alone && (taken.length > 0 || !limits.allowAlone)) break
      this.#ready.shift()
      this.#taken.set(held.hash, held)
      addTo(this.#takenLoad, held, 1)
      taken.push(held)
      if (alone) break
    }
    return taken
  }

  /** How many were rejected for lack of capacity since the last call. */
  takeRefused(): number {
    const refused = this.#refused
    this.#refused = 0
    return refused
  }

  /** Ready transactions that arrived before a given time and were not taken. */
  waitingSince(monotonicMs: number): number {
    return this.#ready.countBefore(monotonicMs)
  }

  /** Requeues everything that was taken at the front, in the order it was taken. */
  requeue(): void {
    if (this.#taken.size === 0) return
    this.#ready.unshift([...this.#taken.values()])
    this.#taken.clear()
    Object.assign(this.#takenLoad, {count: 0, gas: 0, bytes: 0, ms: 0})
  }

  /** Their senders are next, in this order. */
  promote(held: readonly HeldTransaction[]): void {
    this.#ready.promote(held)
  }

  /** Removes transactions that are in a block and advances their senders' nonces. */
  included(transactions: readonly Hex[]): void {
    if (this.#known.size === 0) return
    for (const raw of transactions) {
      const held = this.#byRaw.get(raw)
      if (!held) continue
      const sender = this.#senders.get(held.sender)
      this.#forget(held)
      if (!sender || sender.held.size === 0) continue
      const {accountNonce} = sender.state
      // The balance is stale until the next read; it only shrank by the counted cost.
      sender.state = {
        accountNonce: Math.max(accountNonce, held.accountNonce + 1),
        balanceWei: sender.state.balanceWei - maxCostWei(held),
      }
      const next = sender.held.get(sender.state.accountNonce)
      if (next && !this.isPending(next.hash)) this.#promote(sender, next.accountNonce)
    }
  }

  remove(hash: Hash): void {
    const held = this.#known.get(hash)
    if (!held) return
    const sender = this.#senders.get(held.sender)
    this.#forget(held)
    if (sender && held.lane.kind !== 'recommit') this.#demoteAfter(sender, held.accountNonce)
  }

  /**
   * Senders without a next transaction: behind a gap, or after a block that we know too little
   * about. Also senders whose next one has waited since before `heldBeforeMs`: another with its
   * nonce may be in a block.
   */
  waitingSenders(limit: number, heldBeforeMs = -Infinity): Address[] {
    const waiting: Address[] = []
    for (const [address, sender] of this.#senders) {
      const next = sender.held.get(sender.state.accountNonce)
      const isFresh = next !== undefined && next.arrivedAtMs >= heldBeforeMs
      if (isFresh && this.isPending(next.hash)) continue
      waiting.push(address)
      if (waiting.length >= limit) break
    }
    return waiting
  }

  /**
   * Sets the on-chain state of an account and drops transactions that can no longer be included.
   *
   * @param afterRollback true when the nonce may be lower than before; otherwise that is a stale
   * response
   */
  setAccount(address: Address, state: AccountState, afterRollback = false): void {
    const sender = this.#senders.get(address)
    if (!sender || (!afterRollback && state.accountNonce < sender.state.accountNonce)) return
    sender.state = state
    for (const [nonce, held] of sender.held) {
      if (nonce < state.accountNonce) this.remove(held.hash)
    }
    while (sender.costWei > state.balanceWei && sender.held.size > 0) {
      this.remove(sender.held.get(Math.max(...sender.held.keys()))!.hash)
    }
    let end = state.accountNonce
    while (sender.held.has(end)) end++
    for (const [nonce, held] of sender.held) if (nonce > end) this.#ready.delete(held)
    this.#promote(sender, state.accountNonce)
  }

  /** Drops transactions that have waited too long. @returns how many */
  expire(nowMs: number): number {
    const old = this.all().filter((held) => nowMs - held.arrivedAtMs > POOL_LIFETIME_MS)
    for (const held of old) if (!this.#taken.has(held.hash)) this.remove(held.hash)
    return old.length
  }

  #assertReplaces(held: HeldTransaction, before: HeldTransaction): void {
    if (this.#taken.has(before.hash)) {
      throw refused('in-block', l2gethWords.nonceTooLow, {
        detail: 'A transaction with this nonce is already in the block being built.',
      })
    }
    const needed = (before.tipPerGasWei * (100n + POOL_PRICE_BUMP_PERCENT)) / 100n
    if (held.tipPerGasWei >= needed) return
    throw refused('underpriced', l2gethWords.underpriced, {
      detail: `The replacement pays too little; it needs ${needed} wei per gas.`,
    })
  }

  #assertCapacity(held: HeldTransaction, sender: Sender, capacity: PoolCapacity | undefined): void {
    if (sender.held.size >= this.#limits.perSender) {
      throw refused(
        'sender-limit',
        `The sender has ${this.#limits.perSender} transactions waiting, which is the limit.`,
      )
    }
    if (this.#known.size >= this.#limits.transactions) throw poolFull()
    if (held.lane.kind !== 'ordinary') return
    if (!this.#isNext(sender, held.accountNonce)) return this.#assertQueueCapacity(sender)
    if (!capacity) return
    const refusal = readyRefusal(held, sender.held.size, this.#loadIn(capacity))
    if (!refusal) return
    this.#noteRefused(capacity)
    throw refusal
  }

  /** A transaction that is too late for one block may fit into a half-empty one. */
  #noteRefused({isLate}: PoolCapacity): void {
    if (!isLate) this.#refused++
  }

  #assertQueueCapacity(sender: Sender): void {
    const {queued} = this.counts()
    if (queued >= POOL_QUEUED) throw poolFull()
    if (sender.held.size < POOL_QUEUED_PER_SENDER) return
    throw refused(
      'sender-limit',
      `The sender has ${POOL_QUEUED_PER_SENDER} transactions waiting, which is the limit behind a gap.`,
    )
  }

  #replace(before: HeldTransaction, held: HeldTransaction): void {
    this.#known.delete(before.hash)
    this.#byRaw.delete(before.raw)
    this.#ready.replace(before, held)
  }

  #remember(held: HeldTransaction): void {
    this.#known.set(held.hash, held)
    this.#byRaw.set(held.raw, held)
  }

  #forget(held: HeldTransaction): void {
    this.#known.delete(held.hash)
    this.#byRaw.delete(held.raw)
    this.#ready.delete(held)
    if (this.#taken.delete(held.hash)) addTo(this.#takenLoad, held, -1)
    this.#recommits.delete(held.hash)
    const sender = this.#senders.get(held.sender)
    if (sender?.held.get(held.accountNonce) !== held) return
    sender.held.delete(held.accountNonce)
    sender.costWei -= maxCostWei(held)
    if (sender.held.size === 0) this.#senders.delete(held.sender)
  }

  /** True when no nonce before this one is missing. */
  #isNext(sender: Sender, nonce: number): boolean {
    if (nonce === sender.state.accountNonce) return true
    const previous = sender.held.get(nonce - 1)
    return previous !== undefined && this.isPending(previous.hash)
  }

  #promote(sender: Sender, from: number): void {
    for (let nonce = from; ; nonce++) {
      const held = sender.held.get(nonce)
      if (!held) return
      if (this.isPending(held.hash)) continue
      this.#ready.push(held)
    }
  }

  /** Nothing behind a gap can be sealed. */
  #demoteAfter(sender: Sender, nonce: number): void {
    for (let next = nonce + 1; ; next++) {
      const held = sender.held.get(next)
      if (!held) return
      this.#ready.delete(held)
    }
  }
}

function isWithin(load: Load, {maxCount, gas, sealMs, sizeBytes}: TakeLimits): boolean {
  const {count, bytes, ms} = load
  return count <= maxCount && load.gas <= gas && ms <= sealMs && bytes <= sizeBytes
}
