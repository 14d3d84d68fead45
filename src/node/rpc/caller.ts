/** The caller of a request. */
export interface Caller {
  /** Aborts when the client is gone: its pending work is cancelled. */
  signal: AbortSignal
  /** True when the client presented the token. */
  isTrusted: boolean
  /**
   * Identifies the rate-limit share: one per remote address, plus one for callers with the token
   * from there.
   */
  client: string
  /** Only for WebSocket connections. */
  subscriptions: Subscriptions | undefined
  /** When this request arrived, by `performance.now()`. */
  askedAtMs: number
}

/** A client that sends one or more requests. */
export type Client = Omit<Caller, 'askedAtMs'>

export interface Subscriptions {
  /** @returns its id. Notifications start only after the response with this id. */
  add(kind: string, options: unknown): string
  remove(id: string): boolean
}
