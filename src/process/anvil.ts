import {mkdirSync, readFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import type {Readable} from 'node:stream'

import {execa} from 'execa'

import {systemClock} from '../lib/clock.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {writeFileAtomic} from '../lib/files.ts'
import {isRecord} from '../lib/json.ts'
import {createRpcClient} from '../lib/json-rpc.ts'
import {identifyProcess, isSameProcess, type ProcessIdentity} from '../lib/process-identity.ts'
import {findEngine} from './find-engine.ts'

export interface AnvilOptions {
  /** Names the pid file: `engine` gives `engine.pid`. */
  name: string
  /** Directory of the pid file and of the engine's own cache. Created when missing. */
  dir: string
  chainId: number
  /** Everything except host, port, chain id and cache path. */
  args: readonly string[]
  /** 0 lets the system choose. */
  port?: number
  host?: string
  /** Lines of standard output and error. The engine's request log is switched off once it serves. */
  onLine?: (line: string) => void
  readyTimeoutMs?: number
  /** SIGTERM first; SIGKILL after this long. */
  stopTimeoutMs?: number
}

export interface AnvilProcess {
  readonly pid: number
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  readonly version: string
  /** Resolves when the process is gone, for whatever reason. Never rejects. */
  readonly exited: Promise<AnvilExit>
  /** Resolves when the process is gone and its pid file removed. */
  stop(): Promise<void>
  /** SIGKILL, for a process that no longer answers. */
  kill(): Promise<void>
}

export interface AnvilExit {
  /** Null when a signal ended it. */
  exitCode: number | null
  /** At most 20, oldest first. */
  lastLines: readonly string[]
}

const KEPT_LINES = 20
const READY_TIMEOUT_MS = 15_000
const STOP_TIMEOUT_MS = 5000
const PROBE_MS = 10

/**
 * Starts one engine process and returns when it answers with the expected chain id. An engine that a
 * killed parent left behind in the same directory is ended first.
 *
 * @throws {MetisSeqError} ENGINE_MISSING, ENGINE_NOT_READY (the process is then gone)
 */
export async function startAnvil(options: AnvilOptions): Promise<AnvilProcess> {
  const {name, dir, port = 0, host = '127.0.0.1', readyTimeoutMs = READY_TIMEOUT_MS} = options
  const binary = await findEngine()
  mkdirSync(dir, {recursive: true, mode: 0o700})
  await killOrphan(dir, name)

  const cachePath = cachePathOf(dir, name)
  const child = execa(
    binary.file,
    [
      ...['--host', host, '--port', String(port), '--chain-id', String(options.chainId)],
      ...['--cache-path', cachePath, ...options.args],
    ],
    // Own process group: Ctrl-C in a terminal would otherwise end the engine before the node has
    // saved its state. In exchange we end it ourselves when this process exits.
    {buffer: false, reject: false, stdin: 'ignore', forceKillAfterDelay: false, detached: true},
  )
  const forget = endWithThisProcess(() => child.kill('SIGKILL'))
  const output = watchOutput([child.stdout, child.stderr], options.onLine)
  let gone = false
  const exited: Promise<AnvilExit> = child.then((result) => {
    gone = true
    forget()
    return {exitCode: result.exitCode ?? null, lastLines: output.lastLines}
  })
  if (child.pid !== undefined) rememberPid(dir, name, child.pid)

  const deadline = systemClock.monotonicMs() + readyTimeoutMs
  while (!gone && systemClock.monotonicMs() < deadline) {
    const found = output.port()
    const url = `http://${host}:${found}`
    if (found !== undefined && (await answersWith(url, options.chainId))) {
      const stopTimeoutMs = options.stopTimeoutMs ?? STOP_TIMEOUT_MS
      const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
        if (!gone) child.kill(signal)
        await endWithin(exited, stopTimeoutMs, () => child.kill('SIGKILL'))
        rmSync(pidFileOf(dir, name), {force: true})
      }
      return {
        pid: child.pid ?? 0,
        url,
        version: binary.version,
        exited,
        stop: () => end('SIGTERM'),
        kill: () => end('SIGKILL'),
      }
    }
    await Promise.race([systemClock.sleep(PROBE_MS), exited])
  }
  child.kill('SIGKILL')
  const {exitCode, lastLines} = await exited
  rmSync(pidFileOf(dir, name), {force: true})
  throw new MetisSeqError({
    code: 'ENGINE_NOT_READY',
    message: gone
      ? `The execution engine ${name} does not start (exit code ${exitCode ?? 'none'}).`
      : `The execution engine ${name} did not answer within ${readyTimeoutMs} ms.`,
    exit: 'precondition',
    facts: {name, dir, lastLines: lastLines.join('\n')},
  })
}

