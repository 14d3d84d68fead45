/** Two chains on which every command that sends has something to do, and the homes of those who send. */
import {writeFileSync} from 'node:fs'

import {
  decodeFunctionResult,
  encodeFunctionData,
  keccak256,
  numberToHex,
  sliceHex,
  toBytes,
  zeroAddress,
  type Abi,
  type Address,
  type Hex,
} from 'viem'

import {aavePoolAbi} from '../../src/chain/abis/aave-pool.ts'
import {amtDepositPoolAbi} from '../../src/chain/abis/amt-deposit-pool.ts'
import {amtWithdrawalManagerAbi} from '../../src/chain/abis/amt-withdrawal-manager.ts'
import {eMetisMinterAbi} from '../../src/chain/abis/e-metis-minter.ts'
import {enkiDealerAbi} from '../../src/chain/abis/enki-dealer.ts'
import {enkiRedemptionQueueAbi} from '../../src/chain/abis/enki-redemption-queue.ts'
import {enkiVestingAbi} from '../../src/chain/abis/enki-vesting.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {l1StakingPoolManagerAbi} from '../../src/chain/abis/l1-staking-pool-manager.ts'
import {l2StrategyAbi} from '../../src/chain/abis/l2-strategy.ts'
import {lockingInfoAbi} from '../../src/chain/abis/locking-info.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {netswapRouterAbi} from '../../src/chain/abis/netswap-router.ts'
import {priorityPoolAbi} from '../../src/chain/abis/priority-pool.ts'
import {seMetisAbi} from '../../src/chain/abis/se-metis.ts'
import {stableQiVaultAbi} from '../../src/chain/abis/stable-qi-vault.ts'
import {wrappedSdTokenAbi} from '../../src/chain/abis/wrapped-sd-token.ts'
import {localQiDao} from '../../src/local/defi/cdp/qidao/plan.ts'
import {localAave} from '../../src/local/defi/lending/aave/plan.ts'
import {localNetswap} from '../../src/local/defi/pools/netswap/plan.ts'
import {localTokens} from '../../src/local/defi/tokens.ts'
import {localEnki} from '../../src/local/lst/enki/plan.ts'
import {lockPartsOf, localLst} from '../../src/local/lst/providers.ts'
import {localStakelink} from '../../src/local/lst/stakelink/plan.ts'
import {l2Metis} from '../../src/local/placement.ts'
import type {Network} from '../../src/protocol/network.ts'
import {saveNetwork} from '../../src/store/networks.ts'
import {forgetJournal} from './journal.ts'
import {accountOf} from './l2-chain.ts'
import {makeOperator} from './operator.ts'
import {runCli, type CliResult} from './run-cli.ts'
import {sendMined} from './send-mined.ts'
import type {TempHome} from './temp-home.ts'
import {governance, startTestChain, type TestChain} from './test-chain.ts'

export const owner = accountOf('owner').address
export const signer = accountOf('signer').address
export const heir = accountOf('heir').address
export const office = accountOf('office').address
/** An owner of a provider that is not whitelisted yet. */
export const applicants = ['first applicant', 'second applicant'].map(
  (name) => accountOf(name).address,
)

const METIS = 10n ** 18n
const LOCK = 20_000n * METIS
const DAY = 86_400
/** Longer than the delay of every provider, apart from a ticket that is made after it. */
const ALL_DELAYS = 21 * DAY

export const homeNames = ['own', 'fresh', 'office'] as const
/** `fresh`: an owner who has no sequencer yet. `office`: the owner of the network, with the roles of the providers. */
export type HomeName = (typeof homeNames)[number]

export interface SendingScene extends AsyncDisposable {
  chain: TestChain
  homes: Record<HomeName, TempHome>
  /** The document that the homes have, with the endpoints of the chains themselves. */
  network: Network
  /** A line that has to succeed. */
  run(home: HomeName, line: string): Promise<CliResult>
  /** Puts these endpoints into the document of every home. */
  reach(l1: string, l2: string): void
  /** Both chains and all homes as at the start. */
  reset(): Promise<void>
  /** A transaction on L2 by anyone, mined with success; it costs nothing. */
  act: Act
  read: Read
}

export type Act = (
  from: Address,
  to: Address,
  abi: Abi,
  fn: string,
  args: readonly unknown[],
  valueWei?: bigint,
) => Promise<void>
export type Read = (
  to: Address,
  abi: Abi,
  fn: string,
  args?: readonly unknown[],
) => Promise<unknown>

