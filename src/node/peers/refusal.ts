import type {Address} from 'viem'

import type {BlockHeader} from '../../protocol/block.ts'

/** What of our chain decides about the next block. */
export interface ChainView {
  head(): {number: number; hash: string}
  rotation: {signerAt(block: number): Address | undefined}
}

/**
 * Why a block cannot be the next one, judged by its header. Whoever seals must not be disturbed by blocks
 * of those who have no turn. Only the state of its own parent tells whose turn a block is, so nothing is
 * said about any other block; one with a single transaction may be a recommitment, which decides itself.
 */
export function refusalOf(header: BlockHeader, {head, rotation}: ChainView): string | undefined {
  const {number, hash} = head()
  const {signer, transactionCount} = header
  if (header.number !== number + 1 || header.parentHash !== hash) return undefined
  const expected = rotation.signerAt(header.number)
  if (expected === undefined || expected === signer || transactionCount === 1) return undefined
  return `Block ${header.number} is sealed by ${signer}, and the turn is ${expected}.`
}
