import {encodeFunctionData, type Address, type Hex} from 'viem'

import {metisSequencerSetAbi} from '../chain/abis/metis-sequencer-set.ts'
import {epochAt, type Epoch} from '../protocol/epoch.ts'
import {selectRespanProducer} from '../protocol/span.ts'
import type {Endpoints, SendOutcome} from './endpoints.ts'
import {newestEpoch, type L2View} from './l2-view.ts'
import {MPC_L2_GAS, signMpcTransaction, type SignedTransaction} from './mpc.ts'
import {SIGN_TYPES, type OwnSigner} from './mpc-signer.ts'
import {attemptsIn, latestSpan, spanById, type PosState, type Respan} from './state.ts'

/** Blocks a respan extends past its target. Source: Themis `bridge/setu/processor/span.go`. */
export const DEFAULT_RESPAN_EXTENSION_BLOCKS = 100n

export type RespanPlan =
  | {kind: 'ready'; respan: Respan}
  | {
      kind: 'impossible'
      reason: 'no-successor' | 'no-epoch' | 'first-epoch-not-begun' | 'spans-behind'
    }

/**
 * Plans a respan: who produces from the head on, and for how long. Pure.
 *
 * @param distrusted producers whose blocks the other nodes reject. Lower-case
 *
 * Source: Themis `bridge/setu/processor/span.go`, checkReSpan. The three targets:
 * - the newest epoch should have started with this block: it is replaced (contract case 2);
 * - nothing is planned after the epoch in progress: a new one is created (contract case 1);
 * - the next one is planned or committed: it starts early, with another signer (contract case 2, or
 *   1 while it is not committed).
 */
export function planRespan(
  state: PosState,
  view: L2View,
  extension: bigint,
  distrusted: ReadonlySet<Address> = new Set(),
): RespanPlan {
  const {head, epochs, epochLength} = view
  const startBlock = head + 1n
  const newest = newestEpoch(view)
  const inProgress = epochAt(epochs, startBlock) ?? epochAt(epochs, head)
  if (!inProgress) return {kind: 'impossible', reason: 'no-epoch'}
  const last = latestSpan(state)
  if (!last || last.id < inProgress.number) return {kind: 'impossible', reason: 'spans-behind'}

  const notBegun = newest.startBlock === startBlock
  if (notBegun && newest.number === 0n) {
    return {kind: 'impossible', reason: 'first-epoch-not-begun'}
  }
  const l2Epoch = notBegun ? newest.number - 1n : inProgress.number
  const chosen = chooseSuccessor(state, {
    ...{current: inProgress.signer, height: head, first: attemptsIn(state, l2Epoch), distrusted},
  })
  if (!chosen) return {kind: 'impossible', reason: 'no-successor'}
  const targetEnd = targetEndBlock(state, l2Epoch, newest, last.endBlock)
  return {
    kind: 'ready',
    respan: {
      spanId: l2Epoch + 1n,
      currentProducer: inProgress.signer,
      nextProducer: chosen.signer,
      l2Head: head,
      l2Epoch,
      startBlock,
      endBlock: respanEnd({head, targetEnd, extension, epochLength}),
      attempt: chosen.attempt,
    },
  }
}

/** Enough draws for each of two candidates to come up: the chance to miss one is 1 in 2^32. */
const TRIES = 32n

/**
 * Each try draws as Themis does, with its own seed. A draw of a distrusted producer is skipped, as
 * if it had not responded; if all draws are distrusted, the first one stands.
 */
function chooseSuccessor(
  {validators, l1Batch}: PosState,
  options: {current: Address; height: bigint; first: bigint; distrusted: ReadonlySet<Address>},
): {signer: Address; attempt: bigint} | undefined {
  const {current, height, first, distrusted} = options
  const draw = (attempt: bigint) => {
    const successor = selectRespanProducer({current, height, validators, l1Batch, attempt})
    return successor && {signer: successor.signer, attempt}
  }
  for (let attempt = first; attempt < first + TRIES; attempt++) {
    const chosen = draw(attempt)
    if (!chosen || !distrusted.has(chosen.signer)) return chosen
  }
  return draw(first)
}

function targetEndBlock(state: PosState, l2Epoch: bigint, newest: Epoch, lastEnd: bigint): bigint {
  if (newest.number === l2Epoch + 1n) return newest.endBlock
  return spanById(state, l2Epoch + 1n)?.endBlock ?? lastEnd
}

/** Source: Themis `bridge/setu/processor/span.go`, the end rules of checkReSpan. */
export function respanEnd(options: {
  head: bigint
  targetEnd: bigint
  extension: bigint
  epochLength: bigint
}): bigint {
  const {head, targetEnd, extension, epochLength} = options
  let end = targetEnd + extension
  if (end - head < epochLength) end += epochLength
  return end <= head + 1n ? head + 1n + epochLength + extension : end
}

export function recommitCalldata(respan: Respan): Hex {
  return encodeFunctionData({
    abi: metisSequencerSetAbi,
    functionName: 'recommitEpoch',
    args: [respan.l2Epoch, respan.spanId, respan.startBlock, respan.endBlock, respan.nextProducer],
  })
}

/**
 * The respan transaction, signed but not sent. It is not simulated: it succeeds only in exactly the
 * block it specifies, which no call can imitate.
 *
 * - Signed by: MPC.   Chain: L2.   Value: 0.
 * - Source: `MetisSequencerSet.recommitEpoch`.
 */
export function signRecommit(options: {
  l2: Endpoints
  signer: OwnSigner
  chainId: number
  sequencerSet: Address
  respan: Respan
}): Promise<SignedTransaction> {
  const {l2, signer, chainId, sequencerSet, respan} = options
  return signMpcTransaction({
    rpc: l2,
    signer,
    signType: SIGN_TYPES.recommitEpoch,
    chainId,
    to: sequencerSet,
    data: recommitCalldata(respan),
    gas: MPC_L2_GAS,
    // Pools may hold a commitment or an earlier try with this nonce and accept only a better price.
    gasPriceFactor: (100n * 12n ** (respan.attempt + 1n)) / 10n ** (respan.attempt + 1n),
    gasPriceExtra: respan.attempt + 1n,
  })
}

/** Every node gets it: the successor seals it at once as a separate block, the others relay it. */
export function offerRecommit(l2: Endpoints, {raw}: SignedTransaction): Promise<SendOutcome> {
  return l2.sendToAll(raw)
}
