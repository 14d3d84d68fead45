import {numberToHex} from 'viem'
import {afterAll, beforeAll} from 'vitest'

import {connectChain, type Connection} from '../../src/chain/connect.ts'
import {localLst} from '../../src/local/lst/providers.ts'
import {openProviders} from '../../src/services/lst/providers.ts'
import type {LstProvider} from '../../src/services/lst/provider.ts'
import {startL2} from '../contracts/l2-fixture.ts'
import {alice} from '../contracts/staking.ts'
import type {Anvil} from '../helpers/anvil.ts'
import {describeSeam, type OpenScene} from './contract.ts'
import {lstContract, type LstScene} from './lst-contract.ts'

let anvil: Anvil
let connection: Connection

beforeAll(async () => {
  anvil = (await startL2()).anvil
  connection = connectChain({name: 'L2', chainId: 1088, urls: [anvil.rpcUrl]})
})
afterAll(async () => {
  connection.close()
  await anvil.stop()
})

const {rewardPool} = localLst.artemis

/** A chain that mines at once still needs a moment. */
async function receiptOf(hash: unknown): Promise<{status: string; blockNumber: string}> {
  for (;;) {
    const receipt = await anvil.request('eth_getTransactionReceipt', [hash])
    if (receipt !== null) return receipt as {status: string; blockNumber: string}
  }
}

const opening = (wrap = (good: LstProvider) => good): OpenScene<LstScene> => {
  return async () => {
    const snapshot = await anvil.request('evm_snapshot')
    const [good] = openProviders(connection.client, localLst)
    return {
      provider: wrap(good!),
      account: alice,
      async earn(wei) {
        const held = BigInt(String(await anvil.request('eth_getBalance', [rewardPool, 'latest'])))
        await anvil.request('anvil_setBalance', [rewardPool, numberToHex(held + wei)])
      },
      async carryOut(plan) {
        const [{to, data, valueWei}] = plan.calls as [(typeof plan.calls)[number]]
        const call = {from: plan.from, to, data, value: numberToHex(valueWei), gas: '0x4c4b40'}
        const hash = await anvil.request('eth_sendTransaction', [call])
        const receipt = await receiptOf(hash)
        if (receipt.status !== '0x1') return null
        return {hash: hash as `0x${string}`, blockNumber: BigInt(receipt.blockNumber)}
      },
      async [Symbol.asyncDispose]() {
        await anvil.request('evm_revert', [snapshot])
      },
    }
  }
}

describeSeam<LstScene>({
  name: 'LstProvider',
  rules: lstContract,
  implementations: {artemis: opening()},
  broken: [
    {
      fault: 'quotes without the rewards that wait',
      caughtBy: 'a quote is what the deposit gives, also while rewards wait to be harvested',
      open: opening((good) => ({
        ...good,
        async plan(from, request) {
          const {totalDepositsMetisWei, supplyWei} = await good.read()
          const expectedWei = (request.amountMetisWei * supplyWei) / (totalDepositsMetisWei || 1n)
          const plan = await good.plan(from, request)
          return {...plan, quote: {...plan.quote, expectedWei}}
        },
      })),
    },
    {
      fault: 'signs without a lower limit',
      caughtBy: 'what is signed holds the least it may give',
      open: opening((good) => ({
        ...good,
        plan: (from, request) => good.plan(from, {...request, slippageBasisPoints: 10_000}),
      })),
    },
    {
      fault: 'is content when anything came',
      caughtBy: 'a deposit that gave less than the least is not verified',
      open: opening((good) => ({
        ...good,
        verify: (plan, mined) =>
          good.verify({...plan, quote: {...plan.quote, minOutWei: 1n}}, mined),
      })),
    },
    {
      fault: 'verifies at the newest block',
      caughtBy: 'verification looks at the block of the deposit, whatever came later',
      open: opening((good) => ({
        ...good,
        verify: async (plan, mined) => ({
          ...(await good.verify(plan, mined)),
          position: await good.position(plan.from),
        }),
      })),
    },
    {
      fault: 'plans what cannot be paid',
      caughtBy: 'a deposit of nothing, and of more than there is, is refused before it is sent',
      open: opening((good) => ({
        ...good,
        plan: async (from, request) => good.plan(from, {...request, amountMetisWei: 1n}),
      })),
    },
  ],
})
