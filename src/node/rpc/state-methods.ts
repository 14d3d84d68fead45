/** Data that only the engine has: accounts, code, storage and call results. */
import {toHex, zeroAddress, type Address} from 'viem'

import {isRecord} from '../../lib/json.ts'
import {RpcResponseError} from '../../lib/json-rpc.ts'
import {addressFault, l2gethWords} from '../../protocol/l2geth-words.ts'
import {RPC_CALL_TIMEOUT_MS} from '../rpc-limits.ts'
import {numberOf} from './block-tags.ts'
import type {Caller, Method, RpcContext} from './context.ts'
import {RpcError, rpcCodes} from './json-rpc.ts'

type Params = readonly unknown[]

/**
 * A block of our chain; `head`: the newest one when the engine request starts, however long the
 * wait.
 */
type At = number | 'head'

function numberAt(at: At, chain: RpcContext['chain']): number {
  return at === 'head' ? chain.head().number : at
}

export const stateMethods: Record<string, Method> = {
  eth_getBalance: (params, context, caller) => account('eth_getBalance', params, context, caller),
  eth_getCode: (params, context, caller) => account('eth_getCode', params, context, caller),
  eth_getStorageAt: storage,
  eth_getTransactionCount: transactionCount,
  eth_call: (params, context, caller) => {
    const {call, tag} = callParams(params)
    const act = (at: At) => context.calls.call({call, execute: executor(at, context)}, caller)
    return withTimeout(atState(tag, context, act))
  },
  eth_estimateGas: (params, context, caller) => {
    const {call, tag} = callParams(params)
    const act = (at: At) => context.calls.estimate({call, execute: executor(at, context)}, caller)
    return withTimeout(atState(tag, context, act))
  },
}

function account(method: string, [value, tag]: Params, context: RpcContext, caller: Caller) {
  const address = addressParam(value)
  return atState(tag, context, (at) => read(method, [address], at, context, caller))
}

function storage([value, slot, tag]: Params, context: RpcContext, caller: Caller) {
  const address = addressParam(value)
  if (typeof slot !== 'string' || !/^0x[0-9a-f]{1,64}$/i.test(slot)) {
    throw new RpcError(rpcCodes.invalidParams, 'The slot is not at most 32 bytes of hex.')
  }
  const key = toHex(BigInt(slot), {size: 32})
  return atState(tag, context, (at) =>
    read('eth_getStorageAt', [address, key], at, context, caller),
  )
}

async function transactionCount([value, tag]: Params, context: RpcContext, caller: Caller) {
  const address = addressParam(value)
  const latest = await atState(tag, context, (at) =>
    read('eth_getTransactionCount', [address], at, context, caller),
  )
  if (tag !== 'pending') return latest
  const next = context.mempool.nextNonce(address.toLowerCase() as Address)
  return next === undefined ? latest : toHex(Math.max(next, Number(latest)))
}

function callParams([call, tag, ...rest]: Params) {
  if (!isRecord(call)) throw new RpcError(rpcCodes.invalidParams, 'The call is not an object.')
  if (rest.some((value) => value !== undefined && value !== null)) {
    throw new RpcError(rpcCodes.invalidParams, 'State and block overrides are not supported.')
  }
  return {call, tag}
}

/**
 * The engine cannot be interrupted: the caller gets an error, and the slot in the queue stays
 * occupied.
 */
function executor(at: At, {chain}: RpcContext) {
  return (call: Record<string, unknown>) =>
    chain.engine.read('eth_call', [call], numberAt(at, chain))
}

/** Runs a read at the state of a block. @throws {RpcError} when that state is not available */
async function atState<T>(
  tag: unknown,
  context: RpcContext,
  act: (at: At) => Promise<T>,
): Promise<T> {
  const head = context.chain.head().number
  const number = numberOf(tag, context)
  if (number === undefined || number > head) {
    throw new RpcError(rpcCodes.rejected, l2gethWords.noSuchBlock)
  }
  if (number < head - context.chain.engine.capabilities.history)
    throw await stateNotKept(number, context)
  try {
    return await act(number === head ? 'head' : number)
  } catch (error) {
    // A restarted engine has only the states since its restart.
    if (
      !(error instanceof RpcResponseError) ||
      !/OutOfRange|not found|unavailable/i.test(error.message)
    )
      throw error
    throw await stateNotKept(number, context)
  }
}

/** Bisects for the oldest state, with at most six cheap reads. */
async function stateNotKept(number: number, context: RpcContext): Promise<RpcError> {
  const {chain, genesisNumber} = context
  const head = chain.head().number
  let missing = Math.max(genesisNumber, head - chain.engine.capabilities.history) - 1
  let kept = head
  while (kept - missing > 1) {
    const middle = Math.floor((kept + missing) / 2)
    const isKept = await chain.engine.read('eth_getBalance', [zeroAddress], middle).then(
      () => true,
      () => false,
    )
    if (isKept) kept = middle
    else missing = middle
  }
  return new RpcError(
    rpcCodes.rejected,
    `The state of block ${number} is not available; the oldest one is that of block ${kept}.`,
    {oldestBlock: toHex(kept)},
  )
}

/** One cheap engine read, through the queue. */
export function read(
  method: string,
  params: readonly unknown[],
  at: At,
  {chain, reads}: RpcContext,
  {client, signal}: Pick<Caller, 'client' | 'signal'>,
): Promise<unknown> {
  const act = () => chain.engine.read(method, params, numberAt(at, chain))
  return reads.run(() => chain.gate.read(act), signal, client)
}

async function withTimeout<T>(act: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const message = `The call did not finish within ${RPC_CALL_TIMEOUT_MS} ms.`
    timer = setTimeout(() => reject(new RpcError(rpcCodes.rejected, message)), RPC_CALL_TIMEOUT_MS)
  })
  try {
    return await Promise.race([act, late])
  } finally {
    clearTimeout(timer)
    act.catch(() => {})
  }
}

function addressParam(value: unknown): Address {
  if (typeof value === 'string' && /^0x[0-9a-f]{40}$/i.test(value)) return value as Address
  throw new RpcError(rpcCodes.invalidParams, l2gethWords.argument(0, addressFault(value)))
}
