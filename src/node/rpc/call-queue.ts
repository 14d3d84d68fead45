/**
 * Runs reads of the engine, a few at a time. In: something that the engine answers. Out: its answer, or a
 * refusal at once when too many wait. Called by the RPC methods.
 *
 * The gas cap bounds one call. Without this bound a batch of capped calls would still hold the engine's
 * state for minutes, and no block could be sealed meanwhile.
 */
import {RPC_CALLS_AT_ONCE, RPC_CALLS_WAITING} from '../rpc-limits.ts'
import {RpcError, rpcCodes} from './json-rpc.ts'

export interface CallQueue {
  /**
   * @param signal aborts when nobody waits for the answer any more; what has not begun is then left out
   * @throws {RpcError} limit, when too many wait already; unavailable, when it was given up
   */
  run<T>(act: () => Promise<T>, signal?: AbortSignal): Promise<T>
}

export function createCallQueue(
  atOnce = RPC_CALLS_AT_ONCE,
  maxWaiting = RPC_CALLS_WAITING,
): CallQueue {
  const waiting = new Set<() => void>()
  let running = 0

  function turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal?.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = () => {
        waiting.delete(begin)
        reject(new RpcError(rpcCodes.unavailable, 'The client is gone.'))
      }
      if (signal?.aborted) return giveUp()
      signal?.addEventListener('abort', giveUp, {once: true})
      waiting.add(begin)
    })
  }

  return {
    async run(act, signal) {
      if (running >= atOnce) {
        if (waiting.size >= maxWaiting) {
          throw new RpcError(rpcCodes.limit, 'Too many calls wait; try again later.')
        }
        await turn(signal)
      } else running++
      try {
        return await act()
      } finally {
        const [next] = waiting
        if (next) {
          waiting.delete(next)
          next()
        } else running--
      }
    },
  }
}
