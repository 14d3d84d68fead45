/** stake.link by the commands, from a deposit to the claim, with its operator in between: to the wei. */
import type {Abi, Address} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {l1TransmitterAbi} from '../../src/chain/abis/l1-transmitter.ts'
import {l2StrategyAbi} from '../../src/chain/abis/l2-strategy.ts'
import {l2TransmitterAbi} from '../../src/chain/abis/l2-transmitter.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {sequencerVaultAbi} from '../../src/chain/abis/sequencer-vault.ts'
import {stakingPoolAbi} from '../../src/chain/abis/staking-pool.ts'
import {withdrawalPoolAbi} from '../../src/chain/abis/withdrawal-pool.ts'
import {wrappedSdTokenAbi} from '../../src/chain/abis/wrapped-sd-token.ts'
import {l2Addresses} from '../../src/local/l2-plan.ts'
import {localStakelink} from '../../src/local/lst/stakelink/plan.ts'
import {METIS} from '../helpers/l2-chain.ts'
import * as lst from '../helpers/lst-life.ts'
import {
  feesOf,
  holding,
  LOCK,
  office,
  owner,
  signerOf,
  wei,
  type LstLife,
} from '../helpers/lst-life.ts'

const WEEK = 7 * 86_400
/** METIS of the first depositor that stays on L2. */
const SMALL = METIS
const DEPOSIT = 6_000n * METIS
const {stMetis, wstMetis, strategy, transmitter, withdrawalPool, priorityPool} = localStakelink

let life: LstLife
let onL1: Record<'strategy' | 'transmitter' | 'vault', Address>

beforeAll(async () => {
  life = await lst.startLstLife(['artemis', 'stakelink'], true)
  onL1 = life.chain.at.lst!.stakelink
  await life.act(onL1.transmitter, l1TransmitterAbi, 'setDepositController', [office])
  await life.setBalance(owner, 10_000n * METIS)
})
afterAll(() => life[Symbol.asyncDispose]())

const ask: LstLife['ask'] = (...args) => life.ask(...args)
const byOffice = (line: string) => life.ask(line, life.backend)
const positionOf = (home?: LstLife['temp']) => lst.positionOf(life, 'stakelink', home)
const blockersOf = () => life.blockersOf('stakelink')
const onL2 = async (to: Address, abi: Abi, fn: string, args: unknown[] = []) =>
  wei(await life.read('l2', to, abi, fn, args))

interface Pool {
  staked: bigint
  shares: bigint
}
const poolNow = async (): Promise<Pool> => ({
  staked: await onL2(stMetis, stakingPoolAbi, 'totalStaked'),
  shares: await onL2(stMetis, stakingPoolAbi, 'totalShares'),
})
const sharesFor = ({staked, shares}: Pool, amount: bigint) => (amount * shares) / staked
const worth = ({staked, shares}: Pool, amount: bigint) => (amount * staked) / shares

/** Rewards are shared: 3 + 6 + 3 % of fees on L2 and 6 % for the operator, all in new shares. */
function rewarded({staked, shares}: Pool, reward: bigint): Pool & {operatorWei: bigint} {
  const operatorWei = (reward * 600n) / 10_000n
  const fees = [300n, 600n, 300n].map((each) => (reward * each) / 10_000n)
  const due = fees.reduce((sum, fee) => sum + fee, operatorWei)
  const after = staked + reward
  return {staked: after, shares: shares + (due * shares) / (after - due), operatorWei}
}

async function rewardBatch(blocks: bigint): Promise<bigint> {
  await life.chain.submitRewards(signerOf('stakelink').address, blocks)
  return blocks * wei((await ask('governance show'))['rewardPerBlockMetisWei'])
}

interface Row {
  to: string
  state: string
  paidMetisWei: string
}
/** Messages of both ways, those to L1 first. */
async function relayed(): Promise<Row[]> {
  const {messages} = await byOffice('local relay --network local')
  return (messages as Row[]).map(({to, state, paidMetisWei}) => ({to, state, paidMetisWei}))
}

