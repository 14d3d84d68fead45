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

/**
 * Examples that are not run on a network whose sequencers are those of `local up`: they need what it does not have, end
 * only by Ctrl-C, or change what other tests go on with.
 */
const NOT_RUN: readonly RegExp[] = [
  // Keys, files and profiles of the reader's own; the tests of keys, signers and the registry have them.
  /\bmy-|\b(?:unsigned|exit|register|approve|disallow)\.(?:json|signed)|prices\.csv|rewards\.csv|exit\.ics|duty\.csv|\w+\.svg/,
  // Another network than the one that runs.
  /^(?:pool|lend|cdp) .*--network andromeda/,
  /^(?:eval|init|help|version|completion|registry|signer (?:add|remove)|profile (?:add|use|remove)|network add)\b/,
  // Acts, or goes on until Ctrl-C.
  /^(?:local (?!status)|node (?:run|start|stop|restart|guard)|pos run|node snapshot|tx (?:cancel|speed-up))/,
  // They need an alert or an output, or change what is told.
  /^alert (?:ack|set|silence|test|dead-man|output (?:add|remove))|^monitor (?:run|export-rules .*--output)/,
  /^(?:dashboard(?: --re.*| --web.*)?$|duty wait|status --watch|epoch watch|node logs --follow|tx wait .*finalized)/,
  // Sends.
  /^governance provider (?!schema)|^(?:governance|sequencer|stake|reward|exit) (?:allow|disallow|approve|set-|increase|register|claim|start|withdraw|restake)(?!.*--dry-run)/,
  // A state that the network is not in.
  /^exit finish|^stake restake|^lst (?:claim|withdraw|cancel|speed-up|vest|provider)|^sequencer (?:register|rotate|set-owner)|^stake withdraw|--profile governance/,
  // Twice the same work: once is enough.
  /^node verify(?!.*--no-node)/,
]

/** Words of the calls that a running local network answers, as the reader of the help would type them. */
export function callsToRun(config: Config): string[][] {
  const runs = (line: string) =>
    !NOT_RUN.some((pattern) => pattern.test(line.replace(`${config.bin} `, '')))
  const calls = examplesOf(config).filter(({line}) => runs(line))
  const words = calls.flatMap((example) =>
    example.calls.map(({id, args}) => [
      ...id.split(':'),
      ...args.filter((arg) => arg !== '--json'),
    ]),
  )
  // Two commands show one example.
  return [...new Map(words.map((call) => [call.join(' '), call])).values()]
}
