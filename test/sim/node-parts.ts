/** Pieces of a simulated node that keep nothing of their own. */
import type {Hex} from 'viem'

import {MetisSeqError} from '../../src/lib/errors.ts'
import {RpcResponseError} from '../../src/lib/json-rpc.ts'
import {EngineError} from '../../src/node/engine/engine.ts'
import {isSendersFault} from '../../src/node/rpc/accept-transaction.ts'
import type {Stages} from '../../src/node/stages.ts'
import {
  recoverSender,
  type ParsedTransaction,
  type SignedTransaction,
} from '../../src/protocol/transaction.ts'
import {L2_CHAIN_ID} from './setup.ts'

/** A JSON-RPC call, as the server of a node answers it. */
export async function answerRpc(
  stages: Stages,
  method: string,
  params: readonly unknown[],
  accept: (raw: Hex) => Promise<Hex>,
): Promise<unknown> {
  const {chain} = stages
  try {
    switch (method) {
      case 'eth_chainId':
        return `0x${L2_CHAIN_ID.toString(16)}`
      case 'eth_blockNumber':
        return `0x${chain.head().number.toString(16)}`
      case 'eth_syncing':
        return stages.driver.phase === 'catching-up'
      case 'eth_gasPrice':
        return '0x1312d00'
      case 'eth_getBlockByNumber': {
        if (typeof params[0] === 'string' && params[0].startsWith('0x')) {
          return {number: params[0], hash: chain.hashOf(Number(params[0])) ?? null}
        }
        const safe = stages.heads.safeHead()
        return safe === null ? null : {number: `0x${safe.toString(16)}`}
      }
      case 'eth_sendRawTransaction':
        return await accept(params[0] as Hex)
      default:
        return await chain.gate.read(() => chain.engine.read(method, params))
    }
  } catch (error) {
    if (isSendersFault(error)) {
      const data = {reason: error.reason}
      throw new RpcResponseError({code: -32_000, message: error.message, data})
    }
    if (error instanceof EngineError) {
      throw new RpcResponseError({code: -32_002, message: 'The engine is restarting.'})
    }
    throw error
  }
}

export function isGuardLost(error: unknown): boolean {
  const codes = ['SIGN_GUARD_MISSING', 'SIGN_GUARD_BEHIND']
  return error instanceof MetisSeqError && codes.includes(error.code)
}

export function isDiskFull(error: unknown): boolean {
  return error instanceof MetisSeqError && error.code === 'DISK_FULL'
}

export function listen({chain, driver, forwarder, exchange, acceptMany}: Stages): Promise<void> {
  return exchange.start({
    isMember: () => Promise.resolve(true),
    head: () => ({number: chain.head().number, hash: chain.head().hash}),
    blocks: (from, count) => chain.rangeUpTo(from, count),
    onBlock: (block, from) => driver.enqueue(block, from),
    onPeers: () => {
      driver.wake()
      forwarder.wake()
    },
    onTransactions: acceptMany,
    refusalOf: () => undefined,
  })
}

const signed = new Map<Hex, SignedTransaction>()

/** In place of the threads: remembered, because every node and every seed sees the same bytes. */
export const recovery = {
  async recover(parsed: ParsedTransaction): Promise<SignedTransaction> {
    const known = signed.get(parsed.raw)
    if (known) return known
    const fresh = recoverSender(parsed)
    if (signed.size > 20_000) signed.clear()
    signed.set(parsed.raw, fresh)
    return fresh
  },
}