/** L1 hears, what it sends arrives, and L2 hears the answer. */
async function exchange(): Promise<Row[]> {
  const rows = await relayed()
  await life.relay('deposits')
  return [...rows, ...(await relayed())]
}

const factsNow = async () => {
  const {facts} = await byOffice('lst provider status stakelink')
  return Object.fromEntries(
    (facts as {id: string; value: string}[]).map(({id, value}) => [id, value]),
  )
}

/** All METIS of its contracts on both chains, locks and rewards included, that is not on its way. */
async function allMetis(): Promise<bigint> {
  const {metis, lockingPool} = life.chain.at
  const id = await life.read('l1', lockingPool, lockingPoolAbi, 'seqOwners', [onL1.vault])
  const [locked, reward] = (await life.read('l1', lockingPool, lockingPoolAbi, 'sequencers', [
    id,
  ])) as [bigint, bigint]
  const there = [onL1.transmitter, onL1.strategy, onL1.vault].map((each) =>
    life.read('l1', metis, erc20Abi, 'balanceOf', [each]),
  )
  const here = [stMetis, priorityPool, withdrawalPool, strategy, transmitter].map((each) =>
    life.read('l2', l2Addresses.metis, erc20Abi, 'balanceOf', [each]),
  )
  const held = await Promise.all([...there, ...here])
  return held.reduce<bigint>((sum, each) => sum + wei(each), locked + reward)
}

test('a deposit goes to L1 with the weekly update, is locked there, and earns', async () => {
  expect(await allMetis()).toBe(LOCK + SMALL)
  const before = await poolNow()
  expect(before).toEqual({staked: LOCK + SMALL, shares: LOCK + SMALL})
  const liquid = await life.balance(owner)
  const deposited = await ask('lst deposit stakelink 6000 --yes')
  expect(wei(deposited['receivedWei'])).toBe(DEPOSIT)
  expect(liquid - (await life.balance(owner))).toBe(DEPOSIT + feesOf(deposited))
  expect((await positionOf()).heldWei).toBe(`${DEPOSIT}`)

  const early = await life.refusal('lst provider claim-rewards stakelink --yes', life.backend)
  expect(early).toMatchObject({
    code: 'NOTHING_TO_CHANGE',
    facts: {contractWouldSay: 'InsufficientTimeElapsed()'},
  })
  await life.later(WEEK)
  const reward = await rewardBatch(12_345n)
  expect(await factsNow()).toMatchObject({
    lockedMetisWei: `${LOCK}`,
    rewardMetisWei: `${reward}`,
    operatorRewardWei: `${(reward * 600n) / 10_000n}`,
    idleMetisWei: `${DEPOSIT + SMALL}`,
    // Of the genesis: L1 has said nothing yet.
    toL1MetisWei: `${LOCK}`,
  })
  const update = await byOffice('lst provider claim-rewards stakelink --yes')
  expect(update['differences']).toEqual([])
  expect(await factsNow()).toMatchObject({
    ...{idleMetisWei: '0', toL1MetisWei: `${LOCK + DEPOSIT + SMALL}`},
  })
  expect(await exchange()).toEqual([
    {to: 'L1', state: 'relayed', paidMetisWei: `${DEPOSIT + SMALL}`},
    {to: 'L2', state: 'under-way', paidMetisWei: '0'},
    {to: 'L1', state: 'relayed-earlier', paidMetisWei: '0'},
    {to: 'L2', state: 'relayed', paidMetisWei: '0'},
  ])
  const {operatorWei, ...after} = rewarded(
    {staked: before.staked + DEPOSIT, shares: before.shares + DEPOSIT},
    reward,
  )
  expect(await poolNow()).toEqual(after)
  expect((await positionOf()).heldWei).toBe(`${worth(after, DEPOSIT)}`)
  const {rates} = await ask('lst rates stakelink')
  expect((rates as {shareRate: string}[])[0]).toMatchObject({
    shareRate: `${worth(after, METIS)}`,
  })
  expect(await factsNow()).toMatchObject({
    ...{idleL1MetisWei: `${DEPOSIT + SMALL}`, toL1MetisWei: '0', lockedMetisWei: `${LOCK}`},
    paidToOperatorsWei: `${worth(after, sharesFor(after, operatorWei))}`,
  })

  const stranger = await life.refusal('lst provider relock stakelink --yes')
  expect(stranger).toMatchObject({
    code: 'ROLE_MISSING',
    facts: {contractWouldSay: 'SenderNotAuthorized()'},
  })
  const relock = await byOffice('lst provider relock stakelink --yes')
  expect(relock['differences']).toEqual([])
  const locked = await life.read('l1', onL1.vault, sequencerVaultAbi, 'getPrincipalDeposits')
  expect(locked).toBe(LOCK + DEPOSIT + SMALL)
  const again = await life.refusal('lst provider relock stakelink --yes', life.backend)
  expect(again.code).toBe('NOTHING_TO_CHANGE')
  expect(await allMetis()).toBe(LOCK + SMALL + DEPOSIT + reward)
  const {backing} = await ask('lst backing stakelink')
  expect((backing as object[])[0]).toMatchObject({
    lockedMetisWei: `${LOCK + DEPOSIT + SMALL}`,
    ...{idleL1MetisWei: '0', idleMetisWei: '0', transitMetisWei: '0'},
    // The token is worth the rewards of L1 already.
    ...{rewardMetisWei: `${reward}`, countsRewards: true},
    assetsMetisWei: `${LOCK + DEPOSIT + SMALL + reward}`,
    ...{liabilitiesMetisWei: `${LOCK + DEPOSIT + SMALL + reward}`, ratio: `${METIS}`},
    verdict: 'backed',
  })
})

