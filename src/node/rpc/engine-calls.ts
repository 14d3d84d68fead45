/**
 * Calls that execute code in the engine. In: a call with its gas. Out: its answer, or a refusal with the time
 * to come back. Blocks go first: a call begins only while none is executed, takes at most one slot, and all
 * of them together take at most a share of the time. A call costs what it may take until it is known what
 * it took.
 */
import {setTimeout as sleep} from 'node:timers/promises'

import type {ReadGate} from '../read-gate.ts'
import {
  RPC_CALL_GAS,
  RPC_CALL_GAS_PER_MS,
  RPC_CALL_MS_BURST,
  RPC_CALL_MS_PER_SECOND,
  RPC_CALLS_MS_BURST,
  RPC_CALLS_MS_PER_SECOND,
} from '../rpc-limits.ts'
import {createCallQueue} from './call-queue.ts'
import type {Caller} from './context.ts'
import {RpcError, rpcCodes} from './json-rpc.ts'
import {Buckets} from './rate-limit.ts'

export class EngineCalls {
  /** Gas that a call may have. */
  readonly mostGas: bigint
  readonly #gate: ReadGate
  readonly #queue = createCallQueue()
  /** Milliseconds of the engine: of each client, and of all. */
  readonly #ofClient = new Buckets(RPC_CALL_MS_PER_SECOND, RPC_CALL_MS_BURST)
  readonly #ofAll = new Buckets(RPC_CALLS_MS_PER_SECOND, RPC_CALLS_MS_BURST)

  constructor(gate: ReadGate, slotMs: number) {
    this.#gate = gate
    const ofSlot = BigInt(Math.floor(slotMs * RPC_CALL_GAS_PER_MS))
    this.mostGas = ofSlot < RPC_CALL_GAS ? ofSlot : RPC_CALL_GAS
  }

  /** @throws {RpcError} limit, when the client used up its share or too many wait */
  run<T>(
    gas: bigint,
    {client, signal}: Pick<Caller, 'client' | 'signal'>,
    act: () => Promise<T>,
  ): Promise<T> {
    const mostMs = Number(gas) / RPC_CALL_GAS_PER_MS
    // Before it waits, and again when its turn comes: those before it may have used it up.
    this.#refuseWithout(mostMs, client)
    const turn = async () => {
      this.#refuseWithout(mostMs, client)
      await sleep(this.#ofAll.waitMs('', 0, performance.now()))
      return this.#gate.read(() => this.#timed(client, act))
    }
    return this.#queue.run(turn, signal, client)
  }

  #refuseWithout(ms: number, client: string): void {
    const retryAfterMs = this.#ofClient.waitMs(client, ms, performance.now())
    if (retryAfterMs === 0) return
    throw new RpcError(
      rpcCodes.limit,
      `Your calls took their share of the engine; come back in ${retryAfterMs} ms or give less gas.`,
      {retryAfterMs},
    )
  }

  async #timed<T>(client: string, act: () => Promise<T>): Promise<T> {
    const began = performance.now()
    try {
      return await act()
    } finally {
      const now = performance.now()
      this.#ofClient.take(client, now - began, now)
      this.#ofAll.take('', now - began, now)
    }
  }
}
