import type {ExitName} from '../exit-codes.ts'

/** Facts are strings, so that amounts survive JSON; these are strings of a known format. */
interface FactKinds {
  text: string
  /** Decimal digits: wei, a height, a count. Built from a number, so that it cannot be prose. */
  number: `${number}` | `${bigint}`
  /** Addresses, hashes, bytes. */
  hex: `0x${string}`
}

export type FactKind = keyof FactKinds

/**
 * Facts by name. A name ending with `?` is optional; `*` stands for facts whose names are data,
 * such as the ids of failed checks.
 */
export type FactShape = Readonly<Record<string, FactKind>>

/** Everything about an error that its code determines. */
export interface ErrorEntry {
  /** A list where one code has several: the caller then chooses. */
  readonly exit: ExitName | readonly ExitName[]
  /** Whether the same command may succeed later without a change. `depends`: the caller decides. Default: no. */
  readonly retry?: 'yes' | 'depends'
  /** Several shapes where the same error occurs in several places. Default: no facts. */
  readonly facts?: FactShape | readonly FactShape[]
}

type Simplify<T> = {[Name in keyof T]: T[Name]} & {}

type Named<Shape extends FactShape> = Simplify<
  {
    [Name in keyof Shape as Name extends `${string}?` | '*' ? never : Name]: FactKinds[Shape[Name]]
  } & {
    [Name in keyof Shape as Name extends `${infer Bare}?` ? Bare : never]?: FactKinds[Shape[Name]]
  }
>

type FactsOfShape<Shape> = Shape extends FactShape
  ? '*' extends keyof Shape
    ? Named<Shape> & Record<string, string>
    : Named<Shape>
  : never

/** The options of an error of this entry, apart from its message. */
export type FactsOf<Entry extends ErrorEntry> = Entry extends {facts: infer Facts}
  ? Facts extends readonly FactShape[]
    ? FactsOfShape<Facts[number]>
    : FactsOfShape<Facts>
  : never

type FactsOption<Entry extends ErrorEntry> = [FactsOf<Entry>] extends [never]
  ? {facts?: never}
  : Record<string, never> extends FactsOf<Entry>
    ? {facts?: FactsOf<Entry>}
    : {facts: FactsOf<Entry>}

type ExitOption<Entry extends ErrorEntry> = Entry['exit'] extends readonly (infer Exit)[]
  ? {exit: Exit}
  : {exit?: never}

type RetryOption<Entry extends ErrorEntry> = Entry extends {retry: 'depends'}
  ? {retryable: boolean}
  : {retryable?: never}

export interface ErrorWording {
  /** One sentence: what is true now. Present tense, no advice, no secrets. */
  message: string
  /** Commands to run next, most likely first, with the real values filled in. */
  hints?: string[]
  cause?: unknown
}

/** The options of an error with this code. */
export type OptionsOf<Code extends string, Entry extends ErrorEntry> = ErrorWording & {
  code: Code
} & FactsOption<Entry> &
  ExitOption<Entry> &
  RetryOption<Entry>
