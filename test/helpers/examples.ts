/** The examples of every command's help, as the shell and the program would read them. */
import {join} from 'node:path'

import type {Config} from '@oclif/core'

const root = join(import.meta.dirname, '../..')

export interface ExampleLine {
  /** Command whose help shows it, `reward claim`. */
  of: string
  /** As it is shown. */
  line: string
  /** Command lines of ours in it, without the name of the program; `$(...)` stands before what uses it. */
  calls: Call[]
}

export interface Call {
  /** Command that is called, `reward:claim`. */
  id: string
  args: string[]
}

/** Of commands only, not of their other names. */
export function examplesOf(config: Config): ExampleLine[] {
  const aliases = new Set(config.commands.flatMap((command) => command.aliases))
  return config.commands
    .filter(({id}) => !aliases.has(id))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap(({id, examples}) => {
      const of = id.replaceAll(':', ' ')
      return (examples ?? []).map((example) => {
        const template = typeof example === 'string' ? example : example.command
        const line = template
          .replaceAll('<%= config.bin %>', config.bin)
          .replaceAll('<%= command.id %>', of)
        return {of, line, calls: callsOf(line, config)}
      })
    })
}

/** File of a command, `reward:claim`. */
export function fileOf(id: string): string {
  return join(root, 'src/commands', `${id.replaceAll(':', '/')}.ts`)
}

function callsOf(line: string, config: Config): Call[] {
  const inner: Call[] = []
  const outer = line.replaceAll(/"?\$\(([^)]*)\)"?/g, (_whole, command: string) => {
    inner.push(...callsOf(command, config))
    return 'SUBSTITUTED'
  })
  // What follows a pipe or a redirection is no word of the command.
  const words = wordsOf(outer.replace(/ (?:\d?[<>]|\|) .*$/, '').replace(/ \d< <\(.*$/, ''))
  if (words[0] !== config.bin) return inner
  return [...inner, callOf(words.slice(1), config)]
}

function callOf(words: readonly string[], config: Config): Call {
  const ids = words.map((_word, index) => words.slice(0, index + 1).join(':'))
  const id = ids.toReversed().find((candidate) => config.findCommand(candidate))
  if (id === undefined) throw new Error(`No command in ${words.join(' ')}.`)
  return {id, args: words.slice(id.split(':').length)}
}

/** Words of a shell line, quotes taken off. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain ?? '',
  )
}
