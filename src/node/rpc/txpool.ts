import {toHex, type Address} from 'viem'

import {pendingShape} from '../history/rpc-shapes.ts'
import type {HeldTransaction, Mempool} from '../mempool/mempool.ts'
import type {Method} from './context.ts'
import {RpcError, rpcCodes} from './json-rpc.ts'

/** Geth's methods and shapes. */
export const txpoolMethods: Record<string, Method> = {
  txpool_status: (_params, {mempool}) => {
    const {pending, queued} = mempool.counts()
    return {pending: toHex(pending), queued: toHex(queued)}
  },
  txpool_content: (_params, {mempool, chainId}) =>
    sorted(mempool, (held) => pendingTransaction(held, chainId)),
  txpool_inspect: (_params, {mempool}) => sorted(mempool, summary),
  txpool_contentFrom: ([address], {mempool, chainId}) => {
    if (typeof address !== 'string' || !/^0x[0-9a-f]{40}$/i.test(address)) {
      throw new RpcError(rpcCodes.invalidParams, 'The address is not 20 bytes of hex.')
    }
    const sender = address.toLowerCase() as Address
    const {pending, queued} = sorted(
      mempool,
      (held) => pendingTransaction(held, chainId),
      (held) => held.sender === sender,
    )
    return {pending: pending[sender] ?? {}, queued: queued[sender] ?? {}}
  },
}

/** A held transaction in the shape of `eth_getTransactionByHash`. */
export function pendingTransaction(held: HeldTransaction, chainId: number) {
  return pendingShape(held, held.sender, held.hash, chainId)
}

type ByNonce<T> = Record<string, T>

/** Address, then nonce, then what is said of the transaction. */
function sorted<T>(
  mempool: Mempool,
  describe: (held: HeldTransaction) => T,
  isWanted: (held: HeldTransaction) => boolean = () => true,
) {
  const content = {
    pending: {} as Record<Address, ByNonce<T>>,
    queued: {} as Record<Address, ByNonce<T>>,
  }
  for (const held of mempool.all()) {
    if (!isWanted(held)) continue
    const part = mempool.isPending(held.hash) ? content.pending : content.queued
    const bySender = (part[held.sender] ??= {})
    bySender[String(held.accountNonce)] = describe(held)
  }
  return content
}

/** Receiver, value, gas and price in one line, as geth writes it. */
function summary({to, valueWei, gasLimit, maxFeePerGasWei}: HeldTransaction): string {
  const receiver = to ?? 'contract creation'
  return `${receiver}: ${valueWei} wei + ${gasLimit} gas × ${maxFeePerGasWei} wei`
}
