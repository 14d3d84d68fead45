import type {Address, Hash, Hex} from 'viem'

import {epochAt, type Epoch} from '../epoch.ts'
import {recoverSigner} from '../secp256k1.ts'
import {isSame} from './records.ts'

/** What the first transaction of a block tells of its producer. */
export interface FirstTransaction {
  hash: Hash
  /** Of the producer over the hash of the transaction; zeros where nobody signed, as for a deposit. */
  seqR: Hex
  seqS: Hex
  seqV: Hex
}

/**
 * `right`: signed by its epoch's signer. `wrong`: by another one. `unsigned`: nobody signed, as in an
 * empty block or one with a deposit. `uncovered`: no epoch contains the block.
 */
export const producerVerdicts = ['right', 'wrong', 'unsigned', 'uncovered'] as const
export type ProducerVerdict = (typeof producerVerdicts)[number]

export interface CheckedProducer {
  block: bigint
  verdict: ProducerVerdict
  /** Null when no epoch contains the block. */
  epoch: bigint | null
  /** Signer of its epoch. */
  expected: Address | null
  /** Recovered from the signature; null without a usable one. */
  producer: Address | null
}

/**
 * The producer of a block against the signer of its epoch. Pure.
 *
 * The seal of a block proves nothing, since its key is public; each producer signs transactions.
 *
 * - Source: `l2geth/core/seq_set.go`; `seqR`, `seqS`, `seqV` of `internal/ethapi/api.go`.
 *
 * @param epochs ordered by number
 * @param first null for an empty block
 */
export function checkProducer(
  block: bigint,
  first: FirstTransaction | null,
  epochs: readonly Epoch[],
): CheckedProducer {
  const epoch = epochAt(epochs, block) ?? null
  const producer = first ? producerOf(first) : null
  const about = {block, epoch: epoch?.number ?? null, expected: epoch?.signer ?? null, producer}
  if (!epoch) return {...about, verdict: 'uncovered'}
  if (!first || isZero(first)) return {...about, verdict: 'unsigned'}
  return {...about, verdict: isSame(producer, epoch.signer) ? 'right' : 'wrong'}
}

function isZero({seqR, seqS}: FirstTransaction): boolean {
  return BigInt(seqR) === 0n && BigInt(seqS) === 0n
}

/** Null for a signature of nobody: it is as wrong as that of somebody else. */
function producerOf({hash, seqR, seqS, seqV}: FirstTransaction): Address | null {
  const words = [seqR, seqS].map((word) => BigInt(word).toString(16).padStart(64, '0')).join('')
  const parity = BigInt(seqV).toString(16).padStart(2, '0')
  return recoverSigner(hash, `0x${words}${parity}`) ?? null
}
