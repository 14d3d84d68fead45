/** A response with `{"error": …}` and this status. */
export class HttpError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Unknown path: the only response that is not JSON, as from Go's router. */
export class NoSuchPathError extends Error {}

/**
 * An error of Themis itself: its text is JSON inside JSON.
 *
 * - Source: `sdk.ErrInternal` and its like in cosmos-sdk v0.37 `types/errors.go`; statuses and
 *   texts as Themis (main 268e586) answers.
 */
export function sdkError(status: number, message: string, code = 1, codespace = 'sdk'): HttpError {
  return new HttpError(status, JSON.stringify({codespace, code, message}))
}