test('the operator takes its share in stMETIS, whatever the time of the update', async () => {
  const pool = await poolNow()
  const earned = await onL2(strategy, l2StrategyAbi, 'getOperatorRewards', [office])
  const taken = await byOffice('lst provider claim-rewards stakelink --yes')
  expect(taken['differences']).toEqual([])
  expect((await positionOf(life.backend)).heldWei).toBe(`${worth(pool, sharesFor(pool, earned))}`)
  expect((await factsNow())['paidToOperatorsWei']).toBe('0')
})

test('wstMETIS keeps its amount while it earns, and is unwrapped by the withdrawal', async () => {
  const pool = await poolNow()
  const amount = 1_000n * METIS
  await life.actOnL2(stMetis, stakingPoolAbi, 'approve', [wstMetis, amount], owner)
  await life.actOnL2(wstMetis, wrappedSdTokenAbi, 'wrap', [amount], owner)
  const wrapped = sharesFor(pool, amount)
  const position = await positionOf()
  expect(holding(position, 'wstMETIS', 'held')).toBe(wrapped)
  expect(holding(position, 'stMETIS', 'held')).toBe(worth(pool, DEPOSIT - wrapped))

  const preview = await ask('lst withdraw stakelink max --token wstMETIS --dry-run')
  expect(JSON.stringify(preview)).toContain('Unwrap')
  const withdrawn = await ask('lst withdraw stakelink max --token wstMETIS --yes')
  const unwrapped = worth(pool, wrapped)
  const queued = sharesFor(pool, unwrapped)
  expect(wei(withdrawn['receivedWei'])).toBe(worth(pool, queued))
  const after = await positionOf()
  expect(holding(after, 'wstMETIS', 'held')).toBe(0n)
  expect(after).toMatchObject({openRequests: '1', owedMetisWei: `${worth(pool, queued)}`})
  // No METIS is on L2: nothing was paid at once, and nothing left the pool.
  expect(await poolNow()).toEqual(pool)
})

