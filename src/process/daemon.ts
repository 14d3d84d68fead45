import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {closeSync, openSync, rmSync} from 'node:fs'
import {join} from 'node:path'

import {systemClock} from '../lib/clock.ts'
import {directoryMark, isOfDirectory} from '../lib/file-identity.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {writeFileAtomic} from '../lib/files.ts'
import {LOG_FILE_VARIABLE, logFiles} from '../lib/log-file.ts'
import {makeDirectory} from '../lib/make-directory.ts'
import {readBoundedText, readEndOfFile, RECORD_FILE_BYTES} from '../lib/read-file.ts'
import {identifyProcess, isSameProcess, type ProcessIdentity} from '../lib/process-identity.ts'

/** A background process that outlives the command that started it, identified by its pid file. */
export interface DaemonSpec {
  /** Base name of the pid file and the log: `node` results in `node.daemon.json` and `node.log`. */
  name: string
  /** Directory of pid file and log. */
  dir: string
  file: string
  args: readonly string[]
  env?: Record<string, string>
  /** Our descriptor that the process inherits as descriptor 3. */
  descriptor?: number | undefined
  /**
   * True when the process responds to a real request. A log line is not proof, nor is another
   * process's response.
   */
  probe(pid: number): Promise<boolean>
  readyTimeoutMs: number
  /** Commands to suggest if it is already running. */
  runningHints?: readonly string[]
  /** Aborting it while the daemon starts stops the daemon. */
  signal?: AbortSignal
}

export interface DaemonState {
  pid: number
  running: boolean
  /** ISO time, or null when unknown. */
  startedAt: string | null
}

const POLL_MS = 40

export function logFileOf(dir: string, name: string): string {
  return join(dir, `${name}.log`)
}

/**
 * Content of the pid file, checked against the live process. Undefined: never started, or stopped.
 */
export function readDaemon(dir: string, name: string): DaemonState | undefined {
  const record = readPidFile(dir, name)
  if (!record) return undefined
  return {pid: record.pid, running: isSameProcess(record), startedAt: record.startedAt}
}

/**
 * Starts a process in the background and returns when it serves.
 *
 * @throws {MetisSeqError} ALREADY_RUNNING when the pid file refers to a live process
 * @throws {MetisSeqError} DAEMON_NOT_READY when it exits or does not respond in time; then it is
 * stopped
 */
export async function startDaemon(spec: DaemonSpec): Promise<{pid: number}> {
  const {name, dir, file, args, env, descriptor, probe, readyTimeoutMs, signal} = spec
  const before = readDaemon(dir, name)
  if (before?.running) throw alreadyRunning(spec, before.pid)
  makeDirectory(dir)
  const log = openSync(logFileOf(dir, name), 'a', 0o600)
  // Not execa: a background process must keep writing to its log after we are gone.
  const child = spawn(file, args, {
    detached: true,
    stdio: ['ignore', log, log, ...(descriptor === undefined ? [] : [descriptor])],
    env: {...process.env, [LOG_FILE_VARIABLE]: logFileOf(dir, name), ...env},
  })
  closeSync(log)
  let exitCode: number | undefined | null
  void once(child, 'exit').then(
    ([code]) => (exitCode = code as number | null),
    () => (exitCode = null),
  )
  child.unref()
  const pid = child.pid
  if (pid === undefined) throw notReady(spec, `${file} cannot be started`)
  const identity = identifyProcess(pid) ?? {pid, startTicks: ''}
  writePidFile(dir, name, identity)

  const deadline = systemClock.monotonicMs() + readyTimeoutMs
  while (exitCode === undefined && systemClock.monotonicMs() < deadline && !signal?.aborted) {
    if (await probe(pid).catch(() => false)) return {pid}
    await systemClock.sleep(POLL_MS)
  }
  await stopDaemon(dir, name, {timeoutMs: 5000})
  signal?.throwIfAborted()
  throw notReady(
    spec,
    exitCode === undefined
      ? `no response within ${readyTimeoutMs} ms`
      : `it exited (code ${exitCode})`,
  )
}

