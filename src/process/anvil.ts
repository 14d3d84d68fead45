import {readFileSync, rmSync} from 'node:fs'
import {join, resolve} from 'node:path'
import type {Readable} from 'node:stream'

import {systemClock} from '../lib/clock.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {writeFileAtomic} from '../lib/files.ts'
import {readBoundedText, RECORD_FILE_BYTES} from '../lib/read-file.ts'
import {isRecord} from '../lib/json.ts'
import type {RpcClient} from '../lib/json-rpc.ts'
import {identifyProcess, isSameProcess, type ProcessIdentity} from '../lib/process-identity.ts'
import type {RpcSocketOptions} from '../lib/rpc-socket.ts'
import {connectEngine, makePrivate, socketNameOf} from './engine-socket.ts'
import {findEngine} from './find-engine.ts'
import {findIsolation, notIsolated, type IsolationKind} from './isolation.ts'

export interface AnvilOptions {
  /**
   * Base name of the pid file and the socket: `engine` results in `engine.pid` and `engine.sock`.
   */
  name: string
  /**
   * Directory of the pid file, the socket and the engine's own cache. Created if missing; mode
   * 0700.
   */
  dir: string
  chainId: number
  /** Everything except host, port, socket, chain id and cache path. Paths in it are absolute. */
  args: readonly string[]
  /**
   * `required`, the default: an engine that others could reach is not started. `preferred`: it is
   * started if the system allows nothing better.
   */
  isolation?: 'required' | 'preferred'
  /**
   * False: an engine whose parent was killed keeps running, so that its unsaved state can be saved.
   */
  diesWithParent?: boolean
  /** Lines of standard output and error. The engine's request log is turned off once it serves. */
  onLine?: (line: string) => void
  readyTimeoutMs?: number
  /** SIGTERM first; SIGKILL after this long. */
  stopTimeoutMs?: number
}

export interface AnvilProcess {
  readonly pid: number
  readonly version: string
  /** Who else can reach it. */
  readonly isolation: IsolationKind
  /** Resolves when the process is gone, for any reason. Never rejects. */
  readonly exited: Promise<AnvilExit>
  /** The only way to talk to it. */
  connect(options: RpcSocketOptions): RpcClient
  /** Resolves when the process is gone and its pid file removed. */
  stop(): Promise<void>
  /** SIGKILL, for a process that no longer responds. */
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
const PROBE_TIMEOUT_MS = 2000

/**
 * Starts one engine process and returns when it reports the expected chain id. An engine left
 * behind in the same directory by a killed parent is stopped first.
 *
 * @throws {MetisSeqError} ENGINE_MISSING, ENGINE_NOT_ISOLATED, ENGINE_DIRECTORY_NOT_OURS,
 * SOCKET_PATH_TOO_LONG, ENGINE_IN_USE, ENGINE_NOT_READY (the process is then gone)
 */
export async function startAnvil(options: AnvilOptions): Promise<AnvilProcess> {
  const {name, chainId, isolation: wanted = 'required', diesWithParent = true} = options
  const dir = resolve(options.dir)
  const [binary, isolation] = await Promise.all([findEngine(), findIsolation()])
  if (isolation.kind === 'open-port' && wanted === 'required') throw notIsolated()
  makePrivate(dir)
  await killOrphan(dir, name)
  const running = engineIn(dir, name)
  if (running) throw inUse(dir, running)

  const [file, ...args] = [
    ...isolation.launcher,
    ...(diesWithParent ? isolation.diesWithParent : []),
    ...[binary.file, '--host', '127.0.0.1', '--port', '0', '--ipc', socketNameOf(name)],
    ...['--chain-id', String(chainId), '--cache-path', cachePathOf(dir, name), ...options.args],
  ]
  const {execa} = await import('execa')
  const child = execa(
    file!,
    args,
    // Separate process group: otherwise Ctrl-C in a terminal would end the engine before the node
    // has saved its state. In exchange, we stop it when this process exits.
    {
      ...{buffer: false, reject: false, stdin: 'ignore', forceKillAfterDelay: false},
      ...{detached: true, cwd: dir},
    },
  )
  const forget = endWithThisProcess(() => child.kill('SIGKILL'))
  const lastLines = watchOutput([child.stdout, child.stderr], options.onLine)
  let gone = false
  const exited: Promise<AnvilExit> = child.then((result) => {
    gone = true
    forget()
    return {exitCode: result.exitCode ?? null, lastLines}
  })
  if (child.pid !== undefined) rememberPid(dir, name, child.pid)
  const stopTimeoutMs = options.stopTimeoutMs ?? STOP_TIMEOUT_MS
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (!gone) child.kill(signal)
    await endWithin(exited, stopTimeoutMs, () => child.kill('SIGKILL'))
    rmSync(pidFileOf(dir, name), {force: true})
    rmSync(join(dir, socketNameOf(name)), {force: true})
  }
  const isReady = await answers(options, dir, exited)
  if (!isReady) {
    const reason = gone ? 'exited' : 'silent'
    await end('SIGKILL')
    throw notReady(options, reason, await exited)
  }
  return {
    ...{pid: child.pid ?? 0, version: binary.version, isolation: isolation.kind, exited},
    connect: (how) => connectEngine(dir, name, how),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  }
}

