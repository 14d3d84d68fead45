/**
 * Runs engine reads, a few at a time. In: an engine request. Out: its response, or an immediate
 * rejection when too many wait. Called by the RPC methods.
 *
 * The gas cap limits one call. Without this queue, a batch of capped calls could still block the
 * engine for minutes, and no block could be sealed in that time.
 */
import {RPC_CALLS_AT_ONCE, RPC_CALLS_WAITING, RPC_CALLS_WAITING_EACH} from '../rpc-limits.ts'
import {RpcError, rpcCodes} from './json-rpc.ts'

export interface CallQueue {
  /**
   * @param signal aborts when nobody waits for the response any longer; reads that have not started
   * are skipped
   * @param client clients take turns
   * @throws {RpcError} limit, when too many wait already; unavailable, when it was aborted
   */
  run<T>(act: () => Promise<T>, signal?: AbortSignal, client?: string): Promise<T>
}

export function createCallQueue(
  atOnce = RPC_CALLS_AT_ONCE,
  maxWaiting = RPC_CALLS_WAITING,
  maxOfClient = RPC_CALLS_WAITING_EACH,
): CallQueue {
  /** Clients in round-robin order. */
  const waiting = new Map<string, Set<() => void>>()
  let count = 0
  let running = 0

  function leave(client: string, begin: () => void): void {
    const own = waiting.get(client)
    if (!own?.delete(begin)) return
    count--
    waiting.delete(client)
    if (own.size > 0) waiting.set(client, own)
  }

  function turn(client: string, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal?.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = () => {
        leave(client, begin)
        reject(new RpcError(rpcCodes.unavailable, 'The client is gone.'))
      }
      if (signal?.aborted) return giveUp()
      signal?.addEventListener('abort', giveUp, {once: true})
      waiting.set(client, (waiting.get(client) ?? new Set()).add(begin))
      count++
    })
  }

  return {
    async run(act, signal, client = '') {
      if (running >= atOnce) {
        if (count >= maxWaiting || (waiting.get(client)?.size ?? 0) >= maxOfClient) {
          throw new RpcError(rpcCodes.limit, 'Too many calls wait; try again later.')
        }
        await turn(client, signal)
      } else running++
      try {
        return await act()
      } finally {
        const [first] = waiting
        const [next] = first?.[1] ?? []
        if (first && next) {
          leave(first[0], next)
          next()
        } else running--
      }
    },
  }
}
