import {encodeFunctionData} from 'viem'
import {getBalance, readContract} from 'viem/actions'
import {afterAll, beforeAll} from 'vitest'

import {amtWithdrawalManagerAbi} from '../../src/chain/abis/amt-withdrawal-manager.ts'
import {connectChain, type Connection} from '../../src/chain/connect.ts'
import {localEnki} from '../../src/local/lst/enki/plan.ts'
import {localLst} from '../../src/local/lst/providers.ts'
import {openProviders} from '../../src/services/lst/providers.ts'
import type {LstProvider, LstRequest} from '../../src/services/lst/provider.ts'
import {type EnkiChain, startEnki} from '../contracts/enki-fixture.ts'
import {type StakelinkChain, startStakelink, UPKEEP} from '../contracts/stakelink-fixture.ts'
import {startL2} from '../contracts/l2-fixture.ts'
import {alice, governance} from '../contracts/staking.ts'
import type {Anvil} from '../helpers/anvil.ts'
import {describeSeam, type OpenScene} from './contract.ts'
import {actionsOn} from './lst-chain.ts'
import {lstContract, type LstScene} from './lst-contract.ts'

let anvil: Anvil
let connection: Connection
let enki: EnkiChain
let enkiConnection: Connection
let staked: StakelinkChain
let stakedConnection: Connection

beforeAll(async () => {
  anvil = (await startL2()).anvil
  connection = connectChain({name: 'L2', chainId: 1088, urls: [anvil.rpcUrl]})
  enki = await startEnki()
  enkiConnection = connectChain({name: 'L2', chainId: 1088, urls: [enki.anvil.rpcUrl]})
  staked = await startStakelink()
  stakedConnection = connectChain({name: 'L2', chainId: 1088, urls: [staked.anvil.rpcUrl]})
})
afterAll(async () => {
  connection.close()
  enkiConnection.close()
  stakedConnection.close()
  await Promise.all([anvil.stop(), enki[Symbol.asyncDispose](), staked[Symbol.asyncDispose]()])
})

const {depositPool, rewardPool, withdrawalManager} = localLst.artemis

const opening = (wrap = (good: LstProvider) => good): OpenScene<LstScene> => {
  return async () => {
    const snapshot = await anvil.request('evm_snapshot')
    const [good] = openProviders(connection.client, {artemis: localLst.artemis})
    const act = actionsOn(anvil, connection.client)
    const earn = async (wei: bigint) => {
      const held = await getBalance(connection.client, {address: rewardPool})
      await act.setBalance(rewardPool, held + wei)
    }
    return {
      provider: wrap(good!),
      account: alice,
      holdsLeast: true,
      roundsBy: 0n,
      earn,
      // A token is worth much more before the deposit arrives.
      worsen: () => earn(10n ** 19n),
      starve: () => act.setBalance(depositPool, 0n),
      gates: {
        liquidity: () => act.setBalance(depositPool, 10n ** 21n),
        admin: async () => {
          const manager = {address: withdrawalManager, abi: amtWithdrawalManagerAbi}
          const next = await readContract(connection.client, {
            ...{...manager, functionName: 'nextWithdrawNonce'},
          })
          const data = encodeFunctionData({
            ...{abi: manager.abi, functionName: 'unlockWithdrawal', args: [next]},
          })
          await act.mine({from: governance.address, to: withdrawalManager, data, gas: '0x4c4b40'})
        },
        time: () => act.warp(14 * 24 * 3600),
      },
      carryOut: act.carryOut,
      paid: (mined) => act.paid(alice, mined),
      async [Symbol.asyncDispose]() {
        await anvil.request('evm_revert', [snapshot])
      },
    }
  }
}

const openingEnki: OpenScene<LstScene> = async () => {
  const snapshot = await enki.chain.request('evm_snapshot')
  const [provider] = openProviders(enkiConnection.client, {enki: localLst.enki})
  const act = actionsOn(enki.anvil, enkiConnection.client)
  const admin = governance.address
  const {redemptionQueue, rewardDispatcher} = localEnki
  const earn = async (wei: bigint) => {
    await enki.send(admin, 'eMetis', 'addMinter', [admin])
    await enki.send(admin, 'eMetis', 'minter_mint', [rewardDispatcher, wei])
    await enki.send(admin, 'dispatcher', 'dispatch')
  }
  return {
    provider: provider!,
    account: alice,
    holdsLeast: false,
    roundsBy: 0n,
    earn,
    worsen: () => earn(10n ** 19n),
    starve: () => act.setBalance(redemptionQueue, 0n),
    gates: {
      liquidity: async () => {
        await enki.send(admin, 'minter', 'depositToRedemptionQueue', [10n ** 19n])
      },
      time: () => act.warp(20 * 24 * 3600),
    },
    carryOut: act.carryOut,
    paid: (mined) => act.paid(alice, mined),
    async [Symbol.asyncDispose]() {
      await enki.chain.request('evm_revert', snapshot)
    },
  }
}

const WEEK_SECONDS = 7 * 24 * 3600

/** Nothing is paid at once, so that every withdrawal waits like those of the others. */
const openingStakelink: OpenScene<LstScene> = async () => {
  const snapshot = await staked.chain.request('evm_snapshot')
  const [provider] = openProviders(stakedConnection.client, {stakelink: localLst.stakelink})
  const act = actionsOn(staked.anvil, stakedConnection.client)
  const admin = governance.address
  await staked.send(admin, 'priority', 'setAllowInstantWithdrawals', [false])
  return {
    provider: provider!,
    account: alice,
    holdsLeast: false,
    roundsBy: 1n,
    async earn(wei) {
      await staked.gain(wei)
      await staked.share()
    },
    // The rate is always one, but others may take the room.
    worsen: async () => {
      await staked.send(admin, 'strategy', 'setMaxDeposits', [0n])
    },
    async starve() {
      const fee = await staked.wei('transmitter', 'getExecuteUpdateFee')
      const update = (value: bigint) =>
        staked.send(admin, 'transmitter', 'executeUpdate', [], value)
      // Those who wait are not to be paid on this occasion.
      await staked.send(admin, 'withdrawals', 'setMinTimeBetweenWithdrawals', [10n ** 10n])
      await update(fee)
      await staked.send(admin, 'withdrawals', 'setMinTimeBetweenWithdrawals', [86_400n])
      await staked.moveToL1()
    },
    gates: {
      time: () => act.warp(WEEK_SECONDS),
      liquidity: () => staked.bringBack(10n ** 19n),
      admin: async () => {
        await staked.send(admin, 'withdrawals', 'performUpkeep', [UPKEEP])
      },
    },
    carryOut: act.carryOut,
    paid: (mined) => act.paid(alice, mined),
    async [Symbol.asyncDispose]() {
      await staked.chain.request('evm_revert', snapshot)
    },
  }
}

describeSeam<LstScene>({
  name: 'LstProvider',
  rules: lstContract,
  implementations: {artemis: opening(), enki: openingEnki, stakelink: openingStakelink},
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
