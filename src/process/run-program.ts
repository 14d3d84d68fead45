import type {ExecaError} from 'execa'

/** Between SIGTERM and SIGKILL. */
const KILL_MS = 1_000

export type ProgramEnd =
  | {exitCode: number}
  | {reason: 'timeout' | 'aborted' | 'failed'; code: string}

/**
 * Runs a program without a shell, with a text on its standard input, and waits for its end; not for
 * that of programs which it leaves in the background. Never throws.
 */
export async function runProgram(
  [file, ...args]: readonly [string, ...string[]],
  options: {input: string; env: Record<string, string>; signal: AbortSignal; timeoutMs: number},
): Promise<ProgramEnd> {
  const {execa} = await import('execa')
  const result = await execa(file, args, {
    ...{input: options.input, env: options.env, cancelSignal: options.signal},
    ...{timeout: options.timeoutMs, forceKillAfterDelay: KILL_MS},
    // Nobody reads its output, and a pipe of it would end with the last process that has it: one
    // that the program leaves in the background would hold up the caller as long as it runs.
    ...{reject: false, stdout: 'ignore', stderr: 'ignore'},
  })
  if (result.timedOut) return {reason: 'timeout', code: 'ETIMEDOUT'}
  if (result.isCanceled) return {reason: 'aborted', code: 'ABORT_ERR'}
  const {exitCode} = result
  if (exitCode !== undefined) return {exitCode}
  return {reason: 'failed', code: (result as Partial<ExecaError>).code ?? result.signal ?? 'failed'}
}
