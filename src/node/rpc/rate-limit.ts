import {isIPv6} from 'node:net'

import {RPC_CLIENTS, RPC_UNITS_BURST, RPC_UNITS_PER_SECOND} from '../rpc-limits.ts'

export interface RateLimitOptions {
  unitsPerSecond?: number
  burst?: number
  /** True for addresses that are not counted. */
  isExempt?: (address: string) => boolean
}

/**
 * A bucket of work per remote address. Programs on this machine are not counted: who can start them can
 * stop the node as well. A proxy in front of the node is one of them and has to count for itself.
 */
export class RateLimit {
  readonly #perMs: number
  readonly #burst: number
  readonly #isExempt: (address: string) => boolean
  /** What is left, and when that was. Least recently used first. */
  readonly #buckets = new Map<string, {units: number; atMs: number}>()

  constructor(options: RateLimitOptions = {}) {
    this.#perMs = (options.unitsPerSecond ?? RPC_UNITS_PER_SECOND) / 1000
    this.#burst = options.burst ?? RPC_UNITS_BURST
    this.#isExempt = options.isExempt ?? isLoopback
  }

  /** @returns false when the client has to wait */
  take(address: string, units: number, nowMs: number): boolean {
    if (this.#isExempt(address)) return true
    const name = clientOf(address)
    const bucket = this.#buckets.get(name) ?? {units: this.#burst, atMs: nowMs}
    const left = Math.min(this.#burst, bucket.units + (nowMs - bucket.atMs) * this.#perMs)
    const isAllowed = left >= units
    this.#buckets.delete(name)
    this.#buckets.set(name, {units: isAllowed ? left - units : left, atMs: nowMs})
    const [oldest] = this.#buckets.keys()
    if (this.#buckets.size > RPC_CLIENTS && oldest !== undefined) this.#buckets.delete(oldest)
    return isAllowed
  }
}

/** One host usually has a whole /64 of IPv6 addresses. */
export function clientOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '')
  if (!isIPv6(plain)) return plain
  const [head = '', tail] = plain.split('::')
  const front = head.split(':').filter((part) => part !== '')
  const back = tail?.split(':').filter((part) => part !== '') ?? []
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length)
  return [...front, ...Array.from({length: zeros}, () => '0'), ...back].slice(0, 4).join(':')
}

/** Whose share is used: who shows the token does not share with others behind the same address. */
export function shareOf(address: string, isTrusted: boolean): string {
  return `${clientOf(address)}${isTrusted ? ' with token' : ''}`
}

export function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address)
}
