declare const OF: unique symbol

/**
 * A piece of a JSON Schema (draft 2020-12) for values of a type, as they are before they become JSON: a `bigint` is told
 * in digits. A schema fits where it takes every value of the field, so it may be wider and never narrower.
 */
export type JsonSchema<T = never> = Readonly<Record<string | symbol, unknown>> & {
  readonly [OF]?: (value: T) => void
}

/** The values that a schema takes. */
type ValueOf<Schema> = Schema extends JsonSchema<infer T> ? T : never

/**
 * A schema for each field of a type, so that a field which is added to the type and not to its schema does
 * not compile, and one of another type neither.
 */
export type Fields<T extends object> = {readonly [K in keyof T]-?: JsonSchema<T[K]>}

/** Every field of any of several types, with all that it can be. */
export type EachOf<T extends object> = {
  [K in T extends object ? keyof T : never]: T extends Record<K, infer Value> ? Value : never
}

/** The schema that a `$ref` points to. A symbol, so that it is in no printed document. */
const DEFINITION = Symbol('definition')
/** A field that may be missing. */
const OPTIONAL = Symbol('optional')

/** An object with these fields and no others; all are there unless they are `optional`. */
export function object<T extends object>(description: string, fields: Fields<T>): JsonSchema<T> {
  const entries = Object.entries<JsonSchema>(fields)
  return {
    type: 'object',
    description,
    properties: Object.fromEntries(
      entries.map(([name, {[OPTIONAL]: _mark, ...schema}]) => [name, schema]),
    ),
    required: entries.filter(([, schema]) => schema[OPTIONAL] !== true).map(([name]) => name),
    additionalProperties: false,
  }
}

/** A field that is left out where it does not apply. */
export function optional<T>(schema: JsonSchema<T>): JsonSchema<T | undefined> {
  return {...schema, [OPTIONAL]: true} as JsonSchema<T | undefined>
}

/** An object whose names are not known before. */
export function mapOf<T>(
  description: string,
  values: JsonSchema<T>,
): JsonSchema<Readonly<Record<string, T>>> {
  return {type: 'object', description, additionalProperties: values}
}

/** An object that another program made, of whatever version; nothing is promised of it. */
export function foreignObject(description: string): JsonSchema<object> {
  return {type: 'object', description, additionalProperties: true}
}

export function list<T>(description: string, items: JsonSchema<T>): JsonSchema<readonly T[]> {
  return {type: 'array', description, items}
}

export function text(description: string): JsonSchema<string> {
  return {type: 'string', description}
}

export function flag(description: string): JsonSchema<boolean> {
  return {type: 'boolean', description}
}

/** A whole number that fits into a double: ports, counts, chain ids. */
export function integer(description: string, minimum?: number): JsonSchema<number> {
  return {type: 'integer', description, ...(minimum === undefined ? {} : {minimum})}
}

/** A whole number from 0 on. */
export function count(description: string): JsonSchema<number> {
  return integer(description, 0)
}

/** A number with decimals. */
export function decimal(description: string, minimum?: number): JsonSchema<number> {
  return {type: 'number', description, ...(minimum === undefined ? {} : {minimum})}
}

/** One of these words. */
export function word<const Words extends readonly string[]>(
  description: string,
  words: Words,
): JsonSchema<Words[number]> {
  return {type: 'string', description, enum: words}
}

/** Exactly this value. */
export function constant<const Value extends string | number | boolean>(
  description: string,
  value: Value,
): JsonSchema<Value> {
  return {type: typeof value, description, const: value}
}

/** A text of this shape, anchored at both ends. */
export function pattern(description: string, source: string): JsonSchema<string> {
  return shaped(description, source)
}

/** For values that become such a text. */
function shaped<T>(description: string, source: string): JsonSchema<T> {
  return {type: 'string', description, pattern: `^(?:${source})$`}
}

/** What becomes decimal digits in JSON. */
type Digits = bigint | string

/** A `bigint` of ours from 0 on: decimal digits, since it may be larger than a double. */
export function digits(description: string): JsonSchema<Digits> {
  return shaped(description, '[0-9]+')
}

/** The same where it can be below 0. */
export function signedDigits(description: string): JsonSchema<Digits> {
  return shaped(description, '-?[0-9]+')
}

/** An amount in wei as decimal digits. */
export function wei(description: string): JsonSchema<Digits> {
  return digits(`${description} In wei, as decimal digits.`)
}

/** A difference of amounts in wei as decimal digits. */
export function signedWei(description: string): JsonSchema<Digits> {
  return signedDigits(`${description} In wei, as decimal digits, with a minus below 0.`)
}

export function address(description: string): JsonSchema<string> {
  return pattern(description, '0x[0-9a-fA-F]{40}')
}

/** 32 bytes: of a transaction, a block, a state. */
export function hash(description: string): JsonSchema<string> {
  return hexOf(description, 32)
}

/** Hex of so many bytes. */
export function hexOf(description: string, bytes: number): JsonSchema<string> {
  return pattern(description, `0x[0-9a-fA-F]{${bytes * 2}}`)
}

/** Hex of any length, whole bytes. */
export function hex(description: string): JsonSchema<string> {
  return pattern(description, '0x(?:[0-9a-fA-F]{2})*')
}

/** A moment in ISO 8601, UTC. */
export function isoTime(description: string): JsonSchema<string> {
  return pattern(
    `${description} ISO 8601, UTC.`,
    String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z`,
  )
}

/** The schema, or null. The description says what null means. */
export function nullable<T>(schema: JsonSchema<T>): JsonSchema<T | null> {
  const {type, enum: words}: JsonSchema = schema
  if (typeof type !== 'string' || 'const' in schema) {
    const {description, ...rest} = schema
    return {
      ...(description === undefined ? {} : {description}),
      anyOf: [rest, {type: 'null'}],
    }
  }
  const wider: JsonSchema = {
    ...(schema as JsonSchema),
    type: [type, 'null'],
    ...(Array.isArray(words) ? {enum: [...(words as unknown[]), null]} : {}),
  }
  return wider as JsonSchema<T | null>
}

/** One of several shapes. */
export function anyOf<const Schemas extends readonly JsonSchema[]>(
  description: string,
  schemas: Schemas,
): JsonSchema<ValueOf<Schemas[number]>> {
  return {description, anyOf: schemas}
}

/** A schema that stands once in a document, under this name, and is pointed to. */
export function shared<T>(name: string, schema: JsonSchema<T>): JsonSchema<T> {
  return {$ref: `#/$defs/${name}`, [DEFINITION]: schema}
}

/** The same schema with what it means at this place. */
export function as<T>(schema: JsonSchema<T>, description: string): JsonSchema<T> {
  return {...schema, description}
}

/** Every shared schema that one points to, by name, in alphabetical order. */
export function definitionsOf(schema: JsonSchema): Record<string, JsonSchema> {
  const found = new Map<string, JsonSchema>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const {[DEFINITION]: definition, $ref} = value as JsonSchema
    if (definition !== undefined) keep(String($ref).slice('#/$defs/'.length), definition)
    for (const child of Object.values(value)) visit(child)
  }
  const keep = (name: string, definition: unknown): void => {
    const known = found.get(name)
    if (known === definition) return
    if (known) throw new Error(`Two different schemas are named ${name}.`)
    found.set(name, definition as JsonSchema)
    visit(definition)
  }
  visit(schema)
  return Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
