/**
 * Calls that execute code in an engine, of the node and of the local L1. In: a call with the
 * requested gas. Out: its result, or a rejection with a retry time. Blocks go first: a call starts
 * only while no block is executing, its gas is capped at a fraction of a slot at the slowest speed,
 * and all calls share a time budget. A call is charged its maximum until its actual time is known.
 */
import {toHex, type Address} from 'viem'

import {systemClock, type Clock} from '../../lib/clock.ts'
import {RpcResponseError} from '../../lib/json-rpc.ts'
import type {ReadGate} from '../read-gate.ts'
import {
  RPC_CALL_GAS,
  RPC_CALL_GAS_LEAST,
  RPC_CALL_GAS_PER_MS,
  RPC_CALL_MS_BURST,
  RPC_CALL_MS_OWED,
  RPC_CALL_MS_PER_SECOND,
  RPC_CALL_SLOT_PART,
  RPC_CALL_WAIT_MS,
  RPC_CALLS_MS_BURST,
  RPC_CALLS_MS_PER_SECOND,
  RPC_CALLS_WAIT_SLOTS,
  RPC_OWN_CALL_GAS,
} from '../rpc-limits.ts'
import {createCallQueue, type CallQueue} from './call-queue.ts'
import type {Caller} from './caller.ts'
import {estimateGas} from './estimate-gas.ts'
import {RpcError, rpcCodes} from './json-rpc.ts'
import {Buckets} from './rate-limit.ts'

export interface EngineCallsOptions {
  slotMs: number
  gate: Pick<ReadGate, 'read'>
  /** Limits other engine reads. */
  reads: CallQueue
  /** Contracts of the network that call no foreign code. A call to them is a pure read. */
  own(): readonly Address[]
  clock?: Clock
}

export interface EngineCall {
  /** The transaction object of the request, with or without `gas`. */
  call: Readonly<Record<string, unknown>>
  /** Executes it in the engine. */
  execute(call: Record<string, unknown>): Promise<unknown>
}

type Client = Pick<Caller, 'client' | 'signal'>

export class EngineCalls {
  /** Gas available to a call. */
  readonly mostGas: bigint
  readonly #options: EngineCallsOptions
  readonly #queue = createCallQueue()
  /** Milliseconds of engine time: per client, and for all. */
  readonly #ofClient = new Buckets(RPC_CALL_MS_PER_SECOND, RPC_CALL_MS_BURST, RPC_CALL_MS_OWED)
  readonly #ofAll: Buckets
  readonly #clock: Clock

  constructor(options: EngineCallsOptions) {
    const {slotMs, clock = systemClock} = options
    this.#options = options
    this.#clock = clock
    this.mostGas = mostGasOf(slotMs)
    const mostOwed = (slotMs / 1000) * RPC_CALLS_WAIT_SLOTS * RPC_CALLS_MS_PER_SECOND
    this.#ofAll = new Buckets(RPC_CALLS_MS_PER_SECOND, RPC_CALLS_MS_BURST, mostOwed)
  }

  /**
   * @returns the engine's response
   * @throws {RpcError} limit, when the client has used up its share or too many wait; rejected,
   * when the call needs more gas than allowed
   */
  async call({call, execute}: EngineCall, caller: Client): Promise<unknown> {
    const asked = gasOf(call)
    const {gate, reads} = this.#options
    if (this.#isOwn(call, asked)) {
      const act = () => execute({...call, gas: toHex(asked ?? RPC_OWN_CALL_GAS)})
      try {
        return await reads.run(() => gate.read(act), caller.signal, caller.client)
      } catch (error) {
        if (asked !== undefined || !isOutOfGas(error)) throw error
      }
    }
    return this.once({call, execute}, caller)
  }

  /**
   * The minimum sufficient gas, or slightly more. The engine's own search executes up to twenty
   * times without letting a block in between; here each execution is a separate call.
   *
   * @throws {RpcError} as `call`
   */
  estimate({call, execute}: EngineCall, caller: Client): Promise<string> {
    const asked = gasOf(call)
    // The full gas is tried first; the sender need not be able to pay for it.
    const {gasPrice: _gasPrice, maxFeePerGas: _most, maxPriorityFeePerGas: _tip, ...free} = call
    const run = (gas: bigint) => this.#run(gas, caller, () => execute({...free, gas: toHex(gas)}))
    return estimateGas(run, this.#given(asked), this.#tellBound(asked))
  }

  /**
   * Executes the call once, with at most the gas available to a call: for an access list, for
   * example.
   */
  once({call, execute}: EngineCall, caller: Client): Promise<unknown> {
    const asked = gasOf(call)
    const given = this.#given(asked)
    return this.#run(given, caller, () => execute({...call, gas: toHex(given)})).catch(
      this.#tellBound(asked),
    )
  }

