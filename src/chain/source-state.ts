/** What is known of one endpoint after it was used. */
export interface SourceState {
  name: string
  /** Scheme and host only. */
  endpoint: string
  state: 'fresh' | 'down' | 'rate-limited' | 'stale' | 'disagrees' | 'wrong-chain' | 'unused'
  /** Time of the last answer, milliseconds. */
  latencyMs: number | null
}