const killers = new Set<() => void>()

/** Runs `kill` when this process exits without having stopped the child. */
function endWithThisProcess(kill: () => void): () => void {
  // One listener for all children: Node.js warns about a leak from the eleventh on.
  if (killers.size === 0) process.on('exit', killAll)
  killers.add(kill)
  return () => {
    killers.delete(kill)
    if (killers.size === 0) process.off('exit', killAll)
  }
}

function killAll(): void {
  for (const kill of killers) kill()
}

/** Keeps the last lines, hands each on, and finds the port that the engine says it listens on. */
function watchOutput(streams: readonly (Readable | null)[], onLine?: (line: string) => void) {
  const lastLines: string[] = []
  let port: number | undefined
  let listening = false
  for (const stream of streams) {
    let rest = ''
    stream?.setEncoding('utf8')
    stream?.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line.trim() === '') continue
        if (lastLines.push(line) > KEPT_LINES) lastLines.shift()
        if (!listening) {
          const match = /Listening on \S*:(\d+)\s*$/.exec(line)
          if (match) {
            port = Number(match[1])
            listening = true
          }
        }
        onLine?.(line)
      }
    })
    // A broken pipe is the same news as the exit, which has its own promise.
    stream?.on('error', () => {})
  }
  return {lastLines, port: () => port}
}

async function answersWith(url: string, chainId: number): Promise<boolean> {
  const client = createRpcClient(url, {timeoutMs: 2000, maxSockets: 1})
  try {
    if (Number(await client.request('eth_chainId')) !== chainId) return false
    // One line per request costs more than the request.
    await client.request('anvil_setLoggingEnabled', [false])
    return true
  } catch {
    return false
  } finally {
    client.close()
  }
}

async function endWithin(exited: Promise<AnvilExit>, ms: number, force: () => void): Promise<void> {
  const abort = new AbortController()
  const late = systemClock.sleep(ms, abort.signal).then(
    () => true,
    () => false,
  )
  if (await Promise.race([late, exited.then(() => false)])) force()
  abort.abort()
  await exited
}

function pidFileOf(dir: string, name: string): string {
  return join(dir, `${name}.pid`)
}

function cachePathOf(dir: string, name: string): string {
  return join(dir, `${name}-cache`)
}

function rememberPid(dir: string, name: string, pid: number): void {
  const identity = identifyProcess(pid) ?? {pid, startTicks: ''}
  writeFileAtomic(pidFileOf(dir, name), `${JSON.stringify(identity)}\n`)
}

/**
 * Ends the engine that an earlier, killed parent left behind. The pid alone proves nothing: the start
 * time and the command line with this very cache path must agree.
 *
 * @returns the pid that was ended, or undefined
 */
export async function killOrphan(dir: string, name: string): Promise<number | undefined> {
  const orphan = readPidFile(pidFileOf(dir, name))
  if (!orphan || !isSameProcess(orphan)) return undefined
  if (!commandLineOf(orphan.pid).includes(cachePathOf(dir, name))) return undefined
  process.kill(orphan.pid, 'SIGKILL')
  while (isSameProcess(orphan)) await systemClock.sleep(PROBE_MS)
  rmSync(pidFileOf(dir, name), {force: true})
  return orphan.pid
}

function commandLineOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

function readPidFile(path: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (!isRecord(value)) return undefined
    const {pid, startTicks} = value
    if (!Number.isInteger(pid) || typeof startTicks !== 'string') return undefined
    return {pid: Number(pid), startTicks}
  } catch {
    return undefined
  }
}
