/** Who asks. */
export interface Caller {
  /** Aborts when the client is gone: what waits for it is given up. */
  signal: AbortSignal
  /** True when the client showed the token. */
  isTrusted: boolean
  /** Whose share is used: one for each remote address, and one more for who shows the token from there. */
  client: string
  /** Only a WebSocket connection has them. */
  subscriptions: Subscriptions | undefined
  /** When this request was there, as `performance.now()` tells. */
  askedAtMs: number
}

/** Who sends requests, one or many. */
export type Client = Omit<Caller, 'askedAtMs'>

export interface Subscriptions {
  /** @returns its id. Nothing is sent before the answer with this id. */
  add(kind: string, options: unknown): string
  remove(id: string): boolean
}
