import type {RpcCall} from '../lib/rpc-call.ts'
import type {SourceState} from './source-state.ts'

/** One address of a chain. */
export interface Endpoint {
  source: SourceState
  /** Calls that it accepts in one request; undefined: it has not rejected any. */
  batchLimit(): number | undefined
  request(call: RpcCall): Promise<unknown>
  close(): void
}