export async function startSendingScene(): Promise<SendingScene> {
  const rich = [owner, heir, office, governance.address]
  const chain = await startTestChain({l2Rich: rich, with: ['lst', 'defi']})
  const network = {...chain.network, ...(await prepareL1(chain))}
  const act = actOn(chain)
  await prepareProviders(chain, act)
  await prepareMarkets(chain, act)
  await chain.keep()
  const homes = {
    own: await makeOperator(network, {owner: 'owner', signer: 'signer'}),
    fresh: await makeOperator(network, {owner: 'heir', signer: 'heir signs'}),
    office: await makeOperator(network, {owner: 'office', signer: 'office signs'}),
  }
  writeFileSync(homes.office.path('provider.json'), JSON.stringify(providerDocument()))
  let reached: Network = network
  const save = () => {
    for (const {home} of Object.values(homes)) saveNetwork(home, reached, {replace: true})
  }
  return {
    ...{chain, homes, network, act},
    read: async (to, abi, functionName, args = []) => {
      const data = encodeFunctionData({abi, functionName, args: [...args]})
      const answer = (await chain.l2.request('eth_call', [{to, data}, 'latest'])) as Hex
      return decodeFunctionResult({abi, functionName, data: answer})
    },
    async run(home, line) {
      const result = await runCli(line.split(' '), {home: homes[home].root})
      if (result.exitCode !== 0) throw new Error(`${line}: ${result.stderr}`)
      return result
    },
    reach(l1, l2) {
      reached = {
        ...network,
        l1: {...network.l1, rpcUrls: [l1]},
        l2: {...network.l2, rpcUrls: [l2]},
      }
      save()
    },
    async reset() {
      await chain.reset()
      save()
      for (const temp of Object.values(homes)) forgetJournal(temp)
    },
    async [Symbol.asyncDispose]() {
      for (const temp of Object.values(homes)) temp[Symbol.dispose]()
      await chain[Symbol.asyncDispose]()
    },
  }
}

export function actOn({l2}: TestChain): Act {
  return async (from, to, abi, functionName, args, valueWei = 0n) => {
    const data = encodeFunctionData({abi, functionName, args: [...args]})
    const call = {from, to, data, gas: '0x4c4b40', gasPrice: '0x0', value: numberToHex(valueWei)}
    await sendMined((method, params) => l2.request(method, params), call).catch((cause) => {
      throw new Error(`${functionName} reverted.`, {cause})
    })
  }
}

/** Sequencers of the owner, of others and of two providers, with rewards; the office owns the network. */
async function prepareL1(
  chain: TestChain,
): Promise<{lstRegistry: NonNullable<Network['lstRegistry']>}> {
  const {metis, lockingPool, lockingInfo} = chain.at
  const act = (to: Address, abi: Abi, fn: string, args: readonly unknown[]) =>
    chain.act(governance.address, to, abi, fn, args)
  await chain.lock(owner, accountOf('signer'))
  for (const name of ['one', 'two']) {
    await chain.lock(accountOf(name).address, accountOf(`${name} signs`))
  }
  await chain.fund(heir)
  await chain.l1.request('anvil_setBalance', [signer, numberToHex(METIS)])
  await chain.fund(office, {whitelist: false})
  const parts = lockPartsOf(chain.at.lst!)
  const [artemis, enki] = ['artemis signs', 'enki signs'].map((name) => accountOf(name))
  for (const {holder} of [parts.artemis, parts.enki]) {
    await act(metis, erc20Abi, 'transfer', [holder, LOCK])
  }
  const pool = [parts.artemis.owner, artemis!.address, sliceHex(artemis!.publicKey, 1)]
  await act(parts.artemis.holder, l1StakingPoolManagerAbi, 'bindSequencerFor', pool)
  const agent = [0, enki!.address, LOCK, sliceHex(enki!.publicKey, 1)]
  await act(parts.enki.holder, enkiDealerAbi, 'lockFor', agent)
  const [admin, backend] = ['ADMIN_ROLE', 'BACKEND_ROLE'].map((role) => keccak256(toBytes(role)))
  await act(parts.artemis.holder, l1StakingPoolManagerAbi, 'grantRole', [admin, office])
  await act(parts.enki.holder, enkiDealerAbi, 'grantRole', [backend, office])
  for (const {address} of [accountOf('signer'), artemis!, enki!]) {
    await chain.submitRewards(address, 100n)
  }
  await act(lockingInfo, lockingInfoAbi, 'setRewardPayer', [office])
  await act(lockingPool, lockingPoolAbi, 'transferOwnership', [office])
  await act(lockingInfo, lockingInfoAbi, 'transferOwnership', [office])
  const registry = Object.entries(parts).map(([id, {owner: l1Owner, holder}]) => [
    id,
    {status: 'chosen', vote: null, l1Owners: [l1Owner], l1Holders: [holder]},
  ])
  return {lstRegistry: Object.fromEntries(registry) as NonNullable<Network['lstRegistry']>}
}

