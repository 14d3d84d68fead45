import type {RpcCall} from '../lib/rpc-call.ts'
import type {SourceState} from './source-state.ts'

/** One address of a chain. */
export interface Endpoint {
  source: SourceState
  /** Calls that it takes in one request; undefined: it has refused none. */
  batchLimit(): number | undefined
  request(call: RpcCall): Promise<unknown>
  close(): void
}
