/** Pool maintenance after each block. It only learns from blocks and from account reads. */
import type {Hash, Hex} from 'viem'

import type {Clock} from '../../lib/clock.ts'
import {errorFacts, type Logger} from '../../lib/log.ts'
import type {SealedBlock} from '../../protocol/block.ts'
import {executionGas, type ParsedTransaction} from '../../protocol/transaction.ts'
import type {ChainState} from '../chain-state.ts'
import type {DroppedTransaction} from '../engine/engine.ts'
import {
  UPKEEP_BLOCKS,
  NEXT_SLOT_OPENS,
  POOL_EXPIRE_MS,
  POOL_REFRESH,
  SUSPECT_EXECUTION_GAS,
} from '../limits.ts'
import {FORWARD_AGAIN_MS} from '../peer-limits.ts'
import {refreshAccounts, type Accounts} from './accounts.ts'
import type {Metrics} from '../metrics.ts'
import type {Cost, Costed, CostModel} from './cost-model.ts'
import type {HeldTransaction, Mempool} from './mempool.ts'
import type {AdmissionControl} from './admission-control.ts'
import type {SlowCode} from './slow-code.ts'

/** `0x` and the four bytes of a function selector. */
const SELECTOR_CHARS = 10

export interface MaintenanceOptions {
  mempool: Mempool
  accounts: Accounts
  admission: AdmissionControl
  costs: CostModel
  slowCode: SlowCode
  metrics: Pick<Metrics, 'observe'>
  slotMs: number
  clock: Clock
  logger: Logger
  /** Called periodically, after expired transactions were dropped. */
  onTidied(): void
}

export class PoolMaintenance {
  readonly #options: MaintenanceOptions
  #lastExpiryMs = 0
  #late = 0
  #emptiedAtMs = 0
  /** Data about the transactions of the last blocks, until their receipts show the gas used. */
  readonly #included = new Map<Hash, readonly (Costed | undefined)[]>()

  constructor(options: MaintenanceOptions) {
    this.#options = options
  }

  /** How many missed the block they were accepted for, in our last slot. */
  get late(): number {
    return this.#late
  }

  /** Takes transactions from the pool for the open block. */
  took(taken: readonly HeldTransaction[]): void {
    const {clock, metrics} = this.#options
    const now = clock.monotonicMs()
    for (const {arrivedAtMs} of taken) metrics.observe('hold', now - arrivedAtMs)
  }

