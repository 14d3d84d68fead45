/**
 * What one life of a node must have done before it signs, whatever else would have caught it. The layers hold each
 * other up: with one of them taken away there is seldom a second signature, and here it shows all the same.
 */
import type {Address} from 'viem'

import {lastSignedIn} from '../../src/node/guard/signed-batches.ts'
import type {Stages} from '../../src/node/stages.ts'
import type {SealedBlock} from '../../src/protocol/block.ts'
import type {ChainLog} from '../../src/store/chain-log.ts'
import type {SignGuard} from '../../src/store/sign-guard.ts'
import type {Judge} from './judge.ts'

/** The rules that are judged here. */
export const layerRules = [
  'a node starts with a guard that knows its own blocks',
  'nothing is signed before L1 and a peer were heard',
  'own signatures that were shown are in the guard',
  'a restore raises the floor',
  'a rebuilt guard is not trusted',
] as const

export class SigningWatch {
  readonly #judge: Judge
  readonly #name: string
  readonly #guard: SignGuard
  readonly #log: ChainLog
  readonly #me: Address
  readonly #wasTrusted: boolean
  readonly #wasClosed: boolean
  readonly #isAlone: boolean
  #hasHeardL1 = false
  #hasHeardPeer = false

  constructor(options: {
    judge: Judge
    life: {name: string}
    log: ChainLog
    guard: SignGuard
    me: Address
    isAlone: boolean
    isRebuilt: boolean
    /** The life before was not killed. */
    wasClosed: boolean
  }) {
    this.#judge = options.judge
    this.#name = options.life.name
    this.#guard = options.guard
    this.#log = options.log
    this.#me = options.me
    this.#wasTrusted = options.guard.isTrusted
    this.#wasClosed = options.wasClosed
    this.#isAlone = options.isAlone
    if (options.isRebuilt && this.#wasTrusted) this.#broken(4, 'trusts it')
  }

  /** The stages were connected, and the node is about to run. */
  connected({gate}: Stages): void {
    for (const block of this.#log.signedBy(this.#me)) {
      if (!this.#knows(block)) return this.#broken(0, `lacks ${block.number}`)
    }
    const {noteBatch} = gate
    gate.noteBatch = (batch) => {
      noteBatch.call(gate, batch)
      const number = this.#guard.isTrusted ? undefined : lastSignedIn(batch, this.#me, 0)
      if (number === undefined || number <= (this.#guard.top ?? 0)) return
      if (this.#guard.floor <= number) this.#broken(2, `L1 holds ${number}`)
    }
  }

  heardL1(): void {
    this.#hasHeardL1 = true
  }

  heardPeer(): void {
    this.#hasHeardPeer = true
  }

  /** A block that came into the log. */
  sawOwn(block: SealedBlock): void {
    if (block.signer === this.#me && !this.#knows(block)) this.#broken(2, `has ${block.number}`)
  }

  signs(height: number): void {
    if (this.#isAlone) return
    if (!this.#hasHeardL1) this.#broken(1, `${height} without L1`)
    if (!this.#hasHeardPeer && !(this.#wasTrusted && this.#wasClosed))
      this.#broken(1, `${height} without a peer`)
  }

  #knows({number, hash}: {number: number; hash: string}): boolean {
    return this.#guard.signedAt(number) === hash || number < this.#guard.floor
  }

  #broken(rule: 0 | 1 | 2 | 4, detail: string): void {
    this.#judge.broken(layerRules[rule], `${this.#name} ${detail}`)
  }
}
