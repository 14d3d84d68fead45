import type {Address} from 'viem'

import {metisSequencerSetAbi} from '../chain/abis/metis-sequencer-set.ts'
import type {Epoch} from '../protocol/epoch.ts'
import {readContract, wrongAnswer, type RpcRequester} from './contract-call.ts'

/** Blocks and epochs are plain numbers for other programs: in JSON and in other languages. */
const MOST = BigInt(Number.MAX_SAFE_INTEGER)

/** The state of the L2 at one moment. */
export interface L2View {
  head: bigint
  epochLength: bigint
  /** The newest two epochs of the contract, ascending; only epoch 0 at the start. */
  epochs: [Epoch, ...Epoch[]]
}

/**
 * - Signed by: nobody.   Chain: L2.   Value: none.
 * - Source: `MetisSequencerSet`, MetisProtocol/metis-sequencer-contract.
 *
 * @param head the head of this view; the contract may be read a block later
 */
export async function readL2View(
  rpc: RpcRequester,
  sequencerSet: Address,
  head: bigint,
): Promise<L2View> {
  const set = {address: sequencerSet, abi: metisSequencerSetAbi, args: []} as const
  const [current, epochLength] = await Promise.all([
    readContract(rpc, {...set, functionName: 'currentEpochNumber'}),
    readContract(rpc, {...set, functionName: 'epochLength'}),
  ])
  if (epochLength < 1n || epochLength > MOST) throw wrongAnswer(rpc, 'eth_call of epochLength')
  const newest = await readEpoch(rpc, sequencerSet, current)
  if (current === 0n) return {head, epochLength, epochs: [newest]}
  return {head, epochLength, epochs: [await readEpoch(rpc, sequencerSet, current - 1n), newest]}
}

async function readEpoch(rpc: RpcRequester, sequencerSet: Address, id: bigint): Promise<Epoch> {
  const [number, signer, startBlock, endBlock] = await readContract(rpc, {
    address: sequencerSet,
    abi: metisSequencerSetAbi,
    functionName: 'epochs',
    args: [id],
  })
  // One that does not exist is all zeros.
  const isEpoch = number === id && startBlock <= endBlock && endBlock <= MOST
  if (!isEpoch) throw wrongAnswer(rpc, `eth_call of epoch ${id}`)
  return {number, signer: signer.toLowerCase() as Address, startBlock, endBlock}
}

/** Epochs `from` to `to`, both included, a few requests at a time. */
export async function readEpochs(
  rpc: RpcRequester,
  sequencerSet: Address,
  from: bigint,
  to: bigint,
): Promise<Epoch[]> {
  const epochs: Epoch[] = []
  for (let start = from; start <= to; start += BigInt(READS_AT_ONCE)) {
    const count = Math.min(READS_AT_ONCE, Number(to - start) + 1)
    const ids = Array.from({length: count}, (_, index) => start + BigInt(index))
    epochs.push(...(await Promise.all(ids.map((id) => readEpoch(rpc, sequencerSet, id)))))
  }
  return epochs
}

const READS_AT_ONCE = 8

export function newestEpoch({epochs}: L2View): Epoch {
  return epochs.at(-1)!
}