/** Waits until it responds, exits or times out. */
async function answers(
  {name, chainId, readyTimeoutMs = READY_TIMEOUT_MS}: AnvilOptions,
  dir: string,
  exited: Promise<AnvilExit>,
): Promise<boolean> {
  const deadline = systemClock.monotonicMs() + readyTimeoutMs
  let isGone = false
  void exited.then(() => (isGone = true))
  while (!isGone && systemClock.monotonicMs() < deadline) {
    if (await answersWith(dir, name, chainId)) return true
    await Promise.race([systemClock.sleep(PROBE_MS), exited])
  }
  return false
}

function notReady(
  {name, dir, readyTimeoutMs = READY_TIMEOUT_MS}: AnvilOptions,
  reason: 'exited' | 'silent',
  {exitCode, lastLines}: AnvilExit,
): MetisSeqError {
  return new MetisSeqError({
    code: 'ENGINE_NOT_READY',
    message:
      reason === 'exited'
        ? `The execution engine ${name} did not start (exit code ${exitCode ?? 'none'}).`
        : `The execution engine ${name} did not respond within ${readyTimeoutMs} ms.`,
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

const KEPT_LETTERS = 10_000

/** Forwards each line and keeps the last ones. */
function watchOutput(
  streams: readonly (Readable | null)[],
  onLine?: (line: string) => void,
): readonly string[] {
  const lastLines: string[] = []
  for (const stream of streams) {
    let rest = ''
    stream?.setEncoding('utf8')
    stream?.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      // An endless line is truncated, and so is output without line breaks.
      rest = (lines.pop() ?? '').slice(-KEPT_LETTERS)
      for (const line of lines) {
        if (line.trim() === '') continue
        if (lastLines.push(line.slice(0, KEPT_LETTERS)) > KEPT_LINES) lastLines.shift()
        onLine?.(line.slice(0, KEPT_LETTERS))
      }
    })
    // A broken pipe means the same as the exit, which has its own promise.
    stream?.on('error', () => {})
  }
  return lastLines
}

async function answersWith(dir: string, name: string, chainId: number): Promise<boolean> {
  const client = connectEngine(dir, name, {timeoutMs: PROBE_TIMEOUT_MS})
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
  return join(resolve(dir), `${name}-cache`)
}

function rememberPid(dir: string, name: string, pid: number): void {
  const identity = identifyProcess(pid) ?? {pid, startTicks: ''}
  const record: EngineRecord = {...identity, parent: identifyProcess(process.pid)}
  writeFileAtomic(pidFileOf(dir, name), `${JSON.stringify(record)}\n`)
}

/**
 * Stops the engine that an earlier, killed parent left behind. An engine with a live parent is left
 * alone.
 *
 * @returns the pid of the stopped process, or undefined
 */
export async function killOrphan(dir: string, name: string): Promise<number | undefined> {
  const orphan = engineIn(dir, name)
  if (!orphan) return undefined
  const {pid, parent} = orphan
  if (parent && parent.pid !== process.pid && isSameProcess(parent)) return undefined
  process.kill(pid, 'SIGKILL')
  while (isSameProcess(orphan)) await systemClock.sleep(PROBE_MS)
  rmSync(pidFileOf(dir, name), {force: true})
  return pid
}

function inUse(dir: string, {pid, parent}: EngineRecord): MetisSeqError {
  const owner = parent?.pid ?? pid
  return new MetisSeqError({
    code: 'ENGINE_IN_USE',
    message: `The execution engine in ${dir} belongs to process ${owner}, which runs.`,
    facts: {dir, pid: `${owner}`},
    hints: ['If it is a background node, run `metis-seq node stop`.', `Or run \`kill ${owner}\`.`],
  })
}

/**
 * The engine running in that directory. The pid alone proves nothing: the start time and the
 * command line with exactly this cache path must match.
 */
export function engineIn(dir: string, name: string): EngineRecord | undefined {
  const found = readPidFile(pidFileOf(dir, name))
  if (!found || !isSameProcess(found)) return undefined
  return commandLineOf(found.pid).includes(cachePathOf(dir, name)) ? found : undefined
}

function commandLineOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

interface EngineRecord extends ProcessIdentity {
  /** The parent process; unknown in a record of an earlier version. */
  parent: ProcessIdentity | undefined
}

function readPidFile(path: string): EngineRecord | undefined {
  try {
    const value: unknown = JSON.parse(readBoundedText(path, RECORD_FILE_BYTES))
    const engine = identityOf(value)
    return engine && {...engine, parent: isRecord(value) ? identityOf(value['parent']) : undefined}
  } catch {
    return undefined
  }
}

function identityOf(value: unknown): ProcessIdentity | undefined {
  if (!isRecord(value)) return undefined
  const {pid, startTicks} = value
  if (!Number.isInteger(pid) || typeof startTicks !== 'string') return undefined
  return {pid: Number(pid), startTicks}
}
