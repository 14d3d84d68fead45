import type {ExecaError} from 'execa'

/** Output of a program is not used; one that writes without end is stopped. */
const MAX_OUTPUT_LETTERS = 64_000
/** Between SIGTERM and SIGKILL. */
const KILL_MS = 1_000

export type ProgramEnd =
  | {exitCode: number}
  | {reason: 'timeout' | 'aborted' | 'failed'; code: string}

/**
 * Runs a program without a shell, with a text on its standard input, and waits for its end. Never
 * throws.
 */
export async function runProgram(
  [file, ...args]: readonly [string, ...string[]],
  options: {input: string; env: Record<string, string>; signal: AbortSignal; timeoutMs: number},
): Promise<ProgramEnd> {
  const {execa} = await import('execa')
  const result = await execa(file, args, {
    ...{input: options.input, env: options.env, cancelSignal: options.signal},
    ...{timeout: options.timeoutMs, forceKillAfterDelay: KILL_MS},
    ...{reject: false, maxBuffer: MAX_OUTPUT_LETTERS},
  })
  if (result.timedOut) return {reason: 'timeout', code: 'ETIMEDOUT'}
  if (result.isCanceled) return {reason: 'aborted', code: 'ABORT_ERR'}
  const {exitCode} = result
  if (exitCode !== undefined) return {exitCode}
  return {reason: 'failed', code: (result as Partial<ExecaError>).code ?? result.signal ?? 'failed'}
}
