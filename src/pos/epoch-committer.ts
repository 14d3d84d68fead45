import {encodeFunctionData, type Address, type Hex} from 'viem'

import {metisSequencerSetAbi} from '../chain/abis/metis-sequencer-set.ts'
import type {Span} from '../protocol/span.ts'
import type {Endpoints, SendOutcome} from './endpoints.ts'
import {newestEpoch, type L2View} from './l2-view.ts'
import {MPC_L2_GAS, signMpcTransaction} from './mpc.ts'
import {SIGN_TYPES, type OwnSigner} from './mpc-signer.ts'
import {latestSpan, type PosState} from './state.ts'

/**
 * The span to commit now: the next one after the contract's newest epoch, provided its first block
 * is still in the future. Pure.
 *
 * Source: Themis `bridge/setu/processor/span.go`, sendCommitEpoch.
 */
export function dueCommit(state: PosState, view: L2View): Span | undefined {
  const span = latestSpan(state)
  const newest = newestEpoch(view)
  const due =
    span !== undefined &&
    span.id === newest.number + 1n &&
    span.startBlock === newest.endBlock + 1n &&
    span.endBlock - span.startBlock + 1n === view.epochLength &&
    view.head < span.startBlock
  return due ? span : undefined
}

export function commitCalldata({id, startBlock, endBlock, producers}: Span): Hex {
  return encodeFunctionData({
    abi: metisSequencerSetAbi,
    functionName: 'commitEpoch',
    args: [id, startBlock, endBlock, producers[0].signer],
  })
}

/**
 * Sends one transaction to the L2 that commits the span. Only the contract shows whether it took
 * effect; the next view reads it.
 *
 * - Signed by: MPC.   Chain: L2.   Value: 0.
 * - Source: `MetisSequencerSet.commitEpoch`.
 *
 * @throws {RpcResponseError} the contract would revert; nothing was sent
 */
export async function sendCommit(options: {
  l2: Endpoints
  signer: OwnSigner
  chainId: number
  sequencerSet: Address
  span: Span
}): Promise<SendOutcome> {
  const {l2, signer, chainId, sequencerSet, span} = options
  const data = commitCalldata(span)
  const call = {from: signer.address, to: sequencerSet, data}
  await l2.request('eth_call', [call, 'latest'])
  const {raw} = await signMpcTransaction({
    rpc: l2,
    signer,
    signType: SIGN_TYPES.commitEpoch,
    chainId,
    to: sequencerSet,
    data,
    gas: MPC_L2_GAS,
  })
  return l2.sendToOne(raw)
}
