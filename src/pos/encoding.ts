import {isRecord} from '../lib/json.ts'

/** JSON that encodes a bigint as `{"$bigint":"…"}`, so that it survives a round trip. */
export function encode(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => plain(item))
}

/** The same with sorted keys, so that equal values have equal texts. */
export function encodeInOrder(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    const shown = plain(item)
    if (!isRecord(shown)) return shown
    const fields = Object.entries(shown).sort(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(fields)
  })
}

function plain(item: unknown): unknown {
  return typeof item === 'bigint' ? {$bigint: item.toString()} : item
}

export function decode(text: unknown): unknown {
  return JSON.parse(String(text), (_key, item: unknown) =>
    isRecord(item) && typeof item['$bigint'] === 'string' ? BigInt(item['$bigint']) : item,
  )
}
