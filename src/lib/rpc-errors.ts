/** The endpoint returned no usable JSON-RPC response. `reason` is stable; the URL is kept out of the text. */
export class RpcTransportError extends Error {
  readonly reason:
    | 'refused'
    | 'timeout'
    | 'http-status'
    | 'rate-limited'
    | 'not-json'
    | 'too-large'
    | 'wrong-answer'
    | 'untrusted'
    | 'network'
  readonly url: string
  readonly httpStatus: number | undefined
  /** When the endpoint allows a retry, if it said so; only where it is rate-limited. */
  readonly retryAfterMs: number | undefined
  /** The endpoint's own message: foreign text, cleaned, without the credentials of the URL. */
  readonly words: string | undefined
  /** Redirect target: scheme and host. */
  readonly location: string | undefined

  constructor(options: {
    reason: RpcTransportError['reason']
    url: string
    message: string
    httpStatus?: number
    retryAfterMs?: number | undefined
    words?: string | undefined
    location?: string | undefined
    cause?: unknown
  }) {
    super(options.message, {cause: options.cause})
    this.name = 'RpcTransportError'
    this.reason = options.reason
    this.url = options.url
    this.httpStatus = options.httpStatus
    this.retryAfterMs = options.retryAfterMs
    this.words = options.words
    this.location = options.location
  }

  /** True when the request was rejected by a gateway, so that no node has seen it. */
  get isTurnedAway(): boolean {
    const {reason, httpStatus} = this
    return (
      reason === 'refused' ||
      reason === 'untrusted' ||
      reason === 'rate-limited' ||
      (httpStatus !== undefined && TURNED_AWAY(httpStatus))
    )
  }
}

const TURNED_AWAY = (status: number) =>
  (status >= 300 && status < 400) || [401, 402, 403, 404, 405, 407].includes(status)

/** The endpoint returned a JSON-RPC error object. */
export class RpcResponseError extends Error {
  readonly code: number
  readonly data: unknown

  constructor(options: {code: number; message: string; data?: unknown}) {
    super(options.message)
    this.name = 'RpcResponseError'
    this.code = options.code
    this.data = options.data
  }
}
