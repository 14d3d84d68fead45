/** In: a transaction batch from L1. Out: the blocks that our own key signed in it. */
import {keccak256, type Address} from 'viem'

import type {TxBatch} from '../../protocol/batch-codec.ts'
import {recoverSigner} from '../../protocol/secp256k1.ts'

/**
 * Highest block from `from` on that bears the signature of `signer`. The layout carries signatures
 * over transactions only, so an empty block proves nothing.
 */
export function lastSignedIn(batch: TxBatch, signer: Address, from: number): number | undefined {
  for (let index = batch.blocks.length - 1; index >= 0; index--) {
    const number = batch.startBlock + index
    if (number < from) return undefined
    const [first] = batch.blocks[index]!.transactions
    if (first && recoverSigner(keccak256(first.raw), first.seqSign) === signer) return number
  }
  return undefined
}
