/** The sign guard's file of a simulated node, as that machine's file system would tell of it. */
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import type {Address} from 'viem'

import type {Clock} from '../../src/lib/clock.ts'
import {rebuildGuard} from '../../src/node/guard/rebuild.ts'
import {ChainLog} from '../../src/store/chain-log.ts'
import type {GuardLook} from '../../src/store/sign-guard-file.ts'
import {SignGuard, type SignGuardOptions} from '../../src/store/sign-guard.ts'
import type {IsPlanted} from './planted.ts'
import type {Setup} from './setup.ts'

export class GuardFile {
  readonly #dataDir: string
  readonly #isPlanted: IsPlanted
  #changedMs = Infinity
  /** Counts the files that have lain here. */
  #inode = 1
  #isCarried = false
  /** Rebuilt, and nothing was signed since. */
  isRebuilt = false
  /** Nothing was signed since the process last ended in an orderly way. */
  isClosed = false

  constructor(dataDir: string, isPlanted: IsPlanted) {
    this.#dataDir = dataDir
    this.#isPlanted = isPlanted
  }

  get #path(): string {
    return join(this.#dataDir, 'sign-guard.log')
  }

  /** Its key is made with it. */
  create(clock: Clock): void {
    SignGuard.createNew(
      this.#path,
      this.#disk(() => clock.nowMs()),
    )
    this.isClosed = true
  }

  /** Something was signed. */
  wasWritten(): void {
    this.isRebuilt = false
    this.isClosed = false
  }

  end(guard: SignGuard | undefined): void {
    guard?.end()
    this.isClosed = true
  }

  open(clock: Clock): SignGuard {
    const guard = SignGuard.open(
      this.#path,
      this.#disk(() => clock.nowMs()),
    )
    const isMade = guard.isNew && this.#isPlanted('new-home-is-trusted')
    const trusts = isMade || (this.isRebuilt && this.#isPlanted('rebuilt-is-trusted'))
    if (trusts) Object.defineProperty(guard, 'isTrusted', {value: true})
    return guard
  }

  /**
   * @param changedMs when the file that lies here now was made
   * @param isCarried a snapshot brought it, which passes for a guard of its own: a planted bug
   */
  wasReplaced(changedMs: number, isCarried: boolean): void {
    this.#isCarried = isCarried
    this.wasWritten()
    this.#changedMs = changedMs
    this.#inode++
  }

  /** As the operator is told to. */
  rebuild(genesis: Setup['genesis'], signer: Address, nowMs: number): void {
    const log = ChainLog.open(join(this.#dataDir, 'chain.sqlite'), genesis)
    rebuildGuard({path: this.#path, log, signer, nowMs, guard: this.#disk(() => nowMs)})
    log.close()
    this.isRebuilt = true
  }

  #disk(nowMs: () => number): Required<SignGuardOptions> {
    return {
      nowMs: () => (this.#changedMs = nowMs()),
      lookAt: (path) => {
        if (!existsSync(path)) return undefined
        const inode = String(this.#inode)
        const own = {inode, bornNs: '1', device: '1', boot: '1', changedAtMs: this.#changedMs}
        return this.#asPlanted(own, readFileSync(path, 'latin1'))
      },
    }
  }

  #asPlanted(own: GuardLook, text: string): GuardLook {
    const changedAtMs = Number(/ (\d+)\n$/.exec(text)?.[1])
    const inode = [...text.matchAll(/^file (\d+) /gm)].at(-1)?.[1] ?? own.inode
    if (this.#isPlanted('copies-are-trusted') || this.#isCarried)
      return {...own, inode, changedAtMs}
    return this.#isPlanted('copies-of-a-moment-are-trusted') ? {...own, inode} : own
  }
}
