import {pendingShape, type ShapeRules} from '../history/rpc-shapes.ts'
import type {HeldTransaction} from '../mempool/mempool.ts'

/** A held transaction in the shape of `eth_getTransactionByHash`. */
export function pendingTransaction(held: HeldTransaction, rules: ShapeRules) {
  return pendingShape(held, held.sender, held.hash, rules)
}
