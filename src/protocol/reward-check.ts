import type {Address, Hash} from 'viem'

import {epochBlocks, type Epoch} from './epoch.ts'
import type {CreditEntry} from './reward-ledger.ts'

/** Why an epoch may explain a difference. */
export type SuspectReason =
  /** Exactly the number of missing blocks: the whole epoch was left out. */
  | 'left-out'
  /** Paid with the length it had before a respan cut it. */
  | 'paid-uncut'
  /** Of another signer, with exactly the number of blocks credited in excess. */
  | 'of-another'
  /** The only one of ours in the batch. */
  | 'only-one'
  /** Any of ours: the credit is one sum for all of them. */
  | 'one-of-ours'

export interface Suspect {
  epoch: bigint
  blocks: bigint
  reason: SuspectReason
}

/** One reward batch, compared with the epochs on L2. */
export interface BatchCheck {
  batchId: bigint
  startEpoch: bigint
  endEpoch: bigint
  txHash: Hash
  l1Block: bigint
  /** `unknown`: the credit is unknown, or L2 lacks an epoch of the batch. */
  state: 'equal' | 'differs' | 'unknown'
  ownEpochs: {number: bigint; blocks: bigint}[]
  dueBlocks: bigint
  dueMetisWei: bigint
  /** Null: unknown. */
  creditedBlocks: bigint | null
  creditedMetisWei: bigint | null
  /** Credited minus due; null while unknown. */
  differenceBlocks: bigint | null
  differenceMetisWei: bigint | null
  /** Epochs that could explain the difference; empty without one. */
  suspects: Suspect[]
  /** Other signers in the batch whose blocks differ too; empty when the payment is unknown. */
  others: {signer: Address; differenceBlocks: bigint}[]
  /** Epochs of the batch that are missing on L2. */
  missingEpochs: bigint[]
}

/**
 * Compares what a batch credited with own blocks times its rate.
 *
 * Source: Themis `mpc/transaction.go`: whole epoch ranges count, as stored in the L2 contract.
 *
 * @param epochs by number
 * @param signers lower case: every one the sequencer ever had
 * @param payment blocks by lower-case signer; undefined when unknown
 */
export function checkBatch(
  credit: CreditEntry,
  epochs: ReadonlyMap<bigint, Epoch>,
  signers: ReadonlySet<Address>,
  payment: readonly (readonly [Address, bigint])[] | undefined,
): BatchCheck {
  const {batchId, startEpoch, endEpoch, txHash, l1Block, rewardPerBlockMetisWei} = credit
  const inBatch: Epoch[] = []
  const missingEpochs: bigint[] = []
  for (let number = startEpoch; number <= endEpoch; number++) {
    const epoch = epochs.get(number)
    if (epoch) inBatch.push(epoch)
    else missingEpochs.push(number)
  }
  const own = inBatch.filter(({signer}) => signers.has(lower(signer)))
  const dueBlocks = own.reduce((sum, epoch) => sum + epochBlocks(epoch), 0n)
  const dueMetisWei = dueBlocks * rewardPerBlockMetisWei
  const {blocks: creditedBlocks, creditedMetisWei} = credit
  const isKnown = creditedMetisWei !== null && missingEpochs.length === 0
  const differenceMetisWei = isKnown ? creditedMetisWei - dueMetisWei : null
  const differenceBlocks = isKnown && creditedBlocks !== null ? creditedBlocks - dueBlocks : null
  const differs = differenceMetisWei !== null && differenceMetisWei !== 0n
  return {
    ...{batchId, startEpoch, endEpoch, txHash, l1Block},
    state: isKnown ? (differs ? 'differs' : 'equal') : 'unknown',
    ownEpochs: own.map((epoch) => ({number: epoch.number, blocks: epochBlocks(epoch)})),
    ...{dueBlocks, dueMetisWei, creditedBlocks, creditedMetisWei},
    ...{differenceBlocks, differenceMetisWei, missingEpochs},
    suspects: differs ? suspectsOf(differenceBlocks ?? 0n, own, inBatch) : [],
    others: differs && payment ? othersOf(payment, inBatch, signers) : [],
  }
}

function suspectsOf(
  difference: bigint,
  own: readonly Epoch[],
  inBatch: readonly Epoch[],
): Suspect[] {
  const named = (epochs: readonly Epoch[], reason: SuspectReason) =>
    epochs.map((epoch) => ({epoch: epoch.number, blocks: epochBlocks(epoch), reason}))
  const size = difference < 0n ? -difference : difference
  const full = usualBlocks(inBatch)
  const exact =
    difference < 0n
      ? named(
          own.filter((epoch) => epochBlocks(epoch) === size),
          'left-out',
        )
      : [
          ...named(
            own.filter((epoch) => full - epochBlocks(epoch) === size),
            'paid-uncut',
          ),
          ...named(
            inBatch.filter((epoch) => !own.includes(epoch) && epochBlocks(epoch) === size),
            'of-another',
          ),
        ]
  if (exact.length > 0) return exact
  return named(own, own.length === 1 ? 'only-one' : 'one-of-ours')
}

/** The most common epoch length, which is the length without a respan. */
function usualBlocks(epochs: readonly Epoch[]): bigint {
  const counts = new Map<bigint, number>()
  for (const epoch of epochs) {
    counts.set(epochBlocks(epoch), (counts.get(epochBlocks(epoch)) ?? 0) + 1)
  }
  let usual = 0n
  for (const [blocks, count] of counts) {
    const most = counts.get(usual) ?? 0
    // A respan shortens: of two that are as common, the longer one was not cut.
    if (count > most || (count === most && blocks > usual)) usual = blocks
  }
  return usual
}

function othersOf(
  payment: readonly (readonly [Address, bigint])[],
  inBatch: readonly Epoch[],
  own: ReadonlySet<Address>,
): BatchCheck['others'] {
  const differences = new Map<Address, bigint>()
  const add = (signer: Address, blocks: bigint) => {
    if (!own.has(signer)) differences.set(signer, (differences.get(signer) ?? 0n) + blocks)
  }
  for (const [signer, blocks] of payment) add(signer, blocks)
  for (const epoch of inBatch) add(lower(epoch.signer), -epochBlocks(epoch))
  return [...differences]
    .filter(([, difference]) => difference !== 0n)
    .map(([signer, differenceBlocks]) => ({signer, differenceBlocks}))
}

function lower(address: Address): Address {
  return address.toLowerCase() as Address
}
