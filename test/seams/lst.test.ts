import {encodeFunctionData, numberToHex, type Address, type Hash} from 'viem'
import {getBalance, getTransactionReceipt, readContract} from 'viem/actions'
import {afterAll, beforeAll} from 'vitest'

import {amtWithdrawalManagerAbi} from '../../src/chain/abis/amt-withdrawal-manager.ts'
import {connectChain, type Connection} from '../../src/chain/connect.ts'
import {localLst} from '../../src/local/lst/providers.ts'
import {openProviders} from '../../src/services/lst/providers.ts'
import type {LstProvider, LstRequest} from '../../src/services/lst/provider.ts'
import {startL2} from '../contracts/l2-fixture.ts'
import {alice, governance} from '../contracts/staking.ts'
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

const {depositPool, rewardPool, withdrawalManager} = localLst.artemis

/** A chain that mines at once still needs a moment. */
async function receiptOf(hash: unknown): Promise<{status: string; blockNumber: string}> {
  for (;;) {
    const receipt = await anvil.request('eth_getTransactionReceipt', [hash])
    if (receipt !== null) return receipt as {status: string; blockNumber: string}
  }
}

async function mined(call: object): Promise<{hash: Hash; blockNumber: bigint} | null> {
  const hash = await anvil.request('eth_sendTransaction', [call])
  const receipt = await receiptOf(hash)
  if (receipt.status !== '0x1') return null
  return {hash: hash as Hash, blockNumber: BigInt(receipt.blockNumber)}
}

async function setBalance(address: Address, wei: bigint): Promise<void> {
  await anvil.request('anvil_setBalance', [address, numberToHex(wei)])
}

const opening = (wrap = (good: LstProvider) => good): OpenScene<LstScene> => {
  return async () => {
    const snapshot = await anvil.request('evm_snapshot')
    const [good] = openProviders(connection.client, localLst)
    return {
      provider: wrap(good!),
      account: alice,
      async earn(wei) {
        await setBalance(
          rewardPool,
          (await getBalance(connection.client, {address: rewardPool})) + wei,
        )
      },
      starve: () => setBalance(depositPool, 0n),
      gates: {
        liquidity: () => setBalance(depositPool, 10n ** 21n),
        admin: async () => {
          const manager = {address: withdrawalManager, abi: amtWithdrawalManagerAbi}
          const next = await readContract(connection.client, {
            ...{...manager, functionName: 'nextWithdrawNonce'},
          })
          const data = encodeFunctionData({
            ...{abi: manager.abi, functionName: 'unlockWithdrawal', args: [next]},
          })
          await mined({from: governance.address, to: withdrawalManager, data, gas: '0x4c4b40'})
        },
        time: async () => {
          await anvil.request('evm_increaseTime', [14 * 24 * 3600])
          await anvil.request('evm_mine')
        },
      },
      async carryOut(plan) {
        let last = null
        for (const {to, data, valueWei} of plan.calls) {
          last = await mined({
            from: plan.from,
            to,
            data,
            value: numberToHex(valueWei),
            gas: '0x4c4b40',
          })
          if (last === null) return null
        }
        return last
      },
      async paid({hash, blockNumber}) {
        const {client} = connection
        const at = (block: bigint) => getBalance(client, {address: alice, blockNumber: block})
        const [before, after, {gasUsed, effectiveGasPrice}] = await Promise.all([
          at(blockNumber - 1n),
          at(blockNumber),
          getTransactionReceipt(client, {hash}),
        ])
        return after - before + gasUsed * effectiveGasPrice
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
          if (request.kind !== 'deposit') return good.plan(from, request)
          const {totalDepositsMetisWei, supplyWei} = await good.read()
          const expectedWei = (request.amountMetisWei * supplyWei) / (totalDepositsMetisWei || 1n)
          const plan = await good.plan(from, request)
          return {...plan, quote: {...plan.quote!, expectedWei}}
        },
      })),
    },
    {
      fault: 'signs without a lower limit',
      caughtBy: 'what is signed holds the least it may give',
      open: opening((good) => ({
        ...good,
        plan: (from, request) =>
          good.plan(from, {...request, slippageBasisPoints: 10_000} as LstRequest),
      })),
    },
    {
      fault: 'is content when anything came',
      caughtBy: 'a deposit that gave less than the least is not verified',
      open: opening((good) => ({
        ...good,
        verify: (plan, mined) =>
          good.verify({...plan, quote: {...plan.quote!, minOutWei: 1n}}, mined),
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
        plan: async (from, request) =>
          good.plan(from, {...request, amountMetisWei: 1n} as LstRequest),
      })),
    },
    {
      fault: 'forgets the gate of the provider',
      caughtBy: 'every gate blocks a request until it opens, and then the claim pays to the wei',
      open: opening((good) => ({
        ...good,
        requests: async (account, at) =>
          (await good.requests(account, at)).map((request) => ({
            ...request,
            blockedBy: request.blockedBy.filter((each) => each !== 'admin'),
          })),
      })),
    },
  ],
})
