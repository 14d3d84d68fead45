import type {ExitName} from '../exit-codes.ts'

/** Facts are texts, so that amounts survive JSON; these are texts of a known form. */
interface FactKinds {
  text: string
  /** Decimal digits: wei, a height, a count. Made from a number, so that no sentence gets in. */
  number: `${number}` | `${bigint}`
  /** Addresses, hashes, bytes. */
  hex: `0x${string}`
}

export type FactKind = keyof FactKinds

/**
 * Facts by name. A name that ends with `?` may be missing; `*` stands for facts whose names are data themselves, such as
 * the ids of what failed.
 */
export type FactShape = Readonly<Record<string, FactKind>>

/** All that is fixed of an error by its code. */
export interface ErrorEntry {
  /** Several where one code has several: then whoever makes the error says which. */
  readonly exit: ExitName | readonly ExitName[]
  /** Whether the same command can succeed later without a change. `depends`: whoever makes the error says. Default: no. */
  readonly retry?: 'yes' | 'depends'
  /** Several shapes where the same error is met in several places. Default: no facts. */
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

/** What an error of this entry has to say of itself beside its sentence. */
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

/** What an error with this code is made of. */
export type OptionsOf<Code extends string, Entry extends ErrorEntry> = ErrorWording & {
  code: Code
} & FactsOption<Entry> &
  ExitOption<Entry> &
  RetryOption<Entry>