test('each gate is the blocker in turn, and the claim pays to the wei what was finalized', async () => {
  const before = await poolNow()
  const start = await allMetis()
  const queueNow = async () => {
    const {queues} = await ask('lst queue stakelink')
    return (queues as {owedMetisWei: string; liquidityMetisWei: string}[])[0]!
  }
  const owed = wei((await positionOf()).owedMetisWei)
  expect(await queueNow()).toMatchObject({owedMetisWei: `${owed}`, liquidityMetisWei: '0'})
  expect(await blockersOf()).toEqual(['time', 'liquidity', 'admin'])
  expect((await life.refusal('lst claim stakelink --yes')).code).toBe('NOTHING_CLAIMABLE')
  expect((await life.refusal('lst claim stakelink --id 1 --yes')).code).toBe('WITHDRAW_NOT_READY')

  // A sequencer can be withdrawn from once for a reward batch, here one of another provider.
  await life.chain.submitRewards(signerOf('artemis').address, 1n)
  await life.later(WEEK)
  expect(await blockersOf()).toEqual(['liquidity', 'admin'])
  expect((await life.refusal('lst claim stakelink --id 1 --yes')).code).toBe('LIQUIDITY_LOW')
  const early = await life.refusal('lst provider unlock-withdrawals stakelink --yes', life.backend)
  expect(early.code).toBe('NOTHING_TO_CHANGE')
  await byOffice('lst provider claim-rewards stakelink --yes')
  const rows = await exchange()
  expect(rows[1]).toEqual({to: 'L1', state: 'relayed', paidMetisWei: '0'})
  const vault = await life.read('l1', onL1.vault, sequencerVaultAbi, 'getPrincipalDeposits')
  expect(vault).toBe(LOCK + DEPOSIT + SMALL - owed)
  expect(await factsNow()).toMatchObject({fromL1MetisWei: `${owed}`, arrivedMetisWei: `${owed}`})
  expect(await blockersOf()).toEqual(['liquidity', 'admin'])
  await life.actOnL2(transmitter, l2TransmitterAbi, 'depositTokensFromL1', [], owner)
  expect(await queueNow()).toMatchObject({owedMetisWei: `${owed}`, liquidityMetisWei: `${owed}`})
  expect(await blockersOf()).toEqual(['admin'])
  expect((await life.refusal('lst claim stakelink --id 1 --yes')).code).toBe(
    'WITHDRAW_NOT_UNLOCKED',
  )
  const [{sharesRemaining}] = (await life.read(
    'l2',
    withdrawalPool,
    withdrawalPoolAbi,
    'getWithdrawals',
    [[1n]],
  )) as [{sharesRemaining: bigint}]
  const unlock = await byOffice('lst provider unlock-withdrawals stakelink --yes')
  expect(unlock['differences']).toEqual([])
  expect(await blockersOf()).toEqual([])

  // The METIS left the pool first, and the price after it is that of the batch.
  const pool = {
    staked: before.staked - owed,
    shares: before.shares - sharesFor(before, owed),
  }
  expect(await poolNow()).toEqual(pool)
  const finalized = sharesFor(pool, owed)
  expect(sharesRemaining - finalized).toBeLessThan(100n)
  const paid =
    finalized === sharesRemaining
      ? (sharesRemaining * worth(pool, METIS)) / METIS
      : worth(pool, finalized)
  expect(await positionOf()).toMatchObject({
    ...{owedMetisWei: `${paid}`, claimableMetisWei: `${paid}`},
  })
  const liquid = await life.balance(owner)
  const claimed = await ask('lst claim stakelink --yes')
  expect(wei(claimed['receivedWei'])).toBe(paid)
  expect((await life.balance(owner)) - liquid).toBe(paid - feesOf(claimed))
  expect(await positionOf()).toMatchObject({openRequests: '0', owedMetisWei: '0'})
  expect(await allMetis()).toBe(start - paid)
  // Divisions round in favour of the pool, by less than a wei for a METIS.
  const left = wei(
    await life.read('l2', l2Addresses.metis, erc20Abi, 'balanceOf', [withdrawalPool]),
  )
  expect(left).toBe(owed - paid)
  expect(left).toBeLessThan(2_000n)
})
