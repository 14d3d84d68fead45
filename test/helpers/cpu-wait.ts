/**
 * How long processes waited for a processor that others had, by the kernel's own count (proc_pid_schedstat:
 * second figure, nanoseconds). A block that is late because the machine was taken is no fault of the node.
 */
import {readdirSync, readFileSync} from 'node:fs'

export class CpuWait {
  readonly #pid: number
  readonly #except: ReadonlySet<number>
  #seen = new Map<string, number>()

  /** @param except children that are no part of what is judged */
  constructor(pid = process.pid, except: readonly number[] = []) {
    this.#pid = pid
    this.#except = new Set(except)
    this.lapMs()
  }

  /**
   * @returns milliseconds since the last call, of whichever thread waited longest: the main one or one of a
   * child. They wait at the same time as well as in turn, so a sum would excuse too much.
   */
  lapMs(): number {
    const before = this.#seen
    this.#seen = new Map()
    const own = this.#since(before, this.#pid, this.#pid)
    const children = childrenOf(this.#pid).filter((child) => !this.#except.has(child))
    const waits = children.flatMap((child) =>
      list(`/proc/${child}/task`).map((thread) => this.#since(before, child, Number(thread))),
    )
    return Math.max(own, ...waits)
  }

  #since(before: ReadonlyMap<string, number>, pid: number, thread: number): number {
    const key = `${pid}/${thread}`
    const waited = waitOf(pid, thread)
    this.#seen.set(key, waited)
    return waited - (before.get(key) ?? waited)
  }
}

function waitOf(pid: number, thread: number): number {
  return Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[1] ?? 0) / 1e6
}

function childrenOf(pid: number): number[] {
  return list(`/proc/${pid}/task`).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  )
}

/** A process that ended meanwhile has nothing to read. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
