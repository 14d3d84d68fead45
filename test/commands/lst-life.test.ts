/** A deposit, a reward batch on L1, a withdrawal through its gates and a claim, all by the commands and to the wei. */
import {formatEther, keccak256, toBytes} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {amtWithdrawalManagerAbi} from '../../src/chain/abis/amt-withdrawal-manager.ts'
import {enkiConfigAbi} from '../../src/chain/abis/enki-config.ts'
import {enkiDealerAbi} from '../../src/chain/abis/enki-dealer.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {l1StakingPoolManagerAbi} from '../../src/chain/abis/l1-staking-pool-manager.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {localEnki} from '../../src/local/lst/enki/plan.ts'
import {lockPartsOf, localLst} from '../../src/local/lst/providers.ts'
import {METIS} from '../helpers/l2-chain.ts'
import * as lst from '../helpers/lst-life.ts'
import {feesOf, holding, office, owner, signerOf, wei, type LstLife} from '../helpers/lst-life.ts'

let life: LstLife

beforeAll(async () => {
  life = await lst.startLstLife(['artemis', 'enki'])
  const {enki, artemis} = lockPartsOf(life.chain.at.lst!)
  const admin = keccak256(toBytes('ADMIN_ROLE'))
  await life.act(artemis.holder, l1StakingPoolManagerAbi, 'grantRole', [admin, office])
  const backendRole = keccak256(toBytes('BACKEND_ROLE'))
  await life.act(enki.holder, enkiDealerAbi, 'grantRole', [backendRole, office])
  await life.actOnL2(localEnki.config, enkiConfigAbi, 'grantRole', [backendRole, office])
})
afterAll(() => life[Symbol.asyncDispose]())

const ask: LstLife['ask'] = (...args) => life.ask(...args)
const refused = async (...args: Parameters<LstLife['refusal']>) =>
  (await life.refusal(...args)).code
const positionOf = (id: 'artemis' | 'enki') => lst.positionOf(life, id)
const blockersOf: LstLife['blockersOf'] = (id) => life.blockersOf(id)

interface Rate {
  totalDepositsMetisWei: string
  supplyWei: string
  pendingRewardMetisWei: string
  rate: string
}

async function rateOf(id: string): Promise<Rate> {
  const {rates} = await ask(`lst rates ${id}`)
  return (rates as Rate[])[0]!
}

test('Artemis: a reward batch on L1 raises the rate by the computed amount, and a withdrawal passes its gates', async () => {
  const deposited = await ask('lst deposit artemis 100 --yes')
  const before = await rateOf('artemis')
  expect(wei(deposited['receivedWei'])).toBe(100n * METIS)

  await life.chain.submitRewards(signerOf('artemis').address, 1234n)
  const status = await ask('lst provider status artemis')
  const perBlock = wei((await ask('governance show'))['rewardPerBlockMetisWei'])
  const reward = 1234n * perBlock
  expect(status['facts']).toContainEqual(
    expect.objectContaining({id: 'rewardMetisWei', value: `${reward}`}),
  )
  await ask('lst provider claim-rewards artemis --yes', life.backend)
  await life.relay()
  expect((await rateOf('artemis')).pendingRewardMetisWei).toBe(`${reward}`)

  // The withdrawal harvests first, so the reward is in what it owes.
  const held = wei((await positionOf('artemis')).heldWei)
  const total = wei(before.totalDepositsMetisWei) + reward
  const supply = wei(before.supplyWei)
  const withdrawn = await ask('lst withdraw artemis 40% --yes')
  const part = (held * 4000n) / 10_000n
  const owed = (part * METIS) / ((METIS * supply) / total)
  expect(wei(withdrawn['receivedWei'])).toBe(owed)
  const after = await rateOf('artemis')
  expect(wei(after.totalDepositsMetisWei)).toBe(total - owed)
  expect(wei(after.supplyWei)).toBe(supply - part)
  expect(wei(after.rate)).toBeGreaterThan(wei(before.rate))

  const {depositPool, withdrawalManager} = localLst.artemis
  await life.setBalance(depositPool, owed - 1n)
  expect(await blockersOf('artemis')).toEqual(['time', 'admin', 'liquidity'])
  await life.actOnL2(withdrawalManager, amtWithdrawalManagerAbi, 'transferOwnership', [office])
  expect(await refused('lst provider unlock-withdrawals artemis --yes', life.backend)).toBe(
    'NOTHING_TO_CHANGE',
  )
  await life.setBalance(depositPool, owed + METIS)
  expect(await blockersOf('artemis')).toEqual(['time', 'admin'])
  expect(await refused('lst claim artemis --id 0 --yes')).toBe('WITHDRAW_NOT_READY')
  await ask('lst provider unlock-withdrawals artemis --yes', life.backend)
  expect(await blockersOf('artemis')).toEqual(['time'])
  await life.later(14 * 86_400)
  expect(await blockersOf('artemis')).toEqual([])

  const liquid = await life.balance(owner)
  const claimed = await ask('lst claim artemis --yes')
  expect(wei(claimed['receivedWei'])).toBe(owed)
  expect((await life.balance(owner)) - liquid).toBe(owed - feesOf(claimed))
  expect(await positionOf('artemis')).toMatchObject({owedMetisWei: '0', heldWei: `${held - part}`})
})

