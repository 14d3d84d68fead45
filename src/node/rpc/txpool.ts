import {getAddress, toHex, type Address} from 'viem'

import type {HeldTransaction, Mempool} from '../mempool/mempool.ts'
import type {Method} from './context.ts'
import {pendingTransaction} from './pending-transaction.ts'

/** Geth's methods and shapes. */
export const txpoolMethods: Record<string, Method> = {
  txpool_status: (_params, {mempool}) => {
    const {pending, queued} = mempool.counts()
    return {pending: toHex(pending), queued: toHex(queued)}
  },
  txpool_content: (_params, {mempool, reader}) =>
    sorted(mempool, (held) => pendingTransaction(held, reader.rules)),
  txpool_inspect: (_params, {mempool}) => sorted(mempool, summary),
}

type ByNonce<T> = Record<string, T>

/** By address, then nonce. */
function sorted<T>(mempool: Mempool, describe: (held: HeldTransaction) => T) {
  const content = {
    pending: {} as Record<Address, ByNonce<T>>,
    queued: {} as Record<Address, ByNonce<T>>,
  }
  for (const held of mempool.all()) {
    const part = mempool.isPending(held.hash) ? content.pending : content.queued
    const bySender = (part[getAddress(held.sender)] ??= {})
    bySender[String(held.accountNonce)] = describe(held)
  }
  return content
}

/** Receiver, value, gas and price in one line, as geth writes it. */
function summary({to, valueWei, gasLimit, maxFeePerGasWei}: HeldTransaction): string {
  const receiver = to ?? 'contract creation'
  return `${receiver}: ${valueWei} wei + ${gasLimit} gas × ${maxFeePerGasWei} wei`
}
