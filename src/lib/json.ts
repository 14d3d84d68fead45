import {messageOf} from './errors.ts'

/** `JSON.stringify` in which a bigint becomes a decimal string. */
export function stringifyJson(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item),
    indent,
  )
}

/** The result of `JSON.parse`. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [name: string]: Json
}

/** True for `{...}`: not null, not an array. */
export function isRecord(value: Json): value is JsonObject
export function isRecord(value: unknown): value is Record<string, unknown>
export function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Why a text is not JSON, without the excerpt that V8 quotes, which may be part of a secret. */
export function jsonFault(error: unknown): string {
  const message = messageOf(error)
  return error instanceof SyntaxError ? message.replace(/, (?:\.\.\.)?"[^]*$/, '') : message
}
