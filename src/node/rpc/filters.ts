/** Filters that a client polls for changes, for tools without WebSocket. */
import {randomBytes} from 'node:crypto'

import type {Clock} from '../../lib/clock.ts'
import {isRecord} from '../../lib/json.ts'
import {FILTER_CHANGES, FILTER_LIFETIME_MS, FILTERS, FILTERS_EACH} from '../rpc-limits.ts'
import type {Feeds, News} from './feeds.ts'
import {RpcError, rpcCodes} from './json-rpc.ts'

interface Filter {
  client: string
  changes: unknown[]
  /** The criteria of a log filter. */
  criteria: unknown
  hasOverflowed: boolean
  askedAtMs: number
  end(): void
}

export class Filters {
  readonly #feeds: Feeds
  readonly #clock: Clock
  readonly #filters = new Map<string, Filter>()

  constructor(feeds: Feeds, clock: Clock) {
    this.#feeds = feeds
    this.#clock = clock
  }

  /**
   * A client that has used up its share, or the one with the most when all are in use, loses its
   * least recently polled filter.
   *
   * @param criteria undefined: no filter of logs
   * @throws {RpcError}
   */
  add(client: string, kind: string, criteria?: unknown): string {
    this.#dropOld()
    this.#makeRoom(client)
    const id = `0x${randomBytes(16).toString('hex')}`
    const deliver = ({value}: News) => {
      const change = kind === 'newHeads' && isRecord(value) ? value['hash'] : value
      if (filter.changes.length < FILTER_CHANGES) filter.changes.push(change)
      else filter.hasOverflowed = true
    }
    const filter: Filter = {
      client,
      changes: [],
      criteria,
      hasOverflowed: false,
      askedAtMs: this.#clock.monotonicMs(),
      end: this.#feeds.subscribe(kind, criteria, deliver, client),
    }
    this.#filters.set(id, filter)
    return id
  }

  /**
   * Changes since the last poll. @throws {RpcError} for a filter that is unknown, old or too full
   */
  changes(id: unknown): unknown[] {
    const filter = this.#known(id)
    if (filter.hasOverflowed) {
      this.remove(id)
      throw new RpcError(
        rpcCodes.limit,
        'The filter was not polled often enough and has been removed.',
      )
    }
    return filter.changes.splice(0)
  }

  criteria(id: unknown): unknown {
    const {criteria} = this.#known(id)
    if (criteria !== undefined) return criteria
    throw new RpcError(rpcCodes.invalidParams, 'The filter is not a log filter.')
  }

  remove(id: unknown): boolean {
    const filter = this.#filters.get(String(id))
    filter?.end()
    return this.#filters.delete(String(id))
  }

  #known(id: unknown): Filter {
    this.#dropOld()
    const filter = this.#filters.get(String(id))
    if (!filter) throw new RpcError(rpcCodes.rejected, 'filter not found')
    filter.askedAtMs = this.#clock.monotonicMs()
    // Least recently polled first.
    this.#filters.delete(String(id))
    this.#filters.set(String(id), filter)
    return filter
  }

  #makeRoom(client: string): void {
    const counts = new Map<string, number>()
    for (const {client: one} of this.#filters.values()) counts.set(one, (counts.get(one) ?? 0) + 1)
    let most = client
    if ((counts.get(client) ?? 0) < FILTERS_EACH) {
      if (this.#filters.size < FILTERS) return
      for (const [one, count] of counts) if (count > (counts.get(most) ?? 0)) most = one
    }
    for (const [id, filter] of this.#filters)
      if (filter.client === most) return void this.remove(id)
  }

  #dropOld(): void {
    const limit = this.#clock.monotonicMs() - FILTER_LIFETIME_MS
    for (const [id, {askedAtMs}] of this.#filters) if (askedAtMs < limit) this.remove(id)
  }
}
