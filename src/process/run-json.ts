import {isRecord} from '../lib/json.ts'

/** Our largest output, for a whole network, is about 100 KB. */
const MAX_OUTPUT_LETTERS = 16_000_000

export interface JsonRun {
  exitCode: number
  /** The one JSON document on stdout; undefined when there is none. */
  document: Record<string, unknown> | undefined
  stdout: string
  stderr: string
}

/**
 * Runs a program that prints one JSON document, and waits for it. Never throws for its exit code.
 */
export async function runJson(
  file: string,
  args: readonly string[],
  options: {env: Record<string, string>; signal: AbortSignal; timeoutMs: number},
): Promise<JsonRun> {
  const {execa} = await import('execa')
  const result = await execa(file, args, {
    env: options.env,
    reject: false,
    stdin: 'ignore',
    cancelSignal: options.signal,
    timeout: options.timeoutMs,
    maxBuffer: MAX_OUTPUT_LETTERS,
  })
  options.signal.throwIfAborted()
  const {stdout, stderr} = result
  return {exitCode: result.exitCode ?? 1, document: parse(stdout), stdout, stderr}
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}
