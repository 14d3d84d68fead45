import type {Address} from 'viem'

import type {BlockHeader} from '../../protocol/block.ts'

/** The chain state that decides about the next block. */
export interface ChainView {
  head(): {number: number; hash: string}
  rotation: {signerAt(block: number): Address | undefined}
}

/**
 * Why a block cannot be the next one, judged by its header. Blocks from nodes without an epoch must
 * not disturb the producer. Only the state of its parent determines the producer of a block, so
 * other blocks are not judged; a block with a single transaction may be a recommitment, which
 * decides for itself.
 */
export function refusalOf(header: BlockHeader, {head, rotation}: ChainView): string | undefined {
  const {number, hash} = head()
  const {signer, transactionCount} = header
  if (header.number !== number + 1 || header.parentHash !== hash) return undefined
  const expected = rotation.signerAt(header.number)
  if (expected === undefined || expected === signer || transactionCount === 1) return undefined
  return `Block ${header.number} is sealed by ${signer}, but the producer is ${expected}.`
}
