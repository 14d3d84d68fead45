/** The known state of one endpoint after use. */
export interface SourceState {
  name: string
  /** Scheme and host only. */
  endpoint: string
  state: 'fresh' | 'down' | 'rate-limited' | 'stale' | 'disagrees' | 'wrong-chain' | 'unused'
  /** Time of the last response, milliseconds. */
  latencyMs: number | null
}