  /** The engine has the taken transactions. */
  staged(): void {
    if (!this.#options.mempool.hasPending) this.#emptiedAtMs = this.#options.clock.monotonicMs()
  }

  /** Called right before sealing: checks whether all promises for this slot were kept. */
  slotEnds(sealed: number, atMs: number, sealMs: number): void {
    const {mempool, admission, slotMs, clock} = this.#options
    const late = mempool.waitingSince(atMs - slotMs * NEXT_SLOT_OPENS)
    this.#late = late
    const startedLateMs = clock.monotonicMs() - atMs
    const slackMs = mempool.hasPending ? 0 : atMs - this.#emptiedAtMs
    const refused = mempool.takeRefused()
    admission.slotEnded({sealed, late, refused, startedLateMs, slackMs, sealMs, slotMs})
  }

  /** The transactions are in the new head block. */
  executed(
    transactions: readonly HeldTransaction[],
    chain: Pick<ChainState, 'head' | 'lastExecuteMs'>,
  ): void {
    const {slowCode, clock, logger} = this.#options
    const block = {gasUsed: Number(chain.head().gasUsed), ms: chain.lastExecuteMs ?? 0}
    const slow = slowCode.executed(transactions, block, clock.monotonicMs())
    if (slow) logger.warn('a block was slow because of a contract', {...slow})
  }

  /**
   * Records how long the engine took to make another producer's block the head, once it had the
   * transactions.
   */
  sealedIn(
    {hash, transactions}: SealedBlock,
    parsed: readonly ParsedTransaction[],
    ms: number,
  ): void {
    const {mempool, costs, clock} = this.#options
    const now = clock.monotonicMs()
    const costed = parsed.map(
      (one, index) => mempool.byRaw(transactions[index]!) ?? costedOf(one, costs.costOf(one, now)),
    )
    costs.sealed(costed, ms)
    this.#remember(hash, costed)
  }

  /** @param onChanged called later, when more transactions become ready */
  afterBlock(block: SealedBlock, onChanged: () => void): void {
    const {mempool, clock} = this.#options
    this.#learn(block)
    mempool.included(block.transactions)
    mempool.dropRecommitsUpTo(block.number)
    this.#refreshWaiting(onChanged)
    const now = clock.monotonicMs()
    if (now - this.#lastExpiryMs < POOL_EXPIRE_MS) return
    this.#lastExpiryMs = now
    mempool.expire(now)
    this.#options.onTidied()
  }

  /**
   * Records the gas used by the transactions of a block, including intrinsic gas, once its receipts
   * are known.
   */
  spent(block: Hash, gasUsed: readonly number[]): void {
    const {costs, clock} = this.#options
    const included = this.#included.get(block)
    this.#included.delete(block)
    if (included) costs.used(included, gasUsed, clock.monotonicMs())
  }

  /** The sender of a transaction that was never in our pool is unknown without recovery. */
  #learn({hash, transactions}: SealedBlock): void {
    const {mempool, accounts} = this.#options
    const included = transactions.map((raw) => mempool.byRaw(raw))
    if (!this.#included.has(hash)) this.#remember(hash, included)
    const held = included.filter((item) => item !== undefined)
    if (held.length === transactions.length) accounts.passed(held)
    else accounts.forget()
  }

  #remember(hash: Hash, costed: readonly (Costed | undefined)[]): void {
    this.#included.set(hash, costed)
    const [oldest] = this.#included.keys()
    if (this.#included.size > UPKEEP_BLOCKS && oldest) this.#included.delete(oldest)
  }

  /** After a rollback, accounts may have less than when their transactions were accepted. */
  async afterRollback(): Promise<void> {
    const {mempool, accounts} = this.#options
    accounts.forget()
    await refreshAccounts(mempool, accounts, mempool.senders(), true)
  }

  /** Removes transactions that the engine rejects. @returns those that were held */
  drop(dropped: readonly DroppedTransaction[]): HeldTransaction[] {
    const {mempool, logger} = this.#options
    return dropped.flatMap(({raw, reason}) => {
      const held = mempool.byRaw(raw)
      if (!held) return []
      logger.info('transaction dropped', {hash: held.hash, reason})
      mempool.remove(held.hash)
      return [held]
    })
  }

  /** A block that hung the engine would do so again. */
  dropSuspects(held: readonly HeldTransaction[]): void {
    for (const suspect of held) {
      if (executionGas(suspect) > SUSPECT_EXECUTION_GAS) this.#options.mempool.remove(suspect.hash)
    }
  }

  /**
   * Other producers' blocks may contain transactions that we never saw and that are next for these
   * senders.
   */
  #refreshWaiting(onChanged: () => void): void {
    const {mempool, accounts, logger, clock} = this.#options
    const heldBeforeMs = clock.monotonicMs() - FORWARD_AGAIN_MS
    const waiting = mempool.waitingSenders(POOL_REFRESH, heldBeforeMs)
    if (waiting.length === 0) return
    refreshAccounts(mempool, accounts, waiting, false).then(onChanged, (error: unknown) =>
      logger.debug('pool not refreshed', errorFacts(error)),
    )
  }
}

/** The fields the cost model needs, without the bytes. */
function costedOf({to, data, gasLimit, intrinsicGas}: ParsedTransaction, cost: Cost): Costed {
  return {to, data: data.slice(0, SELECTOR_CHARS) as Hex, gasLimit, intrinsicGas, cost}
}
