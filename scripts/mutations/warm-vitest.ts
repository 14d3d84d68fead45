/** The process with the warm Vitest, as its parent holds it. */
import {fork, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import process from 'node:process'

import type {Answer, Request} from './vitest-process.ts'

export class WarmVitest {
  #child: ChildProcess | undefined
  readonly #temporary: string

  /** @param temporary where tests put what they make */
  constructor(temporary: string) {
    this.#temporary = temporary
  }

  /** @returns 'hung' when there is no answer in time; the next request gets a new process */
  async run(request: Request, limitMs: number): Promise<Answer | 'hung'> {
    const child = (this.#child ??= await this.#open())
    const answer = new Promise<Answer>((resolve, reject) => {
      child.once('message', resolve)
      child.once('exit', () => reject(new Error('Vitest has ended.')))
    })
    child.send(request)
    const {promise, resolve} = Promise.withResolvers<'hung'>()
    const timer = setTimeout(() => resolve('hung'), limitMs)
    try {
      const first = await Promise.race([answer, promise])
      if (first === 'hung') {
        answer.catch(() => {})
        await this.close()
      }
      return first
    } finally {
      clearTimeout(timer)
      child.removeAllListeners('message').removeAllListeners('exit')
    }
  }

  async close(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child?.pid === undefined || child.exitCode !== null) return
    const gone = once(child, 'exit')
    for (const pid of [child.pid, ...descendants(child.pid)]) kill(pid)
    await gone
  }

  async #open(): Promise<ChildProcess> {
    const child = fork(join(import.meta.dirname, 'vitest-process.ts'), {
      env: {...process.env, TMPDIR: this.#temporary},
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    await once(child, 'message')
    return child
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/** Also those with a process group of their own, such as a test's chain. */
function descendants(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(join('/proc', name, 'stat'), 'utf8')
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // It has ended meanwhile.
    }
  }
  const found: number[] = []
  const add = (of: number): void => {
    for (const [child, parent] of parents)
      if (parent === of) {
        found.push(child)
        add(child)
      }
  }
  add(pid)
  return found
}
