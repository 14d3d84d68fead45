/** The meaning of an HTTP status for a request, human-readable. In: a response. Out: the fault, or none. */

import {cleanText} from './clean-text.ts'
import type {HttpAnswer} from './http.ts'
import {isRecord} from './json.ts'
import {redactUrl, redactUrls} from './redact.ts'
import {RpcTransportError} from './rpc-errors.ts'

const TOO_MANY_REQUESTS = 429
/** Returned by a gateway before the node: whatever the body looks like, the node has not responded. */
const OF_A_GATEWAY: readonly number[] = [401, 402, 403, 407, TOO_MANY_REQUESTS, 502, 503, 504]

/** True for a status of a gateway before the server: the body is not from the server. */
export function isOfGateway(status: number): boolean {
  return OF_A_GATEWAY.includes(status)
}

/** The standard reason phrases of the usual statuses. */
const names: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  413: 'Content Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

/**
 * The fault indicated by the status of a response; undefined where the body must be read. Some
 * endpoints return a JSON-RPC error with an HTTP error status: then the body decides, unless the
 * status is one of a gateway.
 */
export function httpRefusal(url: string, answer: HttpAnswer): RpcTransportError | undefined {
  const {status, headers, text} = answer
  if (status < 300) return undefined
  if (!isOfGateway(status) && isRpcText(text)) return undefined
  const isLimit = status === TOO_MANY_REQUESTS
  const words = wordsOf(text, url)
  const to = status < 400 ? headers.location : undefined
  const location =
    to !== undefined && URL.canParse(to, url) ? redactUrl(new URL(to, url).href) : undefined
  const name = names[status] ? ` (${names[status]})` : ''
  const said = words === undefined ? '' : ` It says: ${words}`
  const message = isLimit
    ? `The endpoint is rate-limited (HTTP status 429).${said}`
    : `The endpoint returned HTTP status ${status}${name}.${location === undefined ? '' : ` It redirects to ${location}.`}${said}`
  return new RpcTransportError({
    reason: isLimit ? 'rate-limited' : 'http-status',
    ...{url, httpStatus: status, words, location, message},
    retryAfterMs: isLimit || status === 503 ? retryAfterMs(headers['retry-after']) : undefined,
  })
}

/** Seconds, or a date. */
function retryAfterMs(after: string | undefined): number | undefined {
  if (after === undefined) return undefined
  if (/^\d{1,6}$/.test(after)) return Number(after) * 1000
  const at = Date.parse(after)
  return Number.isNaN(at) ? undefined : Math.max(at - Date.now(), 0)
}

/** Responses to a JSON-RPC request: a single one or a list. */
function isRpcText(text: string): boolean {
  const value = parsed(text)
  return [value]
    .flat()
    .some((each) => isRecord(each) && (isRecord(each['error']) || 'result' in each))
}

const MAX_WORDS = 200

/** The human-readable part of a body: the message in its JSON, the title of its page, or its first line. */
function wordsOf(text: string, url: string): string | undefined {
  const value = parsed(text)
  const found = value === undefined ? fromPage(text) : fromJson(value)
  const words = cleanText(withoutSecrets(found ?? '', url), MAX_WORDS).trim()
  return words === '' ? undefined : words
}

function fromPage(text: string): string | undefined {
  const head = text.slice(0, 20_000)
  if (!/^\s*</.test(head)) return head.trim().split('\n')[0]
  return /<title[^>]*>([^<]*)<\/title>/i.exec(head)?.[1]?.trim()
}

function fromJson(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') return value
  if (depth > 3) return undefined
  if (Array.isArray(value)) return fromJson(value[0], depth + 1)
  if (!isRecord(value)) return undefined
  for (const name of ['message', 'error', 'errors', 'detail', 'title', 'reason', 'msg']) {
    const found = Object.hasOwn(value, name) ? fromJson(value[name], depth + 1) : undefined
    if (found !== undefined && found !== '') return found
  }
  return undefined
}

function parsed(text: string): unknown {
  if (!/^\s*[[{"]/.test(text)) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Shorter parts of a path are words such as `v1` or `mainnet`. */
const SHORTEST_SECRET = 8

/** Foreign text without the secrets of the URL: some endpoints repeat the key that they reject. */
export function withoutSecrets(text: string, url: string): string {
  // The socket of an engine has a path and no secrets.
  if (!URL.canParse(url)) return redactUrls(text)
  const {username, password, pathname, searchParams} = new URL(url)
  const parts = [username, password, ...pathname.split('/'), ...searchParams.values()]
  const secrets = parts.flatMap((part) => [part, decoded(part)])
  return secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .reduce((rest, secret) => rest.replaceAll(secret, '(hidden)'), redactUrls(text))
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
