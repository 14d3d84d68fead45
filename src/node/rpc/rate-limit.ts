import {clientOf, isLoopback} from '../../lib/client-address.ts'
import {RPC_CLIENTS, RPC_UNITS_BURST, RPC_UNITS_PER_SECOND} from '../rpc-limits.ts'

export interface RateLimitOptions {
  unitsPerSecond?: number
  burst?: number
  /** True for addresses that are exempt. */
  isExempt?: (address: string) => boolean
}

/** Refilling buckets, one per name; the least recently used names are evicted. */
export class Buckets {
  readonly #perMs: number
  readonly #burst: number
  readonly #mostOwed: number
  /** The remaining units, and when. Least recently used first. */
  readonly #buckets = new Map<string, {units: number; atMs: number}>()

  /** @param mostOwed debt beyond this is forgiven */
  constructor(unitsPerSecond: number, burst: number, mostOwed = Number.POSITIVE_INFINITY) {
    this.#perMs = unitsPerSecond / 1000
    this.#burst = burst
    this.#mostOwed = mostOwed
  }

  /** @returns milliseconds until this many units are available; 0: now */
  waitMs(name: string, units: number, nowMs: number): number {
    return Math.max(0, Math.ceil((units - this.#left(name, nowMs)) / this.#perMs))
  }

  /** Charges the actual usage even if fewer are left: the rest becomes debt. */
  take(name: string, units: number, nowMs: number): void {
    const left = Math.max(-this.#mostOwed, this.#left(name, nowMs) - units)
    this.#buckets.delete(name)
    this.#buckets.set(name, {units: left, atMs: nowMs})
    const [oldest] = this.#buckets.keys()
    if (this.#buckets.size > RPC_CLIENTS && oldest !== undefined) this.#buckets.delete(oldest)
  }

  #left(name: string, nowMs: number): number {
    const {units, atMs} = this.#buckets.get(name) ?? {units: this.#burst, atMs: nowMs}
    return Math.min(this.#burst, units + (nowMs - atMs) * this.#perMs)
  }
}

/**
 * A bucket of work per remote address. Programs on this machine are exempt: a user who can start
 * them can also stop the node. A proxy in front of the node is exempt too and must do its own rate
 * limiting.
 */
export class RateLimit {
  readonly #buckets: Buckets
  readonly #isExempt: (address: string) => boolean

  constructor({
    unitsPerSecond = RPC_UNITS_PER_SECOND,
    burst = RPC_UNITS_BURST,
    isExempt = isLoopback,
  }: RateLimitOptions = {}) {
    this.#buckets = new Buckets(unitsPerSecond, burst)
    this.#isExempt = isExempt
  }

  /** @returns false when the client must wait */
  take(address: string, units: number, nowMs: number): boolean {
    if (this.#isExempt(address)) return true
    const name = clientOf(address)
    if (this.#buckets.waitMs(name, units, nowMs) > 0) return false
    this.#buckets.take(name, units, nowMs)
    return true
  }
}

/** Key of the share: a caller with the token does not share with others behind the same address. */
export function shareOf(address: string, isTrusted: boolean): string {
  return `${clientOf(address)}${isTrusted ? ' with token' : ''}`
}
