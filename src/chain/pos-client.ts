import {cleanText} from '../lib/clean-text.ts'
import {authorityHints, certificateDoubt} from '../lib/certificate-doubt.ts'
import {MetisSeqError, systemErrorCode} from '../lib/errors.ts'
import {httpRefusal, isOfGateway} from '../lib/http-refusal.ts'
import {exchange, type HttpAnswer} from '../lib/http.ts'
import type {TlsOptions} from '../lib/json-rpc.ts'
import {isRecord, type Json} from '../lib/json.ts'
import {redactUrl} from '../lib/redact.ts'
import type {SourceState} from './connect.ts'

/** A REST server with Themis' envelope, for any path. */
export interface PosRest {
  /** GET of a Themis path. @returns the `result` of the envelope */
  get(path: string): Promise<Json>
  /** GET of a path without an envelope, such as those of the cosmos-sdk. @returns the whole body */
  getBare(path: string): Promise<Json>
  source: SourceState
  /** Height of the last envelope that had one; null before. */
  newestHeight(): bigint | null
}

/** The longest response is the list of validators: 4 MB hold 10,000 of them. */
const MAX_BODY_BYTES = 4_000_000

/**
 * Reads a REST server with Themis' envelope `{height, result}`, ours or a real Themis.
 *
 * @throws {MetisSeqError} on use: POS_UNREACHABLE, POS_ERROR
 */
export function connectRest(baseUrl: string, timeoutMs = 10_000, tls: TlsOptions = {}): PosRest {
  const source: SourceState = {
    name: 'pos',
    endpoint: redactUrl(baseUrl),
    state: 'unused',
    latencyMs: null,
  }
  let newest: bigint | null = null
  /** Something responds that is not a consensus layer, or is in front of one. */
  const stranger = (answer: HttpAnswer) => {
    source.state = answer.status === 429 ? 'rate-limited' : 'down'
    return notPos(baseUrl, answer)
  }
  const fetchBody = async (path: string) => {
    const started = performance.now()
    const url = below(baseUrl, path)
    const limits = {method: 'GET', timeoutMs, tls, maxBytes: MAX_BODY_BYTES} as const
    const answer = await exchange(url, limits).catch((cause: unknown) => {
      source.state = 'down'
      throw unreachable(baseUrl, cause)
    })
    source.latencyMs = Math.round(performance.now() - started)
    if (isOfGateway(answer.status)) throw stranger(answer)
    return {status: answer.status, body: parse(answer.text), answer}
  }
  return {
    source,
    newestHeight: () => newest,
    async getBare(path) {
      const {status, body, answer} = await fetchBody(path)
      if (body === undefined || (status >= 300 && !isRecord(body))) throw stranger(answer)
      if (status >= 400) throw posError(path, status, isRecord(body) ? body['error'] : undefined)
      return body
    },
    async get(path) {
      const {status, body, answer} = await fetchBody(path)
      if (!isRecord(body) || (status < 400 && !('result' in body))) throw stranger(answer)
      source.state = 'fresh'
      if (status >= 400) throw posError(path, status, body['error'])
      const height = heightOf(body['height'])
      if (height !== null) newest = height
      return body['result'] ?? null
    },
  }
}

/** Of a response; null where it has none, as those that are computed. */
function heightOf(value: Json | undefined): bigint | null {
  return typeof value === 'string' && /^[1-9]\d{0,17}$/.test(value) ? BigInt(value) : null
}

/** A path below an address that may have its own path and query. */
function below(baseUrl: string, path: string): URL {
  const url = new URL(baseUrl)
  const [route = '', query = ''] = path.split('?')
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${route}`
  url.search = [url.search.slice(1), query].filter((each) => each !== '').join('&')
  return url
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function notPos(baseUrl: string, answer: HttpAnswer): MetisSeqError {
  const refusal = httpRefusal(baseUrl, answer)
  const {words, location} = refusal ?? {}
  const passes = [408, 425, 429].includes(answer.status) || answer.status >= 500
  return new MetisSeqError({
    code: 'POS_UNREACHABLE',
    message: refusal
      ? `The consensus layer rejects requests. ${refusal.message}`
      : 'The server at the address of the consensus layer is not one: its response has no Themis envelope.',
    facts: {
      endpoint: redactUrl(baseUrl),
      ...(refusal ? {httpStatus: `${answer.status}`} : {}),
      ...(words === undefined ? {} : {endpointSays: words}),
      ...(location === undefined ? {} : {location}),
    },
    hints: [
      passes
        ? 'Wait and run the same command again.'
        : 'Check its address and API key; `metis-seq init --replace --pos-url URL` sets another one.',
      'Run `metis-seq network check`.',
    ],
    retryable: passes,
  })
}

function unreachable(baseUrl: string, cause: unknown): MetisSeqError {
  // A proxy from the environment interferes, and its error has the name of the variable.
  if (cause instanceof MetisSeqError) return cause
  const doubt = certificateDoubt(systemErrorCode(cause))
  return new MetisSeqError({
    code: 'POS_UNREACHABLE',
    message:
      doubt === undefined
        ? 'The consensus layer does not respond.'
        : `The consensus layer is not trusted. ${doubt}`,
    facts: {endpoint: redactUrl(baseUrl)},
    hints: [
      ...authorityHints(doubt ?? ''),
      'Run `metis-seq network check`.',
      'On the local network, run `metis-seq local status`.',
    ],
    retryable: doubt === undefined,
    cause,
  })
}

/**
 * An error of Themis, whose text is JSON inside JSON:
 * `{"error":"{\"codespace\":\"sdk\",\"code\":1,\"message\":…}"}`. Missing objects are reported with
 * 400 and 500, unknown paths with 404.
 */
function posError(path: string, status: number, text: unknown): MetisSeqError {
  const inner = typeof text === 'string' ? parse(text) : undefined
  const sdk = isRecord(inner) && typeof inner['message'] === 'string' ? inner : undefined
  const words = sdk ? String(sdk['message']) : typeof text === 'string' ? text : ''
  const isMissing = status === 404 || (sdk?.['codespace'] === 'sdk' && LOOKUPS.test(path))
  return new MetisSeqError({
    code: 'POS_ERROR',
    message: `The consensus layer rejected ${path}: ${words ? cleanText(words) : `HTTP status ${status}`}.`,
    exit: isMissing ? 'not-found' : 'unreachable',
    facts: {path, status: `${status}`, ...(sdk ? {sdkCode: String(sdk['code'])} : {})},
  })
}

/** Paths of a single object: the sdk rejects there only unknown numbers or addresses. */
const LOOKUPS = /^\/(?:metis\/(?:span|tx)|staking\/(?:validator|signer)|mpc(?:\/sign)?)\/[^/?]+$/
