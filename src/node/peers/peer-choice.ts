import type {Address} from 'viem'

import type {Clock} from '../../lib/clock.ts'
import type {ChainState} from '../chain-state.ts'
import {PEER_QUIET_MS} from '../peer-limits.ts'
import type {BlockExchange, PeerView} from './exchange.ts'

/**
 * Chooses a peer that has something for us: it is ahead or has another block at one of our heights.
 */
export class PeerChoice {
  readonly #chain: ChainState
  readonly #exchange: BlockExchange
  readonly #clock: Clock
  readonly #quietUntil = new Map<Address, number>()

  constructor(chain: ChainState, exchange: BlockExchange, clock: Clock) {
    this.#chain = chain
    this.#exchange = exchange
    this.#clock = clock
  }

  /** The peer that is furthest ahead. */
  ahead(): PeerView | undefined {
    const now = this.#clock.monotonicMs()
    const {number} = this.#chain.head()
    const differing = this.#exchange.peers().filter(({address, head}) => {
      if (now < (this.#quietUntil.get(address) ?? 0)) return false
      if (head.number > number) return true
      const ours = this.#chain.hashOf(head.number)
      return ours !== undefined && ours !== head.hash
    })
    return differing.sort((a, b) => b.head.number - a.head.number)[0]
  }

  /** It had nothing for us; checking again at once would block everything else. */
  leaveAlone({address}: PeerView): void {
    this.#quietUntil.set(address, this.#clock.monotonicMs() + PEER_QUIET_MS)
  }
}
