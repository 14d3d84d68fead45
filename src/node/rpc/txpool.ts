import {toHex, type Address} from 'viem'

import type {HeldTransaction, Mempool} from '../mempool/mempool.ts'

/** Geth's shape: counts as hex. */
export function poolStatus(mempool: Mempool) {
  const {pending, queued} = mempool.counts()
  return {pending: toHex(pending), queued: toHex(queued)}
}

type ByNonce = Record<string, ReturnType<typeof describe>>

/** Geth's shape: address, then nonce, then the transaction. */
export function poolContent(mempool: Mempool) {
  const content = {pending: {} as Record<Address, ByNonce>, queued: {} as Record<Address, ByNonce>}
  for (const held of mempool.all()) {
    const part = mempool.isPending(held.hash) ? content.pending : content.queued
    const bySender = (part[held.sender] ??= {})
    bySender[String(held.accountNonce)] = describe(held)
  }
  return content
}

const typeNumbers = {legacy: '0x0', eip2930: '0x1', eip1559: '0x2'} as const

function describe(held: HeldTransaction) {
  return {
    blockHash: null,
    blockNumber: null,
    transactionIndex: null,
    hash: held.hash,
    type: typeNumbers[held.type],
    from: held.sender,
    to: held.to,
    nonce: toHex(held.accountNonce),
    gas: toHex(held.gasLimit),
    gasPrice: toHex(held.maxFeePerGasWei),
    value: toHex(held.valueWei),
    input: held.data,
  }
}
