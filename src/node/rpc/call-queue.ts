/**
 * Runs the calls that execute code, a few at a time. In: a call that the engine executes. Out: its answer,
 * or a refusal at once when too many wait. Called by the RPC methods.
 *
 * The gas cap bounds one call. Without this bound a batch of capped calls would still hold the engine's
 * state for minutes, and no block could be sealed meanwhile.
 */
import {RPC_CALLS_AT_ONCE, RPC_CALLS_WAITING} from '../limits.ts'
import {RpcError, rpcCodes} from './json-rpc.ts'

export interface CallQueue {
  /** @throws {RpcError} limit, when too many calls wait already */
  run<T>(act: () => Promise<T>): Promise<T>
}

export function createCallQueue(
  atOnce = RPC_CALLS_AT_ONCE,
  maxWaiting = RPC_CALLS_WAITING,
): CallQueue {
  const waiting: (() => void)[] = []
  let running = 0
  return {
    async run(act) {
      if (running >= atOnce) {
        if (waiting.length >= maxWaiting) {
          throw new RpcError(rpcCodes.limit, 'Too many calls wait; try again later.')
        }
        await new Promise<void>((resolve) => waiting.push(resolve))
      } else running++
      try {
        return await act()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else running--
      }
    },
  }
}
