/**
 * Predicts what a transaction costs the engine at sealing, learned from blocks. Declared gas says
 * little: a wallet declares three times the gas of a token transfer, and the slowest code takes a
 * hundred times as long as the fastest for the same gas.
 *
 * In: executed blocks with their duration and the gas used by their transactions. Out: gas and
 * milliseconds to count for a new transaction.
 */
import {executionGas, type ParsedTransaction} from '../../protocol/transaction.ts'
import {
  COST_DECLARED_PART,
  COST_KINDS,
  COST_LIE_FACTOR,
  COST_LIE_KEPT_MS,
  COST_LIE_LEAST_GAS,
  COST_MARGIN,
  COST_SAMPLES,
  COST_SAMPLES_LEAST,
  COST_STEP_MOST,
  COST_UNKNOWN_GAS_PER_MS,
  SEAL_BASE_MS,
  SEAL_BASE_MS_LEAST,
  SEAL_BASE_MS_MOST,
  SEAL_FIXED_MS,
  SEAL_SHARE,
} from '../limits.ts'
import {RPC_CALL_GAS_PER_MS} from '../rpc-limits.ts'

export interface Cost {
  /**
   * Gas for instructions to count: the usage of its kind, but at least a fraction of what it
   * declares.
   */
  gas: number
  /** Milliseconds that it adds to the sealing of its block. */
  ms: number
}

type Seen = Pick<ParsedTransaction, 'to' | 'data' | 'gasLimit' | 'intrinsicGas'>

/** Calls of one function of one contract. */
interface Kind {
  /** Gas for instructions used by the last calls, newest last. */
  used: number[]
  gasPerMs: number
  /** Estimates are not trusted before this time. */
  liedUntilMs: number
}

/** Counted at ingress, under the same key as in the block. */
export interface Costed extends Seen {
  cost: Cost
}

export class CostModel {
  /** By contract and function; most recently used last. */
  readonly #kinds = new Map<string, Kind>()
  readonly #mostMs: number
  #baseMs = SEAL_BASE_MS
  #fixedMs = SEAL_FIXED_MS

  constructor(slotMs: number) {
    // A transaction that alone fills half the sealing time is still admitted along with others.
    this.#mostMs = (slotMs * SEAL_SHARE) / 2
  }

  /** Milliseconds of sealing for any block, however small. */
  get fixedMs(): number {
    return this.#fixedMs
  }

  /** Milliseconds for a transaction without instructions. */
  get baseMs(): number {
    return this.#baseMs
  }

  costOf(transaction: Seen, nowMs: number): Cost {
    const declared = Number(executionGas(transaction))
    if (declared === 0) return {gas: 0, ms: this.#baseMs}
    const kind = this.#kinds.get(keyOf(transaction))
    const expected = expectedGas(kind, declared, nowMs)
    const gasPerMs = kind?.gasPerMs ?? COST_UNKNOWN_GAS_PER_MS
    return {
      gas: Math.max(expected, isKnown(kind, nowMs) ? declared / COST_DECLARED_PART : declared),
      ms: Math.min(this.#mostMs, this.#baseMs + expected / gasPerMs),
    }
  }

  /**
   * Records the sealing time of a block. If it exceeds the count, its kinds become slower at once;
   * if it falls short, they become faster step by step, each by its share of the block.
   */
  sealed(transactions: readonly Costed[], ms: number): void {
    const parts = new Map<string, number>()
    const baseMs = transactions.length * this.#baseMs
    for (const transaction of transactions) {
      const ofCode = transaction.cost.ms - this.#baseMs
      if (ofCode <= 0 || transaction.cost.gas === 0) continue
      const key = keyOf(transaction)
      parts.set(key, (parts.get(key) ?? 0) + ofCode)
    }
    const codeMs = [...parts.values()].reduce((sum, part) => sum + part, 0)
    const countedMs = baseMs + codeMs
    const isSmall = countedMs < this.#fixedMs
    if (isSmall) this.#learnFixed(Math.max(1, ms - countedMs))
    // A block faster than the count for its transactions alone says something about them, however
    // small it is.
    if (isSmall && ms >= countedMs) return
    const ofThemMs = isSmall ? ms : ms - this.#fixedMs
    const ratio = Math.min(COST_STEP_MOST, Math.max(1, ofThemMs) / countedMs)
    const weight = ratio > 1 ? 1 : 0.5
    const step = ratio ** (weight * (baseMs / countedMs))
    this.#baseMs = clamp(this.#baseMs * step, SEAL_BASE_MS_LEAST, SEAL_BASE_MS_MOST)
    for (const [key, part] of parts) {
      const kind = this.#kindAt(key)
      const gasPerMs = kind.gasPerMs / ratio ** (weight * (part / countedMs))
      kind.gasPerMs = Math.max(RPC_CALL_GAS_PER_MS, gasPerMs)
    }
  }

  /** A machine pause is not typical of every block: it counts only in part and fades soon. */
  #learnFixed(ms: number): void {
    const most = Math.max(this.#fixedMs, SEAL_FIXED_MS) * COST_STEP_MOST
    const step = Math.min(ms, most) - this.#fixedMs
    this.#fixedMs += step / (step > 0 ? 8 : 4)
  }

  /**
   * Records the gas used by the transactions of a block, including intrinsic gas.
   *
   * @param transactions in block order; undefined: not counted here
   */
  used(
    transactions: readonly (Costed | undefined)[],
    gasUsed: readonly number[],
    nowMs: number,
  ): void {
    transactions.forEach((transaction, index) => {
      if (!transaction) return
      const declared = Number(executionGas(transaction))
      const all = gasUsed[index]
      if (declared === 0 || all === undefined) return
      const used = Math.max(0, all - Number(transaction.intrinsicGas))
      const key = keyOf(transaction)
      const kind = this.#kindAt(key)
      const {gas} = transaction.cost
      if (used > gas * COST_LIE_FACTOR && used - gas > COST_LIE_LEAST_GAS) {
        kind.liedUntilMs = nowMs + COST_LIE_KEPT_MS
      }
      kind.used.push(used)
      if (kind.used.length > COST_SAMPLES) kind.used.shift()
    })
  }

  #kindAt(key: string): Kind {
    const known = this.#kinds.get(key)
    const kind = known ?? {used: [], gasPerMs: COST_UNKNOWN_GAS_PER_MS, liedUntilMs: 0}
    this.#kinds.delete(key)
    this.#kinds.set(key, kind)
    const [oldest] = this.#kinds.keys()
    if (this.#kinds.size > COST_KINDS && oldest !== undefined) this.#kinds.delete(oldest)
    return kind
  }
}

function isKnown(kind: Kind | undefined, nowMs: number): kind is Kind {
  return kind !== undefined && kind.used.length >= COST_SAMPLES_LEAST && nowMs >= kind.liedUntilMs
}

function expectedGas(kind: Kind | undefined, declared: number, nowMs: number): number {
  if (!isKnown(kind, nowMs)) return declared
  return Math.min(declared, Math.max(...kind.used) * COST_MARGIN)
}

/**
 * Two contracts with the same code may use different gas, as proxies do: the address counts, not
 * the code.
 */
function keyOf({to, data}: Seen): string {
  return `${to ?? 'create'}${data.slice(0, 10)}`
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
