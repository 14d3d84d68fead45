import {messageOf} from '../lib/errors.ts'
import type {Exchanged} from '../lib/http.ts'
import {isRecord} from '../lib/json.ts'
import {redactUrl} from '../lib/redact.ts'

/** One human-readable line: `POST http://127.0.0.1:8545/ eth_call x3, eth_chainId: 200, 1,204 bytes, 12 ms`. */
export function exchangeText({url, method, body, ms, status, bytes, error}: Exchanged): string {
  const calls = callsOf(body)
  const outcome = status === null ? messageOf(error) : `${status}, ${bytes} bytes`
  return `${method} ${redactUrl(url)}${calls ? ` ${calls}` : ''}: ${outcome}, ${ms} ms`
}

/** Only method names: parameters may be signed transactions. */
function callsOf(body: string): string {
  if (body === '') return ''
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return ''
  }
  const counts = new Map<string, number>()
  for (const call of [parsed].flat()) {
    const method = isRecord(call) ? String(call['method']) : ''
    if (method) counts.set(method, (counts.get(method) ?? 0) + 1)
  }
  return [...counts].map(([name, count]) => (count > 1 ? `${name} x${count}` : name)).join(', ')
}
