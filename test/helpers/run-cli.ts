import {spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {homedir} from 'node:os'
import {join} from 'node:path'
import process from 'node:process'
import type {Writable} from 'node:stream'

import {checkOutput} from './check-document.ts'
import {runInHost} from './cli-hosts.ts'
import {deriveOnceScript, derivedKeysEnv} from './derived-keys.ts'
import {fileNumber} from './test-file.ts'

export const runScript = join(import.meta.dirname, '../../bin/run.cjs')

/** The one JSON document of a command. */
export interface Document {
  schema: string
  ok: boolean
  command: string
  profile: string | null
  network: string | null
  at: string
  data: Record<string, unknown>
  warnings: {code: string; message: string}[]
  error: {
    code: string
    message: string
    facts: Record<string, string>
    hints: string[]
    exit: string
    exitCode: number
    retryable: boolean
  } | null
  sources: {name: string; endpoint: string; state: string; latencyMs: number | null}[]
  elapsedMs: number
}

export interface CliResult {
  stdout: string
  stderr: string
  /** Null when a signal ended it. */
  exitCode: number | null
  /** What stdout says, when it is one JSON document. */
  json: Document | undefined
}

export interface CliOptions {
  /** `METIS_SEQ_HOME`. */
  home: string
  env?: Record<string, string>
  /** Written to standard input, which is never a terminal. */
  input?: string
  /** Written to descriptors 3, 4 and so on, which are closed after it. */
  descriptors?: readonly string[]
}

export interface RunningCli {
  child: ChildProcess
  /** Everything said so far. */
  stderr(): string
  stdout(): string
  result: Promise<CliResult>
}

/** The environment of a child: nothing of ours leaks in, so a test means the same everywhere. */
export function cleanEnv({home, env = {}}: CliOptions): Record<string, string> {
  const kept = ['PATH', 'TMPDIR', 'LANG'].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  })
  return {
    ...(Object.fromEntries(kept) as Record<string, string>),
    TZ: 'UTC',
    NO_COLOR: '1',
    // No settings, keyring or bus of the person who runs the tests.
    HOME: home,
    // Compiled code is no setting: without one place for it, every home would compile the program anew.
    XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
    METIS_SEQ_HOME: home,
    ...env,
  }
}

/**
 * Starts the built CLI and returns while it runs. The result throws when a JSON document does not fit the
 * schema of its command.
 */
export function startCli(args: readonly string[], options: CliOptions): RunningCli {
  const child = spawn(process.execPath, ['--require', deriveOnceScript, runScript, ...args], {
    env: {...cleanEnv(options), ...derivedKeysEnv()},
    stdio: ['pipe', 'pipe', 'pipe', ...(options.descriptors ?? []).map(() => 'pipe' as const)],
  })
  for (const [index, text] of (options.descriptors ?? []).entries()) {
    const stream = child.stdio[index + 3] as Writable
    stream.on('error', () => {})
    stream.end(text)
  }
  let stdout = ''
  let stderr = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  // A child that ends before it has read is not an error of the test.
  child.stdin!.on('error', () => {})
  child.stdin!.end(options.input ?? '')
  const result = once(child, 'close').then(([exitCode]) => {
    checkOutput(args, stdout)
    return {stdout, stderr, exitCode: exitCode as number | null, json: parse(stdout)}
  })
  return {child, stdout: () => stdout, stderr: () => stderr, result}
}

/**
 * Runs the built CLI to its end. The first command of each topic in a test file is a process of its own, and so is
 * every one that is given more than arguments, our own settings and an input. The others run in a process that has the
 * program loaded: see `cli-hosts.ts`. With `TEST_PROCESSES=1` all of them start anew.
 */
export async function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  if (needsProcess(args, options)) return startCli(args, options).result
  const env = cleanEnv(options)
  const {stdout, stderr, exitCode} = await runInHost({args, env, input: options.input ?? ''})
  checkOutput(args, stdout)
  return {stdout, stderr, exitCode, json: parse(stdout)}
}

let file: number | undefined
const seenTopics = new Set<string>()

function needsProcess(args: readonly string[], {env = {}, descriptors}: CliOptions): boolean {
  const number = fileNumber()
  if (number === undefined || process.env['TEST_PROCESSES'] === '1') return true
  if (number !== file) seenTopics.clear()
  file = number
  const topic = args.find((word) => !word.startsWith('-')) ?? ''
  const isFirst = !seenTopics.has(topic)
  seenTopics.add(topic)
  // What is told of every exchange is told until the end of the process, which has open descriptors of its own.
  const isOfProcess = args.includes('--verbose') || args.some((word) => word.endsWith('-fd'))
  const isOurs = Object.keys(env).every((name) => name.startsWith('METIS_SEQ_'))
  return isFirst || descriptors !== undefined || isOfProcess || !isOurs
}

/**
 * Runs the same command line in text and in JSON.
 *
 * @throws Error when they end with different exit codes
 */
export async function runBoth(
  args: readonly string[],
  options: CliOptions,
): Promise<{text: CliResult; json: Document; exitCode: number | null}> {
  const [text, json] = await Promise.all([
    runCli(args, options),
    runCli([...args, '--json'], options),
  ])
  if (text.exitCode !== json.exitCode) {
    throw new Error(
      `${args.join(' ')}: text exits ${text.exitCode}, JSON exits ${json.exitCode}\n${text.stderr}\n${json.stdout}`,
    )
  }
  if (!json.json) throw new Error(`${args.join(' ')}: not one JSON document: ${json.stdout}`)
  return {text, json: json.json, exitCode: text.exitCode}
}

function parse(text: string): Document | undefined {
  try {
    return JSON.parse(text) as Document
  } catch {
    return undefined
  }
}

/** Runs jobs two at a time, which is what two cores can do. */
export async function pairwise<T, R>(
  items: readonly T[],
  act: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const work = async () => {
    while (next < items.length) {
      const index = next++
      results[index] = await act(items[index]!)
    }
  }
  await Promise.all([work(), work()])
  return results
}
