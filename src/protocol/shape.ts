/** A JSON Schema, or a part of one. */
export type Schema = Readonly<Record<string, unknown>>

declare const OF: unique symbol

/** The single definition of a value: its type, its validator, and its JSON Schema for editors. */
export interface Shape<out T> {
  readonly schema: Schema
  /** The field may be missing. */
  readonly isOptional?: true
  /** Lists the faults of an untrusted value; empty when it is a T. */
  check(value: unknown, path: string, problems: string[]): void
  readonly [OF]?: T
}

/** A shape for each field of a type. A field without one, or with one of the wrong type, does not compile. */
export type Shapes<T extends object> = {
  readonly [Name in keyof T]-?: undefined extends T[Name]
    ? Shape<Exclude<T[Name], undefined>> & {readonly isOptional: true}
    : Shape<T[Name]> & {readonly isOptional?: never}
}

/** A value with one fault at most. @param fault as the end of a sentence: `must be a URL` */
export function plain<T>(
  schema: Schema,
  fault: string,
  holds: (value: unknown) => boolean,
): Mandatory<T> {
  return {
    schema,
    check(value, path, problems) {
      if (!holds(value)) problems.push(`${path} ${fault}`)
    },
  }
}

type Mandatory<T> = Shape<T> & {readonly isOptional?: never}

export function optional<T>(shape: Shape<T>): Shape<T> & {readonly isOptional: true} {
  return {...shape, isOptional: true}
}

/** @param extra fields that the document may have and the type lacks */
export function object<T extends object>(
  shapes: Shapes<T>,
  description: string,
  extra: Readonly<Record<string, Shape<unknown>>> = {},
): Mandatory<T> {
  const fields = Object.entries<Shape<unknown>>({...extra, ...shapes})
  return {
    schema: {
      type: 'object',
      description,
      properties: Object.fromEntries(fields.map(([name, {schema}]) => [name, schema])),
      required: fields.filter(([, {isOptional}]) => !isOptional).map(([name]) => name),
    },
    check(value, path, problems) {
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
      if (!isObject) problems.push(`${path || 'the document'} must be an object`)
      const from = isObject ? (value as Readonly<Record<string, unknown>>) : {}
      for (const [name, shape] of fields) {
        if (shape.isOptional && from[name] === undefined) continue
        shape.check(from[name], path ? `${path}.${name}` : name, problems)
      }
    },
  }
}

/** The description says what null means. */
export function orNull<T>({schema, check}: Shape<T>, description: string): Mandatory<T | null> {
  return {
    schema: {anyOf: [schema, {type: 'null'}], description},
    check(value, path, problems) {
      if (value !== null) check(value, path, problems)
    },
  }
}

export function text(pattern: RegExp, description: string): Mandatory<string> {
  return plain(
    {type: 'string', pattern: pattern.source.replaceAll('\\/', '/'), description},
    `must match ${pattern.source}`,
    (value) => typeof value === 'string' && pattern.test(value),
  )
}

export function flag(description: string): Mandatory<boolean> {
  return plain(
    {type: 'boolean', description},
    'must be true or false',
    (value) => typeof value === 'boolean',
  )
}

export function whole(minimum: number, description: string): Mandatory<number> {
  return plain(
    {type: 'integer', minimum, maximum: Number.MAX_SAFE_INTEGER, description},
    `must be a whole number of at least ${minimum}`,
    (value) => Number.isSafeInteger(value) && Number(value) >= minimum,
  )
}

/** Compared as a value, not as text: a list of one word prints like the word. */
export function oneOf<const Words extends readonly string[]>(
  words: Words,
  description: string,
): Mandatory<Words[number]> {
  return plain(
    {enum: words, description},
    `must be ${orList(words)}`,
    (value) => typeof value === 'string' && words.includes(value),
  )
}

/** `main, test or local` */
export function orList(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