/** Tokens of each provider, requests that are claimable and others that are not, and what is vesting. */
async function prepareProviders(chain: TestChain, act: Act): Promise<void> {
  const setBalance = (at: Address, wei: bigint) =>
    chain.l2.request('anvil_setBalance', [at, numberToHex(wei)])
  const {depositPool, withdrawalManager} = localLst.artemis
  const admin = governance.address
  await act(owner, depositPool, amtDepositPoolAbi, 'deposit', [0n, ''], 60n * METIS)
  const request = (wei: bigint) =>
    act(owner, withdrawalManager, amtWithdrawalManagerAbi, 'initiateWithdrawal', [wei])
  await request(2n * METIS)
  await act(admin, withdrawalManager, amtWithdrawalManagerAbi, 'unlockWithdrawal', [1n])

  const {minter, eMetis, seMetis, redemptionQueue: queue, vesting, enki} = localEnki
  await act(owner, l2Metis, erc20Abi, 'approve', [minter, 50n * METIS])
  await act(owner, minter, eMetisMinterAbi, 'mint', [owner, 20n * METIS, true, zeroAddress])
  await act(owner, minter, eMetisMinterAbi, 'mint', [owner, 30n * METIS, false, zeroAddress])
  await act(owner, eMetis, erc20Abi, 'approve', [queue, 7n * METIS])
  const enter = (wei: bigint) =>
    act(owner, queue, enkiRedemptionQueueAbi, 'enterRedemptionQueue', [owner, wei])
  await enter(2n * METIS)
  await enter(METIS)
  await act(owner, seMetis, seMetisAbi, 'redeem', [5n * METIS, owner, owner])
  await act(admin, enki, erc20Abi, 'transfer', [owner, 100n * METIS])
  await act(owner, enki, erc20Abi, 'approve', [vesting, 10n * METIS])
  await act(owner, vesting, enkiVestingAbi, 'stake', [10n * METIS])
  await act(admin, queue, enkiRedemptionQueueAbi, 'setLpFactor', [enki, BigInt(4 * DAY)])
  await setBalance(queue, 1000n * METIS)

  await chain.l2.request('evm_increaseTime', [ALL_DELAYS])
  await chain.l2.request('evm_mine')
  await enter(4n * METIS)
  await request(METIS)
  await act(admin, withdrawalManager, amtWithdrawalManagerAbi, 'transferOwnership', [office])

  const {priorityPool, stMetis, wstMetis, strategy, transmitter} = localStakelink
  const deposit = async (from: Address, wei: bigint) => {
    await act(from, l2Metis, erc20Abi, 'approve', [priorityPool, wei])
    await act(from, priorityPool, priorityPoolAbi, 'deposit', [wei, true, ['0x']])
  }
  await deposit(owner, 20n * METIS)
  // Everything idle leaves for L1, so that a withdrawal has to wait until somebody deposits.
  const idle = BigInt(String(await chain.l2.request('eth_getBalance', [strategy, 'latest'])))
  await act(transmitter, strategy, l2StrategyAbi, 'handleOutgoingTokensToL1', [idle])
  await act(owner, stMetis, erc20Abi, 'approve', [priorityPool, 3n * METIS])
  const withdrawal = [3n * METIS, 0n, 0n, [], false, true, ['0x']]
  await act(owner, priorityPool, priorityPoolAbi, 'withdraw', withdrawal)
  await deposit(admin, 10n * METIS)
  await act(owner, stMetis, erc20Abi, 'approve', [wstMetis, 5n * METIS])
  await act(owner, wstMetis, wrappedSdTokenAbi, 'wrap', [5n * METIS])
}

/** Shares of a pool, collateral and debt, and three vaults: with a debt, empty, and one to close. */
async function prepareMarkets(chain: TestChain, act: Act): Promise<void> {
  const {router} = localNetswap
  const usdc = localTokens['m.USDC']
  const {artMetis} = chain.network.lst.artemis!
  const never = 2n ** 64n
  const path = [l2Metis, usdc]
  const swap = [0n, path, owner, never]
  await act(owner, router, netswapRouterAbi, 'swapExactMetisForTokens', swap, 20n * METIS)
  await act(owner, artMetis, erc20Abi, 'approve', [router, 20n * METIS])
  const add = [artMetis, 20n * METIS, 0n, 0n, owner, never]
  await act(owner, router, netswapRouterAbi, 'addLiquidityMetis', add, 30n * METIS)

  const {pool} = localAave
  await act(owner, l2Metis, erc20Abi, 'approve', [pool, 100n * METIS])
  await act(owner, pool, aavePoolAbi, 'supply', [l2Metis, 100n * METIS, owner, 0])
  await act(owner, pool, aavePoolAbi, 'borrow', [usdc, 100_000_000n, 2n, 0, owner])

  const {vault} = localQiDao
  await act(owner, l2Metis, erc20Abi, 'approve', [vault, 200n * METIS])
  for (const id of [1n, 2n, 3n]) {
    await act(owner, vault, stableQiVaultAbi, 'createVault', [])
    if (id === 2n) continue
    await act(owner, vault, stableQiVaultAbi, 'depositCollateral', [id, 100n * METIS])
    await act(owner, vault, stableQiVaultAbi, 'borrowToken', [id, 500n * METIS, 0n])
  }
}

function providerDocument() {
  return {
    ...{version: 1, provider: 'artemis', contracts: localLst.artemis},
    registration: {status: 'chosen', vote: null, l1Owners: applicants, l1Holders: []},
  }
}
