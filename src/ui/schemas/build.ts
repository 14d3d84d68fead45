/** A piece of a JSON Schema (draft 2020-12). */
export type JsonSchema = Readonly<Record<string | symbol, unknown>>

/**
 * A schema for each field of a type, so that a field which is added to the type and not to its schema does
 * not compile. `Record<string, unknown>` where the type is out of reach.
 */
export type Fields<T extends object> = {readonly [K in keyof T]-?: JsonSchema}

/** The schema that a `$ref` points to. A symbol, so that it is in no printed document. */
const DEFINITION = Symbol('definition')
/** A field that may be missing. */
const OPTIONAL = Symbol('optional')

/** An object with these fields and no others; all are there unless they are `optional`. */
export function object<T extends object = Record<string, unknown>>(
  description: string,
  fields: Fields<T>,
): JsonSchema {
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
export function optional(schema: JsonSchema): JsonSchema {
  return {...schema, [OPTIONAL]: true}
}

/** An object whose names are not known before. */
export function mapOf(description: string, values: JsonSchema): JsonSchema {
  return {type: 'object', description, additionalProperties: values}
}

/** An object that another program made, of whatever version; nothing is promised of it. */
export function foreignObject(description: string): JsonSchema {
  return {type: 'object', description, additionalProperties: true}
}

export function list(description: string, items: JsonSchema): JsonSchema {
  return {type: 'array', description, items}
}

export function text(description: string): JsonSchema {
  return {type: 'string', description}
}

export function flag(description: string): JsonSchema {
  return {type: 'boolean', description}
}

/** A whole number that fits into a double: ports, counts, chain ids. */
export function integer(description: string, minimum?: number): JsonSchema {
  return {type: 'integer', description, ...(minimum === undefined ? {} : {minimum})}
}

/** A whole number from 0 on. */
export function count(description: string): JsonSchema {
  return integer(description, 0)
}

/** A number with decimals. */
export function decimal(description: string, minimum?: number): JsonSchema {
  return {type: 'number', description, ...(minimum === undefined ? {} : {minimum})}
}

/** One of these words. */
export function word(description: string, words: readonly string[]): JsonSchema {
  return {type: 'string', description, enum: words}
}

/** Exactly this value. */
export function constant(description: string, value: string | number | boolean): JsonSchema {
  return {type: typeof value, description, const: value}
}

/** A text of this shape, anchored at both ends. */
export function pattern(description: string, source: string): JsonSchema {
  return {type: 'string', description, pattern: `^(?:${source})$`}
}

/** A `bigint` of ours from 0 on: decimal digits, since it may be larger than a double. */
export function digits(description: string): JsonSchema {
  return pattern(description, '[0-9]+')
}

/** The same where it can be below 0. */
export function signedDigits(description: string): JsonSchema {
  return pattern(description, '-?[0-9]+')
}

/** An amount in wei as decimal digits. */
export function wei(description: string): JsonSchema {
  return digits(`${description} In wei, as decimal digits.`)
}

/** A difference of amounts in wei as decimal digits. */
export function signedWei(description: string): JsonSchema {
  return signedDigits(`${description} In wei, as decimal digits, with a minus below 0.`)
}

export function address(description: string): JsonSchema {
  return pattern(description, '0x[0-9a-fA-F]{40}')
}

/** 32 bytes: of a transaction, a block, a state. */
export function hash(description: string): JsonSchema {
  return hexOf(description, 32)
}

/** Hex of so many bytes. */
export function hexOf(description: string, bytes: number): JsonSchema {
  return pattern(description, `0x[0-9a-fA-F]{${bytes * 2}}`)
}

/** Hex of any length, whole bytes. */
export function hex(description: string): JsonSchema {
  return pattern(description, '0x(?:[0-9a-fA-F]{2})*')
}

/** A moment in ISO 8601, UTC. */
export function isoTime(description: string): JsonSchema {
  return pattern(
    `${description} ISO 8601, UTC.`,
    String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z`,
  )
}

/** The schema, or null. The description says what null means. */
export function nullable(schema: JsonSchema): JsonSchema {
  const {type, enum: words} = schema
  if (typeof type !== 'string' || 'const' in schema) {
    const {description, ...rest} = schema
    return {
      ...(description === undefined ? {} : {description}),
      anyOf: [rest, {type: 'null'}],
    }
  }
  return {
    ...schema,
    type: [type, 'null'],
    ...(Array.isArray(words) ? {enum: [...(words as unknown[]), null]} : {}),
  }
}

/** One of several shapes. */
export function anyOf(description: string, schemas: readonly JsonSchema[]): JsonSchema {
  return {description, anyOf: schemas}
}

/** A schema that stands once in a document, under this name, and is pointed to. */
export function shared(name: string, schema: JsonSchema): JsonSchema {
  return {$ref: `#/$defs/${name}`, [DEFINITION]: schema}
}

/** The same schema with what it means at this place. */
export function as(schema: JsonSchema, description: string): JsonSchema {
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
