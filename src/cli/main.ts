import {Errors, flush, run} from '@oclif/core'

import pjson from '../../package.json' with {type: 'json'}
import {keepMemoryOutOfCores} from '../lib/core-dumps.ts'
import {toErrorReport, exitCodeOf, type ErrorReport} from './error-report.ts'
import {onlyCommand} from './only-command.ts'
import {printJson, tellText, toEnvelope} from './output.ts'
import {outputFailure, watchStdout} from './stdout-state.ts'

/**
 * Runs one command line. Errors of commands are handled in their own `catch`; errors here occurred
 * before a command was found.
 */
export async function main(argv: string[], root: string): Promise<void> {
  // Stores, journals and logs are private to their owner, whatever the shell's umask.
  process.umask(0o077)
  keepMemoryOutOfCores()
  watchStdout()
  process.once('exit', reportLostOutput)
  process.once('uncaughtException', (error) => endWith(error, argv))
  try {
    const words = commandFirst(argv)
    const only = onlyCommand(words, root, pjson as never)
    const plugins = only && new Map([[only.name, only]])
    await run(words, {root, pjson: pjson as never, plugins})
    await flush()
  } catch (error) {
    if (error instanceof Errors.ExitError) process.exitCode = error.oclif.exit ?? 0
    else report(error, argv)
  }
}

/** At the very end, since a failed stream never reports that it is flushed. An earlier failure keeps its exit code. */
function reportLostOutput(): void {
  const lost = outputFailure()
  if (!lost) return
  tellReport(toErrorReport(lost, 'metis-seq'))
  process.exitCode ||= lost.exitCode
}

/** Global flags may precede the words of a command. */
function commandFirst(argv: readonly string[]): string[] {
  const first = argv.findIndex((word) => !ANYWHERE.includes(word))
  return first > 0 ? [...argv.slice(first), ...argv.slice(0, first)] : [...argv]
}

const ANYWHERE: readonly string[] = ['--json', '--no-color', '--no-input', '--quiet', '--verbose']

/** After an uncaught error the state is undefined; it is reported like any other error, without a stack trace. */
function endWith(error: unknown, argv: string[]): never {
  report(error, argv)
  process.exit()
}

function report(error: unknown, argv: string[]): void {
  const report = toErrorReport(error, 'metis-seq')
  const exitCode = exitCodeOf(report)
  process.exitCode = exitCode
  if (argv.includes('--json')) {
    printJson(
      toEnvelope({
        command: 'unknown',
        profile: null,
        network: null,
        data: null,
        warnings: [],
        error: {...report, exitCode},
        sources: [],
        startedMs: performance.now(),
      }),
    )
    return
  }
  tellReport(report)
}

function tellReport(report: ErrorReport): void {
  tellText(`error: ${report.message} [${report.code}]`)
  if (report.facts['stack']) tellText(report.facts['stack'])
  for (const hint of report.hints) tellText(`hint: ${hint}`)
}
