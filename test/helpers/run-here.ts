/** Runs commands inside this process, by the hundred: a start of the program costs 0.3 s of CPU each. */
import {join} from 'node:path'
import process from 'node:process'

import {Config, Errors} from '@oclif/core'

import type {Document} from './run-cli.ts'

const root = join(import.meta.dirname, '../..')
let config: Promise<Config> | undefined

interface CommandClass {
  id: string
  run(argv: string[], config: Config): Promise<unknown>
}

/** The JSON document of a command. Nothing else may write to standard output meanwhile. */
export async function runHere(
  words: readonly string[],
  home: string,
): Promise<Document & {exit: number}> {
  config ??= Config.load(root)
  const {command, args} = await find(words)
  const before = {home: process.env['METIS_SEQ_HOME'], exitCode: process.exitCode}
  const write = process.stdout.write
  let text = ''
  process.env['METIS_SEQ_HOME'] = home
  process.exitCode = 0
  process.stdout.write = ((chunk: string) => {
    text += chunk
    return true
  }) as typeof process.stdout.write
  try {
    await command.run([...args, '--json'], await config).catch((error: unknown) => {
      if (!(error instanceof Errors.ExitError)) throw error
    })
    return {...(JSON.parse(text) as Document), exit: Number(process.exitCode)}
  } finally {
    process.stdout.write = write
    process.exitCode = before.exitCode
    if (before.home === undefined) delete process.env['METIS_SEQ_HOME']
    else process.env['METIS_SEQ_HOME'] = before.home
  }
}

/** `reward show 1` is the class of `src/commands/reward/show.ts` with one argument. */
async function find(words: readonly string[]): Promise<{command: CommandClass; args: string[]}> {
  for (const count of [3, 2, 1]) {
    const file = join(root, 'src/commands', `${words.slice(0, count).join('/')}.ts`)
    const found = await import(file).catch(() => undefined)
    if (!found) continue
    const command = found.default as CommandClass
    // As the program sets it when it finds the command.
    command.id = words.slice(0, count).join(':')
    return {command, args: words.slice(count)}
  }
  throw new Error(`No command ${words.join(' ')}.`)
}
