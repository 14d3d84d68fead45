import {systemClock} from '../../lib/clock.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {isRecord} from '../../lib/json.ts'
import {runJson} from '../../process/run-json.ts'
import type {SelfCommand} from '../../services/node/runtime-port.ts'
import type {Home} from '../../store/home.ts'

/** The stage of the story: runs commands, checks their output, and prints both. */
export interface Stage {
  home: Home
  signal: AbortSignal
  /** A heading. */
  chapter(title: string): void
  /** A line below the last command. */
  note(text: string): void
  /**
   * Runs `metis-seq` with these words and prints the command line.
   *
   * @returns the `data` of its JSON document
   * @throws {MetisSeqError} DEMO_FAILED when the exit code differs
   */
  run(words: readonly string[], options?: RunOptions): Promise<Record<string, unknown>>
  /** @throws {MetisSeqError} DEMO_FAILED with both sides when the condition is not met */
  expect(what: string, holds: boolean, expected: string, seen: string): void
  /** Retries until it succeeds, or fails after the limit. */
  until<T>(what: string, limitMs: number, ask: () => Promise<T | undefined>): Promise<T>
}

export interface RunOptions {
  exitCode?: number
  /** Do not print the command line: it only polls. */
  quiet?: boolean
  timeoutMs?: number
}

/** Each poll starts the program, alongside all nodes on one machine. */
const POLL_MS = 1500

/** Shows what it is waiting for during some work. */
export type During = <T>(what: string, work: Promise<T>) => Promise<T>

export function createStage(options: {
  home: Home
  self: SelfCommand
  print(line: string): void
  during: During
  signal: AbortSignal
}): Stage {
  const {home, self, print, during, signal} = options
  let chapter = ''
  const fail = (what: string, expected: string, seen: string) =>
    new MetisSeqError({
      code: 'DEMO_FAILED',
      message: `The demo stopped at "${chapter}": ${what}.`,
      facts: {chapter, expected, seen},
      hints: [
        `Inspect it with METIS_SEQ_HOME=${home.root}, for instance \`metis-seq local status\`.`,
        'The next demo starts from a fresh network.',
      ],
    })

  async function run(words: readonly string[], runOptions: RunOptions = {}) {
    const {exitCode = 0, quiet = false, timeoutMs = 180_000} = runOptions
    if (!quiet) print(`$ metis-seq ${words.join(' ')}`)
    const env = {METIS_SEQ_HOME: home.root, METIS_SEQ_PROFILE: '', METIS_SEQ_NETWORK: ''}
    const running = runJson(self.file, [...self.args, ...words, '--json'], {
      env: withoutEmpty(env),
      signal,
      timeoutMs,
    })
    const result = await (quiet
      ? running
      : during(`Waiting for metis-seq ${words.slice(0, 2).join(' ')}`, running))
    if (result.exitCode !== exitCode) {
      throw fail(
        `\`metis-seq ${words.join(' ')}\` ended with exit code ${result.exitCode}`,
        `exit code ${exitCode}`,
        JSON.stringify(result.document?.['error'] ?? result.stderr.slice(-400)),
      )
    }
    const data = result.document?.['data']
    return isRecord(data) ? data : {}
  }

  async function poll<T>(what: string, limitMs: number, ask: () => Promise<T | undefined>) {
    const deadline = systemClock.monotonicMs() + limitMs
    for (;;) {
      const answer = await ask()
      if (answer !== undefined) return answer
      if (systemClock.monotonicMs() > deadline) {
        throw fail(`${what} did not happen within ${limitMs / 1000} s`, what, 'nothing')
      }
      await systemClock.sleep(POLL_MS, signal)
    }
  }

  return {
    home,
    signal,
    chapter(title) {
      chapter = title
      print(`\n${title}`)
    },
    note: (text) => print(`  ${text}`),
    run,
    expect(what, holds, expected, seen) {
      if (!holds) throw fail(what, expected, seen)
      print(`  checked: ${what}`)
    },
    until: (what, limitMs, ask) => during(`Waiting for ${what}`, poll(what, limitMs, ask)),
  }
}

function withoutEmpty(env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
}
