import type {CompletionModel, Suggestion, ValueKind} from './model.ts'

/** A function of the script that prints lines for its one argument. */
export interface Table {
  name: string
  comment: string
  rows: {key: string; lines: string[]}[]
}

/** Between the command's words and a flag or the number of an argument in a key. */
const JOINT = ' '

/**
 * The four tables shared by all shells, so that the scripts differ only in their language.
 *
 * @param separator between a word and its description
 */
export function tablesOf(model: CompletionModel, separator: string): Table[] {
  const line = ({word, description}: Suggestion) => `${word}${separator}${description}`
  const shared = sharedFlags(model)
  const own = model.map(({words, flags, ...rest}) => ({
    ...{words, ...rest},
    flags: flags.filter((flag) => !shared.some((each) => isSame(each, flag))),
  }))
  const values = (words: string, flags: CompletionModel[number]['flags']) =>
    flags.flatMap(({word, value}) =>
      value ? [{key: `${words}${JOINT}${word}`, lines: [kindLine(value)]}] : [],
    )
  return [
    {
      name: 'next',
      comment: 'Words that can follow; fails for words that are neither a topic nor a command.',
      rows: own.map(({words, next}) => ({key: words, lines: next.map(line)})),
    },
    {
      name: 'flags',
      comment: 'Flags of a command, without those of every command.',
      rows: own
        .filter(({flags}) => flags.length > 0)
        .map(({words, flags}) => ({key: words, lines: flags.map(line)})),
    },
    {
      name: 'shared',
      comment: 'Flags of every command.',
      rows: [{key: '', lines: shared.map(line)}],
    },
    {
      name: 'kind',
      comment:
        'Value of a flag, or of an argument by its number; empty for a flag without a value.',
      rows: [
        ...own.flatMap(({words, flags, args}) => [
          ...values(words, flags),
          ...args.map((kind, index) => ({
            key: `${words}${JOINT}${index + 1}`,
            lines: [kindLine(kind)],
          })),
        ]),
        ...values('*', shared),
      ],
    },
  ]
}

/** Flags common to all commands, written only once. */
function sharedFlags(model: CompletionModel): CompletionModel[number]['flags'] {
  const [first, ...others] = model.filter(({flags}) => flags.length > 0)
  return (first?.flags ?? []).filter((flag) =>
    others.every(({flags}) => flags.some((each) => isSame(each, flag))),
  )
}

function isSame(a: CompletionModel[number]['flags'][number], b: typeof a): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** `options a b`, `names key`, `file`: what the shells split at spaces. */
function kindLine(value: ValueKind): string {
  if (value.kind === 'options') return `options ${value.options.join(' ')}`
  return value.kind === 'names' ? `names ${value.of}` : value.kind
}