test('Artemis: a claim by position that died is not made again for the request that moved up', async () => {
  for (let index = 0; index < 2; index++) await ask('lst withdraw artemis 3 --yes')
  await life.setBalance(localLst.artemis.depositPool, 100n * METIS)
  await ask('lst provider unlock-withdrawals artemis --yes', life.backend)
  await life.later(14 * 86_400)
  await using died = await lst.diesAfterFirst(life, 'lst claim artemis --id 0')
  expect((await positionOf('artemis')).openRequests).toBe('1')
  const again = await life.refusal('lst claim artemis --id 0 --yes', died.home)
  expect(again.code).toBe('DONE_EARLIER')
  expect((await positionOf('artemis')).openRequests).toBe('1')
  // Whoever names none gets the rest.
  await life.ask('lst claim artemis --yes', died.home)
  expect((await positionOf('artemis')).openRequests).toBe('0')
})

test('Enki: rewards are relocked, minted on L2 and dispatched; a redeemed share vests and waits in the queue', async () => {
  const before = await rateOf('enki')
  const deposited = await ask('lst deposit enki 50 --yes')
  const shares = wei(deposited['receivedWei'])
  expect(shares).toBe((50n * METIS * wei(before.supplyWei)) / wei(before.totalDepositsMetisWei))

  await life.chain.submitRewards(signerOf('enki').address, 777n)
  const perBlock = wei((await ask('governance show'))['rewardPerBlockMetisWei'])
  const reward = 777n * perBlock
  expect(await refused('lst provider unlock-withdrawals enki --yes', life.backend)).toBe(
    'LST_CANNOT',
  )
  await ask('lst provider relock enki --yes', life.backend)
  await life.relay()
  await ask('lst provider claim-rewards enki --yes', life.backend)
  const toVault = reward - reward / 10n
  const raised = await rateOf('enki')
  expect(wei(raised.totalDepositsMetisWei)).toBe(
    wei(before.totalDepositsMetisWei) + 50n * METIS + toVault,
  )

  const again = await ask('lst provider claim-rewards enki --dry-run', life.backend)
  expect(JSON.stringify(again)).toContain('split again')

  const assets = (shares * wei(raised.totalDepositsMetisWei)) / wei(raised.supplyWei)
  await ask('lst withdraw enki max --token seMETIS --yes')
  const vests = (assets * 300_000n) / 1_000_000n
  const position = await positionOf('enki')
  expect(holding(position, 'eMETIS', 'vesting')).toBe(vests)
  expect(holding(position, 'eMETIS', 'held')).toBe(0n)
  expect(position.owedMetisWei).toBe(`${assets - vests}`)

  await life.setBalance(localEnki.redemptionQueue, 0n)
  expect((await blockersOf('enki')).toSorted()).toEqual(['liquidity', 'time'])
  await life.setBalance(localEnki.redemptionQueue, 1000n * METIS)
  expect(await blockersOf('enki')).toEqual(['time'])
  await life.later(20 * 86_400)
  expect(await blockersOf('enki')).toEqual([])
  const liquid = await life.balance(owner)
  const claimed = await ask('lst claim enki --yes')
  expect((await life.balance(owner)) - liquid).toBe(assets - vests - feesOf(claimed))
})

test('METIS that a contract pulls is METIS that pays for no gas', async () => {
  const nonceOf = () => life.chain.l2.request('eth_getTransactionCount', [owner, 'latest'])
  const nonce = await nonceOf()
  const exact = formatEther(await life.balance(owner))
  expect(await refused(`lst deposit enki ${exact} --yes`)).toBe('BALANCE_LOW')
  expect(await refused(`lst deposit stakelink ${exact} --yes`)).toBe('BALANCE_LOW')
  expect(await nonceOf()).toBe(nonce)
})

test('the backing is the L1 contract read with the ABI alone, plus what lies idle', async () => {
  const {backing} = await ask('lst backing')
  for (const each of backing as Record<string, unknown>[]) {
    const id = String(each['provider']) as 'artemis' | 'enki'
    const {owner: locker, holder} = lockPartsOf(life.chain.at.lst!)[id]
    const {lockingPool, metis} = life.chain.at
    const sequencer = await life.read('l1', lockingPool, lockingPoolAbi, 'seqOwners', [locker])
    const record = await life.read('l1', lockingPool, lockingPoolAbi, 'sequencers', [sequencer])
    // The first word of the record is the amount.
    const [locked] = record as [bigint]
    const metisOf = async (account: string) =>
      wei(await life.read('l1', metis, erc20Abi, 'balanceOf', [account]))
    const idle = (await metisOf(locker)) + (await metisOf(holder))
    expect(wei(each['lockedMetisWei']), id).toBe(locked)
    expect(wei(each['idleL1MetisWei']), id).toBe(idle)
    const transit = wei(each['transitMetisWei'] ?? 0n)
    expect(wei(each['assetsMetisWei']), id).toBe(
      locked + idle + transit + wei(each['idleMetisWei']),
    )
  }
})
