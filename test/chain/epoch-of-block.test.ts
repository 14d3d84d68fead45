/** The epoch of a block on a chain with as many epochs as a real one. */
import {
  createClient,
  custom,
  decodeFunctionData,
  encodeFunctionResult,
  getAddress,
  type Address,
  type Hex,
} from 'viem'
import {expect, test} from 'vitest'

import {metisSequencerSetAbi} from '../../src/chain/abis/metis-sequencer-set.ts'
import {readEpochOfBlock} from '../../src/chain/actions/sequencer-set/read-epochs.ts'
import {epochAt, type Epoch} from '../../src/protocol/epoch.ts'
import {randomOf} from '../helpers/rpc-fuzz.ts'

const signer: Address = getAddress('0x00000000000000000000000000000000000000b1')
const sequencerSet: Address = '0x00000000000000000000000000000000000000c1'
const nobody: Address = '0x0000000000000000000000000000000000000000'

/** Contiguous epochs, of any length as after respans. */
function epochsOf(count: number, seed: number): Epoch[] {
  const {below} = randomOf(seed)
  let startBlock = 100n
  return Array.from({length: count}, (_, at) => {
    const endBlock = startBlock + BigInt(below(1_000)) + 1n
    const epoch = {number: BigInt(at), signer, startBlock, endBlock}
    startBlock = endBlock + 1n
    return epoch
  })
}

/** The contract on a node that gives a call as much gas as it takes to walk some hundred epochs. */
function contractWith(epochs: readonly Epoch[]) {
  const abi = metisSequencerSetAbi
  const state = {calls: 0}
  const client = createClient({
    transport: custom({
      async request({params}: {params: [{data: Hex}]}) {
        state.calls++
        const {functionName, args = []} = decodeFunctionData({abi, data: params[0].data})
        if (functionName === 'currentEpochNumber')
          return encodeFunctionResult({abi, functionName, result: BigInt(epochs.length - 1)})
        if (functionName !== 'epochs') throw new Error(`execution reverted: ${functionName}`)
        const {number, ...epoch} = epochs[Number(args[0])] ?? {
          ...{number: 0n, signer: nobody, startBlock: 0n, endBlock: 0n},
        }
        const result = [number, epoch.signer, epoch.startBlock, epoch.endBlock] as const
        return encodeFunctionResult({abi, functionName, result})
      },
    }),
  })
  return {client: client as unknown as Parameters<typeof readEpochOfBlock>[0], state}
}

test('it is that of the contract, for each block, without a walk over all epochs', async () => {
  for (const count of [1, 2, 3, 7, 50, 30_000]) {
    const epochs = epochsOf(count, count)
    const {client, state} = contractWith(epochs)
    const {below} = randomOf(count)
    const end = epochs.at(-1)!.endBlock
    const picked = Array.from({length: 40}, () => epochs[below(count)]!)
    const blocks = [
      0n,
      99n,
      end,
      ...picked.flatMap(({startBlock, endBlock}) => [startBlock, endBlock]),
    ]
    for (const block of blocks) {
      state.calls = 0
      expect(await readEpochOfBlock(client, {sequencerSet, block})).toEqual(epochAt(epochs, block))
      expect(state.calls).toBeLessThan(40)
    }
  }
})

test('a head behind which no epoch was committed is answered in two calls, however many there were', async () => {
  const epochs = epochsOf(30_000, 1)
  const {client, state} = contractWith(epochs)
  const block = epochs.at(-1)!.endBlock + 1n
  expect(await readEpochOfBlock(client, {sequencerSet, block})).toBeUndefined()
  expect(state.calls).toBe(2)
})