  #isOwn({to}: EngineCall['call'], asked: bigint | undefined): boolean {
    if (typeof to !== 'string' || (asked !== undefined && asked > RPC_OWN_CALL_GAS)) return false
    return this.#options.own().some((address) => address.toLowerCase() === to.toLowerCase())
  }

  #given(asked: bigint | undefined): bigint {
    return asked === undefined || asked > this.mostGas ? this.mostGas : asked
  }

  async #run<T>(gas: bigint, {client, signal}: Client, act: () => Promise<T>): Promise<T> {
    const mostMs = Number(gas) / RPC_CALL_GAS_PER_MS
    const untilMs = this.#clock.monotonicMs() + RPC_CALL_WAIT_MS
    const turn = async () => {
      // Earlier calls may have used up the share.
      if (this.#shortMs(mostMs, client) > 0) return short
      const waitMs = this.#ofAll.waitMs('', 0, this.#clock.monotonicMs())
      if (waitMs > 0) await this.#clock.sleep(waitMs)
      return {answer: await this.#options.gate.read(() => this.#timed(client, act))}
    }
    for (;;) {
      await this.#awaitShare(mostMs, client, untilMs)
      const outcome = await this.#queue.run(turn, signal, client)
      if (outcome !== short) return outcome.answer
    }
  }

  /** A client that is slightly too early waits: a rejection and a retry cost both sides more. */
  async #awaitShare(ms: number, client: string, untilMs: number): Promise<void> {
    for (let shortMs = this.#shortMs(ms, client); shortMs > 0; ) {
      if (this.#clock.monotonicMs() + shortMs > untilMs) throw shareUsedUp(shortMs)
      await this.#clock.sleep(shortMs)
      shortMs = this.#shortMs(ms, client)
    }
  }

  /** Milliseconds until the client has this much engine time. */
  #shortMs(ms: number, client: string): number {
    return this.#ofClient.waitMs(client, ms, this.#clock.monotonicMs())
  }

  async #timed<T>(client: string, act: () => Promise<T>): Promise<T> {
    const began = this.#clock.monotonicMs()
    try {
      return await act()
    } finally {
      const now = this.#clock.monotonicMs()
      this.#ofClient.take(client, now - began, now)
      this.#ofAll.take('', now - began, now)
    }
  }

  /** A client that got less gas than requested is told so, instead of "out of gas". */
  #tellBound(asked: bigint | undefined): (error: unknown) => never {
    return (error) => {
      const isBounded = asked === undefined || asked > this.mostGas
      if (!isBounded || !isOutOfGas(error)) throw error
      throw new RpcError(
        rpcCodes.rejected,
        `The call needs more than ${this.mostGas} gas, the limit per call on this node: blocks wait for calls.`,
        {mostGas: toHex(this.mostGas)},
      )
    }
  }
}

const short = Symbol('short of time')

function shareUsedUp(retryAfterMs: number): RpcError {
  return new RpcError(
    rpcCodes.limit,
    `Your calls have used up their share of the engine; retry in ${retryAfterMs} ms or lower the gas.`,
    {retryAfterMs},
  )
}

export function mostGasOf(slotMs: number): bigint {
  const fitting = BigInt(Math.floor(slotMs * RPC_CALL_SLOT_PART * RPC_CALL_GAS_PER_MS))
  if (fitting < RPC_CALL_GAS_LEAST) return RPC_CALL_GAS_LEAST
  return fitting < RPC_CALL_GAS ? fitting : RPC_CALL_GAS
}

/** @throws {RpcError} invalidParams */
function gasOf({gas}: EngineCall['call']): bigint | undefined {
  if (gas === undefined || gas === null) return undefined
  if (typeof gas === 'string' && /^0x[0-9a-f]{1,64}$/i.test(gas)) return BigInt(gas)
  throw new RpcError(rpcCodes.invalidParams, 'A quantity is not a hex number.')
}

/** The engine has one code for every halt, so only the text has its name. */
function isOutOfGas(error: unknown): boolean {
  return error instanceof RpcResponseError && /out ?of ?gas/i.test(error.message)
}
