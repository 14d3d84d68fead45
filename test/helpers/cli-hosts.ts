/** Runs command lines in processes that have the program loaded already: see `cli-host.cjs`. */
import {fork, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {join} from 'node:path'
import process from 'node:process'

import {deriveOnceScript, derivedKeysEnv} from './derived-keys.ts'

const hostScript = join(import.meta.dirname, 'cli-host.cjs')
/** A command that waits longer than this lets the next one have a process of its own. */
const PATIENCE_MS = 200
const MAX_HOSTS = 3

export interface HostOrder {
  args: readonly string[]
  env: Record<string, string>
  input: string
}

export interface HostAnswer {
  stdout: string
  stderr: string
  exitCode: number
}

/** It ended with its answer: the command asked for it. */
type Message = HostAnswer & {isLast: boolean}

const hosts = new Set<Host>()

/** Runs one command line. Several at once are as several processes; the state of one may outlive it in memory only. */
export async function runInHost(order: HostOrder): Promise<HostAnswer> {
  const host = await freeHost()
  try {
    return await host.run(order)
  } finally {
    host.free()
  }
}

async function freeHost(): Promise<Host> {
  for (;;) {
    const free = [...hosts].find(({isBusy}) => !isBusy)
    if (free) return free.take()
    if (hosts.size === 0) return new Host().take()
    const ends = [...hosts].map(({freed}) => freed)
    if (hosts.size >= MAX_HOSTS) {
      await Promise.race(ends)
      continue
    }
    const {promise, resolve} = Promise.withResolvers<'late'>()
    const timer = setTimeout(() => resolve('late'), PATIENCE_MS)
    const first = await Promise.race([promise, ...ends])
    clearTimeout(timer)
    if (first === 'late' && hosts.size < MAX_HOSTS) return new Host().take()
  }
}

class Host {
  isBusy = false
  freed: Promise<void> = Promise.resolve()
  #free: () => void = () => {}
  readonly #child: ChildProcess

  constructor() {
    hosts.add(this)
    this.#child = fork(hostScript, {
      env: {
        ...{PATH: process.env['PATH'], HOME: process.env['HOME'], TZ: 'UTC', NO_COLOR: '1'},
        XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'],
        ...derivedKeysEnv(),
      },
      execArgv: ['--require', deriveOnceScript],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#child.once('exit', () => hosts.delete(this))
    // Whoever runs the tests does not wait for it; its end is the end of the channel.
    this.#child.unref()
    this.#child.channel?.unref()
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      ;(stream as unknown as {unref(): void}).unref()
    }
  }

  take(): this {
    this.isBusy = true
    const {promise, resolve} = Promise.withResolvers<void>()
    this.freed = promise
    this.#free = resolve
    return this
  }

  free(): void {
    this.isBusy = false
    this.#free()
  }

  async run(order: HostOrder): Promise<HostAnswer> {
    const past: string[] = []
    const keep = (chunk: unknown) => past.push(String(chunk))
    const child = this.#child
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', keep)
    child.ref()
    child.channel?.ref()
    try {
      const over = new AbortController()
      const answered = once(child, 'message', {signal: over.signal})
      const ended = once(child, 'exit', {signal: over.signal})
      child.send(order)
      const [first] = (await Promise.race([answered, ended])) as [Message | number | null]
      over.abort()
      await Promise.allSettled([answered, ended])
      if (typeof first !== 'object' || first === null) {
        throw new Error(`${order.args.join(' ')} ended its process: ${past.join('')}`)
      }
      if (past.length > 0) {
        throw new Error(`${order.args.join(' ')} wrote past its streams: ${past.join('')}`)
      }
      const {isLast, ...answer} = first
      if (isLast) hosts.delete(this)
      return answer
    } finally {
      for (const stream of [child.stdout, child.stderr]) stream?.off('data', keep)
      child.unref()
      child.channel?.unref()
    }
  }
}
