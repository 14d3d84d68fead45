import type {Interfaces} from '@oclif/core'

/** Source of completions for a value. */
export type ValueKind =
  /** A value without known completions. */
  | {kind: 'any'}
  | {kind: 'file'}
  | {kind: 'folder'}
  | {kind: 'options'; options: readonly string[]}
  /** Dynamic names: queried on demand. */
  | {kind: 'names'; of: 'profile' | 'network' | 'key'}

/** A possible next word, with its description. */
export interface Suggestion {
  word: string
  description: string
}

export interface CompletionCommand {
  /** `stake increase`; empty right after the program's name. */
  words: string
  /** Topics and commands one word longer. */
  next: Suggestion[]
  flags: (Suggestion & {value: ValueKind | null})[]
  /** Kinds of the arguments in their order. */
  args: ValueKind[]
}

/** The data behind all scripts, by words, in order. */
export type CompletionModel = CompletionCommand[]

type Config = Pick<Interfaces.Config, 'commands' | 'topics'>
type LoadedCommand = Config['commands'][number]

/** The program as a list of possible successors. Hidden commands and flags are known but not suggested. */
export function toCompletionModel({commands, topics}: Config): CompletionModel {
  const spoken = (id: string) => id.replaceAll(':', ' ')
  const known = new Map<string, CompletionCommand>()
  const at = (words: string): CompletionCommand => {
    const there = known.get(words) ?? {words, next: [], flags: [], args: []}
    known.set(words, there)
    return there
  }
  const suggest = (words: string, description: string) => {
    const parts = words.split(' ')
    const word = parts.pop()!
    const {next} = at(parts.join(' '))
    if (!next.some((each) => each.word === word))
      next.push({word, description: oneLine(description)})
  }
  at('')
  for (const command of commands.toSorted((a, b) => a.id.localeCompare(b.id))) {
    for (const words of [command.id, ...command.aliases].map(spoken)) {
      const there = at(words)
      there.flags = flagsOf(command)
      there.args = Object.values(command.args).map((arg) => kindOfArgument(command.id, arg))
      if (!command.hidden) suggest(words, command.summary ?? '')
    }
  }
  for (const {name, description, hidden} of topics) {
    if (!hidden) suggest(spoken(name), description ?? '')
  }
  for (const {words} of [...known.values()]) for (const part of prefixesOf(words)) at(part)
  return [...known.values()].toSorted((a, b) => a.words.localeCompare(b.words))
}

function prefixesOf(words: string): string[] {
  const parts = words.split(' ')
  return parts.map((_part, index) => parts.slice(0, index).join(' '))
}

function flagsOf(command: LoadedCommand): CompletionCommand['flags'] {
  const flags = Object.values(command.flags)
    .filter(({hidden}) => !hidden)
    .flatMap((flag) => {
      const description = oneLine(flag.summary ?? flag.description ?? '')
      const value = flag.type === 'option' ? kindOfFlag(flag) : null
      const long = {word: `--${flag.name}`, description, value}
      return flag.char ? [{...long, word: `-${flag.char}`}, long] : [long]
    })
  const help = {word: '--help', description: 'Show what the command does.', value: null}
  return [...flags, help].toSorted((a, b) => a.word.localeCompare(b.word))
}

/** The `helpValue` or the name of a flag determines its value. */
function kindOfFlag(flag: {
  name: string
  helpValue?: string | string[] | undefined
  options?: readonly string[] | undefined
}): ValueKind {
  const {name, options} = flag
  const value = String(flag.helpValue ?? '')
  if (options) return {kind: 'options', options}
  if (value === 'FILE') return {kind: 'file'}
  if (['DIR', 'FOLDER'].includes(value)) return {kind: 'folder'}
  if (name === 'profile' || name === 'network') return {kind: 'names', of: name}
  const isKey = value.startsWith('KEY') || name === 'key' || name.endsWith('-key')
  return isKey ? {kind: 'names', of: 'key'} : {kind: 'any'}
}

function kindOfArgument(
  id: string,
  {name, options}: {name: string; options?: readonly string[] | undefined},
): ValueKind {
  if (options) return {kind: 'options', options}
  if (['file', 'path', 'snapshot', 'transactions'].includes(name) || id === 'tx:decode') {
    return {kind: 'file'}
  }
  const [topic, verb = ''] = id.split(':')
  const isThere = name === 'name' && !['add', 'create', 'import'].includes(verb)
  if (isThere && (topic === 'key' || topic === 'profile' || topic === 'network')) {
    return {kind: 'names', of: topic}
  }
  return {kind: 'any'}
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
