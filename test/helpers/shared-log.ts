/** Several parties of a consensus in one process: one log of commands, and each party applies it at its own pace. */
import {setImmediate} from 'node:timers/promises'

import {assertFits, type Applied, type Consensus} from '../../src/pos/consensus.ts'
import {openReplica, type Replica, type StateStore} from '../../src/pos/replica.ts'
import type {Command, PosState} from '../../src/pos/state.ts'

/** What all parties see. A proposal takes a moment to come here, and others overtake it. */
export class SharedLog {
  readonly commands: Command[] = []
  readonly live: LogParty[] = []

  async append(command: Command, delay: number): Promise<number> {
    for (let turn = 0; turn < delay; turn++) await setImmediate()
    return this.commands.push(command)
  }

  dueAt(height: number): LogParty | undefined {
    return this.live[height % this.live.length]
  }
}

interface Waiting {
  resolve(applied: Applied): void
  reject(error: unknown): void
}

export class LogParty implements Consensus {
  readonly #log: SharedLog
  readonly #pace: number
  readonly #replica: Replica
  readonly #waiting = new Map<number, Waiting>()
  #isOpen = false
  #following: Promise<void> | undefined

  constructor(log: SharedLog, pace: number, options: {store: StateStore; initial: PosState}) {
    this.#log = log
    this.#pace = pace
    this.#replica = openReplica(options)
  }

  start(): void {
    this.#isOpen = true
    this.#log.live.push(this)
    this.#following = this.#follow()
  }

  async stop(): Promise<void> {
    this.leave()
    await this.#following
  }

  /** Gone at once, as after a `kill -9`. */
  leave(): void {
    this.#isOpen = false
    const place = this.#log.live.indexOf(this)
    if (place >= 0) this.#log.live.splice(place, 1)
    for (const {reject} of this.#waiting.values()) reject(new Error('The party stops.'))
    this.#waiting.clear()
  }

  tip() {
    return this.#replica.tip()
  }

  async propose(command: Command): Promise<Applied> {
    assertFits(command)
    if (!this.#isOpen) throw new Error('The party stops.')
    const height = await this.#log.append(command, this.#pace)
    // A party that is away cannot tell whether its proposal came through.
    if (!this.#isOpen) throw new Error('The party stops.')
    return new Promise((resolve, reject) => this.#waiting.set(height, {resolve, reject}))
  }

  onApplied(listener: (applied: Applied) => void): void {
    this.#replica.onApplied(listener)
  }

  isDue(): boolean {
    return this.#isOpen && this.#log.dueAt(this.tip().height) === this
  }

  async #follow(): Promise<void> {
    while (this.#isOpen) {
      for (let turn = 0; turn < this.#pace; turn++) await setImmediate()
      const {height} = this.tip()
      const command = this.#log.commands[height]
      if (this.#isOpen && command) this.#applyOne(command, height + 1)
    }
  }

  #applyOne(command: Command, height: number): void {
    const waiting = this.#waiting.get(height)
    try {
      const applied = this.#replica.apply(command)
      waiting?.resolve(applied)
    } catch (error) {
      waiting?.reject(error)
    } finally {
      this.#waiting.delete(height)
    }
  }
}
