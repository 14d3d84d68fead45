declare const OF: unique symbol

/**
 * A JSON Schema fragment (draft 2020-12) for values of a type before serialization: a `bigint`
 * becomes decimal digits. A schema must accept every value of its field, so it may be wider but
 * never narrower.
 */
export type JsonSchema<T = never> = Readonly<Record<string | symbol, unknown>> & {
  readonly [OF]?: (value: T) => void
}

/** The values that a schema accepts. */
type ValueOf<Schema> = Schema extends JsonSchema<infer T> ? T : never

/**
 * A schema for each field of a type. A field missing from its schema, or of the wrong type, does
 * not compile.
 */
export type Fields<T extends object> = {readonly [K in keyof T]-?: JsonSchema<T[K]>}

/** Every field of a union's members, with the union of its types. */
export type EachOf<T extends object> = {
  [K in T extends object ? keyof T : never]: T extends Record<K, infer Value> ? Value : never
}

/** The schema that a `$ref` points to. A symbol, so that it is never serialized. */
const DEFINITION = Symbol('definition')
/** A field that may be missing. */
const OPTIONAL = Symbol('optional')

/** An object with exactly these fields; all are required unless `optional`. */
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

/** A field that is omitted where it does not apply. */
export function optional<T>(schema: JsonSchema<T>): JsonSchema<T | undefined> {
  return {...schema, [OPTIONAL]: true} as JsonSchema<T | undefined>
}

/** An object whose keys are not known in advance. */
export function mapOf<T>(
  description: string,
  values: JsonSchema<T>,
): JsonSchema<Readonly<Record<string, T>>> {
  return {type: 'object', description, additionalProperties: values}
}

/** An object produced by another program, of any version; nothing is guaranteed about it. */
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

/** An integer that fits in a double: ports, counts, chain ids. */
export function integer(description: string, minimum?: number): JsonSchema<number> {
  return {type: 'integer', description, ...(minimum === undefined ? {} : {minimum})}
}

/** A non-negative integer. */
export function count(description: string): JsonSchema<number> {
  return integer(description, 0)
}

/** A number with decimals. */
export function decimal(description: string, minimum?: number): JsonSchema<number> {
  return {type: 'number', description, ...(minimum === undefined ? {} : {minimum})}
}

/** One of these values. */
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

/** A string matching this pattern, anchored at both ends. */
export function pattern(description: string, source: string): JsonSchema<string> {
  return shaped(description, source)
}

/** For values that serialize to such a string. */
function shaped<T>(description: string, source: string): JsonSchema<T> {
  return {type: 'string', description, pattern: `^(?:${source})$`}
}

/** Values that become decimal digits in JSON. */
type Digits = bigint | string

/** A non-negative `bigint`: decimal digits, since it may exceed a double. */
export function digits(description: string): JsonSchema<Digits> {
  return shaped(description, '[0-9]+')
}

/** The same, where it can be negative. */
export function signedDigits(description: string): JsonSchema<Digits> {
  return shaped(description, '-?[0-9]+')
}

/** An amount in wei as decimal digits. */
export function wei(description: string): JsonSchema<Digits> {
  return digits(`${description} In wei, as decimal digits.`)
}

/** A signed amount in wei, as decimal digits. */
export function signedWei(description: string): JsonSchema<Digits> {
  return signedDigits(`${description} In wei, as decimal digits; negative with a minus sign.`)
}

export function address(description: string): JsonSchema<string> {
  return pattern(description, '0x[0-9a-fA-F]{40}')
}

/** 32 bytes: of a transaction, a block, a state. */
export function hash(description: string): JsonSchema<string> {
  return hexOf(description, 32)
}

/** Hex of this many bytes. */
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

/** A schema that is defined once per document, under this name, and referenced. */
export function shared<T>(name: string, schema: JsonSchema<T>): JsonSchema<T> {
  return {$ref: `#/$defs/${name}`, [DEFINITION]: schema}
}

/** The same schema with a description for this field. */
export function as<T>(schema: JsonSchema<T>, description: string): JsonSchema<T> {
  return {...schema, description}
}

/** Every shared schema that a schema references, by name, in alphabetical order. */
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
