/**
 * How much state the embedded engine holds, and how much it may still grow. The engine walks the
 * entire state for every block, so growth leads to missed slots. Pure; the figures are in ADR 23.
 *
 * In: occasional counts of the full state, the gas of every block, the time to compute the root.
 * Out: an estimate that is rarely too low, and the gas that the next block may spend.
 */
import type {StateSize} from '../protocol/node-status.ts'
import {
  STATE_CALIBRATION_LEAVES,
  STATE_GAS_LEAST,
  STATE_LEAF_GAS,
  STATE_LEAF_GAS_USED,
  STATE_LEAF_MS_LEAST,
  STATE_LEAVES,
  STATE_RECOUNT_LEAVES,
  STATE_ROOTS_KEPT,
  STATE_SLOT_PART,
} from './limits.ts'

const TRANSFER_GAS = 21_000

export class StateGrowth {
  readonly #limit: number
  #counted = 0
  /** Leaves that blocks may have added since then. */
  #grown = 0
  /** The last root times, with the growth at that point. */
  #roots: {ms: number; grown: number}[] = []
  /** The lowest observed cost of a leaf. */
  #leafMs: number | undefined

  constructor(limit = STATE_LEAVES) {
    this.#limit = limit
  }

  /** A block was executed. */
  grew(transactions: number, gasUsed: bigint): void {
    const beyond = Math.max(0, Number(gasUsed) - transactions * TRANSFER_GAS)
    this.#grown += transactions + Math.floor(beyond / STATE_LEAF_GAS_USED)
  }

  /** The root was computed. */
  measured(ms: number): void {
    this.#roots = [...this.#roots, {ms, grown: this.#grown}].slice(-STATE_ROOTS_KEPT)
  }

  /**
   * Starts a count of the current state.
   *
   * @returns a function to call with the result
   */
  counting(): (leaves: number) => void {
    const before = this.#grown
    return (leaves) => {
      this.#learn(leaves)
      this.#counted = leaves
      this.#grown = Math.max(0, this.#grown - before)
      this.#roots = this.#roots.map(({ms, grown}) => ({ms, grown: grown - before}))
    }
  }

  /** Half of the observed time: another program may have delayed the root. */
  #learn(leaves: number): void {
    const {rootMs} = this
    if (leaves < STATE_CALIBRATION_LEAVES || rootMs === null) return
    const leafMs = Math.max(STATE_LEAF_MS_LEAST, rootMs / leaves / 2)
    this.#leafMs = Math.min(this.#leafMs ?? leafMs, leafMs)
  }

  /** Another state is in the engine, of this size. */
  restarted(leaves: number): void {
    this.#counted = leaves
    this.#grown = 0
    this.#roots = []
  }

  get rootMs(): number | null {
    return this.#roots.length === 0 ? null : Math.min(...this.#roots.map(({ms}) => ms))
  }

  get leaves(): number {
    const leafMs = this.#leafMs ?? STATE_LEAF_MS_LEAST
    // Most gas does not create state, and then the root does not take longer. Growth since then
    // still counts.
    const byTime = this.#roots.map(({ms, grown}) => Math.ceil(ms / leafMs) + this.#grown - grown)
    const most = this.#counted + this.#grown
    return Math.max(this.#counted, Math.min(most, ...byTime))
  }

  get size(): StateSize {
    return {leaves: this.leaves, limit: this.#limit, rootMs: this.rootMs}
  }

  get isRecountDue(): boolean {
    return this.leaves - this.#counted >= STATE_RECOUNT_LEAVES
  }

  get isFull(): boolean {
    return this.leaves >= this.#limit
  }

  /**
   * Gas for instructions that the next block may declare: in the worst case all of it creates
   * state.
   */
  get gasCapacity(): number {
    const leaves = Math.floor((this.#limit - this.leaves) * STATE_SLOT_PART)
    return Math.max(STATE_GAS_LEAST, leaves * STATE_LEAF_GAS)
  }
}
