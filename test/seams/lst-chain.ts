import {numberToHex, type Address, type Hash} from 'viem'
import {getBalance, getTransactionReceipt} from 'viem/actions'

import type {ChainClient} from '../../src/chain/connect.ts'
import type {LstPlan} from '../../src/services/lst/provider.ts'
import type {Anvil} from '../helpers/anvil.ts'

export type Mined = {hash: Hash; blockNumber: bigint} | null

/** What the scenes of all providers do on a chain. */
export function actionsOn(anvil: Anvil, client: ChainClient) {
  /** A chain that mines at once still needs a moment. */
  const receiptOf = async (hash: unknown): Promise<{status: string; blockNumber: string}> => {
    for (;;) {
      const receipt = await anvil.request('eth_getTransactionReceipt', [hash])
      if (receipt !== null) return receipt as {status: string; blockNumber: string}
    }
  }
  const mine = async (call: object): Promise<Mined> => {
    const hash = await anvil.request('eth_sendTransaction', [call])
    const receipt = await receiptOf(hash)
    if (receipt.status !== '0x1') return null
    return {hash: hash as Hash, blockNumber: BigInt(receipt.blockNumber)}
  }
  return {
    mine,
    setBalance: async (address: Address, wei: bigint) => {
      await anvil.request('anvil_setBalance', [address, numberToHex(wei)])
    },
    warp: async (seconds: number) => {
      await anvil.request('evm_increaseTime', [seconds])
      await anvil.request('evm_mine')
    },
    async carryOut(plan: LstPlan): Promise<Mined> {
      let last: Mined = null
      for (const {to, data, valueWei} of plan.calls) {
        const value = numberToHex(valueWei)
        last = await mine({from: plan.from, to, data, value, gas: '0x4c4b40'})
        if (last === null) return null
      }
      return last
    },
    /** METIS that an account received in a block, without its gas. */
    async paid(account: Address, {hash, blockNumber}: NonNullable<Mined>): Promise<bigint> {
      const at = (block: bigint) => getBalance(client, {address: account, blockNumber: block})
      const [before, after, {gasUsed, effectiveGasPrice}] = await Promise.all([
        at(blockNumber - 1n),
        at(blockNumber),
        getTransactionReceipt(client, {hash}),
      ])
      return after - before + gasUsed * effectiveGasPrice
    },
  }
}
