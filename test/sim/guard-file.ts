/** The sign guard's file of a simulated node, with the time of its last change as that machine's disk keeps it. */
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import type {Address} from 'viem'

import type {Clock} from '../../src/lib/clock.ts'
import {rebuildGuard} from '../../src/node/guard/rebuild.ts'
import {ChainLog} from '../../src/store/chain-log.ts'
import {SignGuard, type SignGuardOptions} from '../../src/store/sign-guard.ts'
import type {IsPlanted} from './planted.ts'
import type {Setup} from './setup.ts'

export class GuardFile {
  readonly #dataDir: string
  readonly #isPlanted: IsPlanted
  /** Undefined: at a moment when nobody of us wrote. */
  #changedMs: number | undefined
  #isCarried = false
  /** Rebuilt, and nothing was signed since. */
  isRebuilt = false

  constructor(dataDir: string, isPlanted: IsPlanted) {
    this.#dataDir = dataDir
    this.#isPlanted = isPlanted
  }

  get #path(): string {
    return join(this.#dataDir, 'sign-guard.log')
  }

  /** Its key is made with it. */
  create(clock: Clock): void {
    SignGuard.createNew(this.#path, this.#times(clock).nowMs)
  }

  open(clock: Clock): SignGuard {
    const guard = SignGuard.open(this.#path, this.#times(clock))
    const isMade = guard.isNew && this.#isPlanted('new-home-is-trusted')
    const trusts = isMade || (this.isRebuilt && this.#isPlanted('rebuilt-is-trusted'))
    if (trusts) Object.defineProperty(guard, 'isTrusted', {value: true})
    return guard
  }

  /** @param isCarried a snapshot brought it, which passes for a guard of its own: a planted bug */
  wasReplaced(isCarried: boolean): void {
    this.#isCarried = isCarried
    this.isRebuilt = false
    this.#changedMs = undefined
  }

  /** As the operator is told to. */
  rebuild(genesis: Setup['genesis'], signer: Address, nowMs: number): void {
    const log = ChainLog.open(join(this.#dataDir, 'chain.sqlite'), genesis)
    const guard = {nowMs: () => nowMs, changedAtMs: () => this.#changedMs ?? Infinity}
    rebuildGuard({path: this.#path, log, signer, nowMs, guard})
    log.close()
    this.isRebuilt = true
  }

  #times(clock: Clock): SignGuardOptions & {nowMs(): number} {
    const trustsCopies = this.#isPlanted('copies-are-trusted') || this.#isCarried
    return {
      nowMs: () => (this.#changedMs = clock.nowMs()),
      changedAtMs: (path) => {
        if (!existsSync(path)) return undefined
        if (this.#changedMs !== undefined) return this.#changedMs
        return trustsCopies ? lastMsOf(path) : Infinity
      },
    }
  }
}

/** What the last line of a sign guard says. */
function lastMsOf(path: string): number {
  return Number(/ (\d+)\n$/.exec(readFileSync(path, 'latin1'))?.[1])
}
