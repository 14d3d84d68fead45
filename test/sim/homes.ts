/** What can be done to the homes of nodes: copied, put back, restored, moved; guards that are lost. */
import {cpSync, existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {createSnapshot} from '../../src/node/snapshots/create.ts'
import {applyRestore, planRestore} from '../../src/node/snapshots/restore.ts'
import {SignGuard} from '../../src/store/sign-guard.ts'
import type {Judge} from './judge.ts'
import type {SimNode} from './node.ts'
import type {IsPlanted} from './planted.ts'
import {L2_CHAIN_ID} from './setup.ts'
import type {World} from './world.ts'

const GUARD = 'sign-guard.log'
const network = {name: 'sim', chainId: L2_CHAIN_ID, fingerprint: '0xfa' as const}

/** A home as it was at some moment. */
export interface Copy {
  home: string
  /** When it was made. It can be put to use by its directory's name, and is as old as that then. */
  madeMs: number
  /** Undefined while it is being made. */
  snapshot: string | undefined
}

export class Homes {
  readonly #world: World
  readonly #judge: Judge
  readonly #dir: string
  readonly #isPlanted: IsPlanted
  #made = 0
  /** Reads and writes real files; the simulated time stands still meanwhile. */
  #work: Promise<void> = Promise.resolve()

  constructor(options: {world: World; judge: Judge; dir: string; isPlanted: IsPlanted}) {
    this.#world = options.world
    this.#judge = options.judge
    this.#dir = options.dir
    this.#isPlanted = options.isPlanted
  }

  /** Waited for after every step. */
  idle(): Promise<void> {
    return this.#work
  }

  /** Also while the node runs, and a snapshot as well once it has blocks. */
  copy(node: SimNode): Copy {
    const name = String(this.#made++)
    const copy: Copy = {
      home: join(this.#dir, `copy-${name}`),
      madeMs: node.wallMs,
      snapshot: undefined,
    }
    cpSync(node.dataDir, copy.home, {recursive: true})
    if (!node.life?.log?.head) return copy
    const root = join(this.#dir, `snapshots-${name}`)
    const nowMs = this.#world.wallMs
    this.#work = this.#work.then(async () => {
      copy.snapshot = (await createSnapshot({dataDir: node.dataDir, root, nowMs, network})).path
    })
    return copy
  }

  /** No process of the node may run. */
  requeue(node: SimNode, home: string, madeMs = node.wallMs): void {
    rmSync(node.dataDir, {recursive: true, force: true})
    cpSync(home, node.dataDir, {recursive: true})
    node.dirReplaced(madeMs)
  }

  restore(node: SimNode, copy: Copy, done: () => void): void {
    const {dataDir} = node
    const path = copy.snapshot!
    const guard = join(dataDir, GUARD)
    const nowMs = this.#world.wallMs
    this.#work = this.#work.then(async () => {
      const before = existsSync(guard) ? readFileSync(guard) : undefined
      const plan = planRestore({path, dataDir, network})
      await applyRestore(plan, {replace: true, nowMs})
      const carried = join(copy.home, GUARD)
      const isCarried = this.#isPlanted('guard-from-snapshot') && existsSync(carried)
      if (isCarried) cpSync(carried, guard)
      if (this.#isPlanted('restore-leaves-floor')) writeFileSync(guard, before ?? '')
      const {number} = plan.manifest.head
      if (floorOf(guard) <= number && !isCarried) {
        this.#judge.broken('a restore raises the floor', `${node.name}, restored to ${number}`)
      }
      node.dirReplaced(node.wallMs, isCarried)
      done()
    })
  }

  /** @param older what is put in its place */
  loseGuard(node: SimNode, older?: Copy): void {
    const path = join(node.dataDir, GUARD)
    rmSync(path, {force: true})
    const from = older && join(older.home, GUARD)
    if (from && existsSync(from)) cpSync(from, path)
    node.dirReplaced(older?.madeMs ?? node.wallMs)
  }

  /** A host on which nothing but the key is. */
  empty(node: SimNode): void {
    rmSync(node.dataDir, {recursive: true, force: true})
    node.dirReplaced(node.wallMs)
  }
}

function floorOf(path: string): number {
  const guard = SignGuard.open(path)
  guard.close()
  return guard.floor
}