/**
 * Stops a daemon by its pid file: SIGTERM, then SIGKILL if it does not exit in time.
 *
 * @returns how it was stopped; `not-running` also removes a stale pid file
 */
export async function stopDaemon(
  dir: string,
  name: string,
  {timeoutMs}: {timeoutMs: number},
): Promise<'stopped' | 'killed' | 'not-running'> {
  const record = readPidFile(dir, name)
  if (!record || !isSameProcess(record)) {
    removePidFile(dir, name)
    return 'not-running'
  }
  process.kill(record.pid, 'SIGTERM')
  const graceful = await waitForExit(record, timeoutMs)
  if (!graceful) {
    process.kill(record.pid, 'SIGKILL')
    await waitForExit(record, 5000)
  }
  removePidFile(dir, name)
  return graceful ? 'stopped' : 'killed'
}

async function waitForExit(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = systemClock.monotonicMs() + timeoutMs
  while (isSameProcess(identity)) {
    if (systemClock.monotonicMs() > deadline) return false
    await systemClock.sleep(POLL_MS)
  }
  return true
}

/** The last lines of a daemon's log, oldest first, including rotated files. */
export function lastLogLines(dir: string, name: string, count: number): string[] {
  let lines: string[] = []
  for (const file of logFiles(logFileOf(dir, name))) {
    if (lines.length >= count) break
    lines = [...linesOf(file), ...lines]
  }
  return lines.slice(-count)
}

/** More lines than anyone requests: one has 200 bytes. */
const LOG_END_BYTES = 4_000_000

/** A hole in a file reads as zeros. */
function isLine(text: string): boolean {
  return text !== '' && !text.startsWith('\0')
}

function linesOf(file: string): string[] {
  try {
    return readEndOfFile(file, LOG_END_BYTES).toString('utf8').split('\n').filter(isLine)
  } catch {
    return []
  }
}

interface PidRecord extends ProcessIdentity {
  startedAt: string
  /** The directory it was written in. In a copy of that directory it refers to another process. */
  directory?: unknown
}

function pidFileOf(dir: string, name: string): string {
  return join(dir, `${name}.daemon.json`)
}

function readPidFile(dir: string, name: string): PidRecord | undefined {
  try {
    const value: unknown = JSON.parse(readBoundedText(pidFileOf(dir, name), RECORD_FILE_BYTES))
    return isPidRecord(value) && isOfDirectory(value.directory, dir) ? value : undefined
  } catch {
    return undefined
  }
}

function isPidRecord(value: unknown): value is PidRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    Number.isInteger(value.pid) &&
    'startTicks' in value &&
    typeof value.startTicks === 'string' &&
    'startedAt' in value &&
    typeof value.startedAt === 'string'
  )
}

function writePidFile(dir: string, name: string, identity: ProcessIdentity): void {
  const startedAt = new Date().toISOString()
  const record: PidRecord = {...identity, startedAt, directory: directoryMark(dir)}
  writeFileAtomic(pidFileOf(dir, name), `${JSON.stringify(record)}\n`)
}

function removePidFile(dir: string, name: string): void {
  rmSync(pidFileOf(dir, name), {force: true})
}

function alreadyRunning({name, runningHints: hints = []}: DaemonSpec, pid: number): MetisSeqError {
  return new MetisSeqError({
    code: 'ALREADY_RUNNING',
    message: `${name} is already running as process ${pid}.`,
    facts: {name, pid: `${pid}`},
    hints: [...hints],
  })
}

function notReady({name, dir}: DaemonSpec, reason: string): MetisSeqError {
  const lines = lastLogLines(dir, name, 8)
  return new MetisSeqError({
    code: 'DAEMON_NOT_READY',
    message: `${name} did not start: ${reason}.`,
    facts: {name, log: logFileOf(dir, name), lastLines: lines.join('\n')},
    hints: [`Read ${logFileOf(dir, name)}.`],
  })
}
