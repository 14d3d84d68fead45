import {CommandHelp, Help, type Command} from '@oclif/core'

import {unwrapped, wrapWords} from '../../lib/wrap-words.ts'
import {groups} from './groups.ts'

/** One command: its usage, flags and examples. Wrapped only between words. */
class OperatorCommandHelp extends CommandHelp {
  override wrap(body: string, spacing = this.indentSpacing): string {
    return wrapped(this.render(body), this.opts.maxWidth - spacing)
  }

  /** The summary is already at the top. */
  protected override description(): string | undefined {
    const {description} = this.command
    return description ? this.wrap(unwrapped(description)) : undefined
  }

  /** Words, arguments and required flags: all flags are listed below with their meaning. */
  protected override usage(): string {
    const {id, args, flags} = this.command
    const required = Object.values(flags).filter((flag) => flag.required && !flag.hidden)
    const words = [
      `$ ${this.config.bin} ${id}`,
      ...Object.values(args)
        .filter(({hidden}) => !hidden)
        .map((arg) => this.arg(arg)),
      ...required.map((flag) => usageOf(flag)),
      '[FLAGS]',
    ]
    return this.wrap(words.join(' '))
  }

  protected override examples(examples: Command.Example[] | string | undefined) {
    const given = [examples ?? []].flat()
    const lines = given.map((example) => (typeof example === 'string' ? example : example.command))
    return lines.length > 0
      ? lines
          .map((line) => wrapWords(`$ ${this.render(line)}`, this.opts.maxWidth - 2, 4))
          .join('\n')
      : undefined
  }
}

/** The help of the whole program: commands by task. */
export default class OperatorHelp extends Help {
  protected override CommandHelpClass = OperatorCommandHelp

  override wrap(body: string, spacing = this.indentSpacing): string {
    return wrapped(this.render(body), this.opts.maxWidth - spacing)
  }

  /** The base class treats the word itself as a help request. */
  override async showHelp(argv: string[]): Promise<void> {
    const words = argv.filter((word) => !word.startsWith('-'))
    const help = words.join(' ') === 'help' ? this.config.findCommand('help') : undefined
    await (help ? this.showCommandHelp(help) : super.showHelp(argv))
  }

  protected override log(...args: string[]): void {
    super.log(...args.map((text) => this.fitted(text)))
  }

  /** Some of it is assembled line by line by the base class. */
  protected fitted(text: string): string {
    return wrapped(text, this.opts.maxWidth)
  }

  protected override async showRootHelp(): Promise<void> {
    const {bin, pjson, version} = this.config
    const sections = groups.map(({title, names}) => {
      const rows = names.map((name): [string, string | undefined] => [name, this.#summaryOf(name)])
      return [title, rows] as const
    })
    // Columns of all sections have one width, given by the longest name.
    const width = Math.max(...groups.flatMap(({names}) => names.map(({length}) => length)))
    const body = sections.map(([title, rows]) =>
      this.section(
        title,
        this.renderList(
          rows.map(([name, summary]) => [name.padEnd(width), summary]),
          {indentation: 2, spacer: '\n', stripAnsi: this.opts.stripAnsi ?? false},
        ),
      ),
    )
    const usage = `$ ${bin} COMMAND [FLAGS]\n$ ${bin} help COMMAND`
    const aliases = this.#aliases().map(([alias, id]) => `${alias.padEnd(width)}  ${bin} ${id}`)
    this.log(
      [
        this.wrap(pjson.description ?? bin, 0),
        this.section('VERSION', version),
        this.section('USAGE', usage),
        ...body,
        this.section('SHORT NAMES', aliases.join('\n')),
      ].join('\n\n'),
    )
  }

  #summaryOf(name: string): string | undefined {
    const summary = this.config.findCommand(name)?.summary
    return summary ?? this.config.findTopic(name)?.description
  }

  /** One-word aliases of commands, with the words they stand for. */
  #aliases(): [string, string][] {
    return this.config.commands
      .flatMap(({id, aliases}) => aliases.map((alias): [string, string] => [alias, id]))
      .filter(([alias, id]) => alias !== id && !alias.includes(':'))
      .map(([alias, id]): [string, string] => [alias, id.replaceAll(':', ' ')])
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
  }
}

function usageOf(flag: {name: string; type: string; helpValue?: string | string[]}): string {
  const value = [flag.helpValue ?? 'VALUE'].flat().join(' ')
  return flag.type === 'boolean' ? `--${flag.name}` : `--${flag.name} ${value}`
}

function wrapped(body: string, width: number): string {
  return wrapWords(body, Math.max(width, 20))
}
