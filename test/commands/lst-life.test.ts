/** A deposit, a reward batch on L1, a withdrawal through its gates and a claim, all by the commands and to the wei. */
import {
  encodeFunctionData,
  formatEther,
  keccak256,
  sliceHex,
  toBytes,
  type Abi,
  type Address,
  type Hex,
} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {amtWithdrawalManagerAbi} from '../../src/chain/abis/amt-withdrawal-manager.ts'
import {enkiConfigAbi} from '../../src/chain/abis/enki-config.ts'
import {enkiDealerAbi} from '../../src/chain/abis/enki-dealer.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {l1StakingPoolManagerAbi} from '../../src/chain/abis/l1-staking-pool-manager.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {localEnki} from '../../src/local/lst/enki/plan.ts'
import {lockPartsOf, localLst} from '../../src/local/lst/providers.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import {relayDeposits} from '../helpers/relay-deposits.ts'
import {runCli, type Document} from '../helpers/run-cli.ts'
import {sendMined} from '../helpers/send-mined.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {governance, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const METIS = 10n ** 18n
const LOCK = 20_000n * METIS
const owner = accountOf('owner').address
const office = accountOf('office').address
const signers = {artemis: accountOf('artemis signs'), enki: accountOf('enki signs')}

let chain: TestChain
let temp: TempHome
let backend: TempHome
const memory = {fromBlock: 0n}

beforeAll(async () => {
  chain = await startTestChain({l2Rich: [owner, office], with: ['lst']})
  const parts = lockPartsOf(chain.at.lst!)
  await chain.fund(office)
  for (const id of ['artemis', 'enki'] as const) {
    const {holder, owner: locker} = parts[id]
    await act(chain.at.metis, erc20Abi, 'transfer', [holder, LOCK])
    const {address, publicKey} = signers[id]
    if (id === 'artemis') {
      const args = [locker, address, sliceHex(publicKey, 1)]
      await act(holder, l1StakingPoolManagerAbi, 'bindSequencerFor', args)
      const role = keccak256(toBytes('ADMIN_ROLE'))
      await act(holder, l1StakingPoolManagerAbi, 'grantRole', [role, office])
    } else {
      const args = [0, address, LOCK, sliceHex(publicKey, 1)]
      await act(holder, enkiDealerAbi, 'lockFor', args)
      const role = keccak256(toBytes('BACKEND_ROLE'))
      await act(holder, enkiDealerAbi, 'grantRole', [role, office])
    }
  }
  const role = keccak256(toBytes('BACKEND_ROLE'))
  await actOnL2(localEnki.config, enkiConfigAbi, 'grantRole', [role, office])
  const lstRegistry = Object.fromEntries(
    Object.entries(parts).map(([id, {owner: l1Owner, holder}]) => [
      id,
      {
        status: 'chosen' as const,
        vote: null,
        l1Owners: [l1Owner],
        l1Holders: [holder, holder, lowered(l1Owner)],
      },
    ]),
  )
  const network = {...chain.network, lstRegistry}
  temp = await makeOperator(network, {owner: 'owner', signer: 'signer'})
  backend = await makeOperator(network, {owner: 'office', signer: 'office signs'})
})
afterAll(async () => {
  for (const home of [temp, backend]) home[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

const act = (to: Address, abi: Abi, fn: string, args: unknown[]) =>
  chain.act(governance.address, to, abi, fn, args)

async function ask(line: string, home = temp): Promise<Record<string, unknown>> {
  const {json, stderr} = await runCli([...line.split(' '), '--json'], {home: home.root})
  const document = json as Document
  expect(document.error, `${line}: ${stderr}`).toBeNull()
  return document.data as Record<string, unknown>
}

async function refused(line: string, home = temp): Promise<string> {
  const {json} = await runCli([...line.split(' '), '--json'], {home: home.root})
  return (json as Document).error?.code ?? 'none'
}

/** Registered twice, in another spelling: it backs once. */
const lowered = (address: Address) => address.toLowerCase() as Address

const wei = (value: unknown) => BigInt(String(value))

const balance = async () =>
  BigInt(String(await chain.l2.request('eth_getBalance', [owner, 'latest'])))

/** A call on L2 by the owner of its contracts. */
async function actOnL2(to: Address, abi: Abi, functionName: string, args: unknown[]) {
  const data = encodeFunctionData({abi, functionName, args})
  const call = {from: governance.address, to, data, gas: '0x4c4b40', gasPrice: '0x0'}
  await sendMined((method, params) => chain.l2.request(method, params), call)
}

async function readL1(to: Address, abi: Abi, functionName: string, args: unknown[]) {
  const data = encodeFunctionData({abi, functionName, args})
  return String(await chain.l1.request('eth_call', [{to, data}, 'latest'])) as Hex
}

/** The first word of the record is the amount. */
async function lockedBy(locker: Address): Promise<bigint> {
  const {lockingPool} = chain.at
  const id = BigInt(await readL1(lockingPool, lockingPoolAbi, 'seqOwners', [locker]))
  return BigInt(sliceHex(await readL1(lockingPool, lockingPoolAbi, 'sequencers', [id]), 0, 32))
}

const metisOf = async (account: Address) =>
  BigInt(await readL1(chain.at.metis, erc20Abi, 'balanceOf', [account]))

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

interface Position {
  heldWei: string
  owedMetisWei: string
  claimableMetisWei: string
}

async function positionOf(id: string): Promise<Position> {
  const {positions} = await ask(`lst position ${id}`)
  return (positions as Position[])[0]!
}

const blockersOf = async (id: string): Promise<string[]> => {
  const {requests} = await ask(`lst requests ${id}`)
  return (requests as {requests: {blockedBy: string[]}[]}[])[0]!.requests[0]!.blockedBy
}

const setBalance = (address: Address, value: bigint) =>
  chain.l2.request('anvil_setBalance', [address, `0x${value.toString(16)}`])
const later = async (seconds: number) => {
  await chain.l2.request('evm_increaseTime', [seconds])
  await chain.l2.request('evm_mine')
}

test('Artemis: a reward batch on L1 raises the rate by the computed amount, and a withdrawal passes its gates', async () => {
  const deposited = await ask('lst deposit artemis 100 --yes')
  const before = await rateOf('artemis')
  expect(wei(deposited['receivedWei'])).toBe(100n * METIS)

  await chain.submitRewards(signers.artemis.address, 1234n)
  const status = await ask('lst provider status artemis')
  const perBlock = wei((await ask('governance show'))['rewardPerBlockMetisWei'])
  const reward = 1234n * perBlock
  expect(status['facts']).toContainEqual(
    expect.objectContaining({id: 'rewardMetisWei', value: `${reward}`}),
  )
  await ask('lst provider claim-rewards artemis --yes', backend)
  await relayDeposits(chain, memory)
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
  await setBalance(depositPool, owed - 1n)
  expect(await blockersOf('artemis')).toEqual(['time', 'admin', 'liquidity'])
  await actOnL2(withdrawalManager, amtWithdrawalManagerAbi, 'transferOwnership', [office])
  expect(await refused('lst provider unlock-withdrawals artemis --yes', backend)).toBe(
    'NOTHING_TO_CHANGE',
  )
  await setBalance(depositPool, owed + METIS)
  expect(await blockersOf('artemis')).toEqual(['time', 'admin'])
  expect(await refused('lst claim artemis --id 0 --yes')).toBe('WITHDRAW_NOT_READY')
  await ask('lst provider unlock-withdrawals artemis --yes', backend)
  expect(await blockersOf('artemis')).toEqual(['time'])
  await later(14 * 86_400)
  expect(await blockersOf('artemis')).toEqual([])

  const liquid = await balance()
  const claimed = await ask('lst claim artemis --yes')
  const [{feeWei}] = claimed['transactions'] as [{feeWei: string}]
  expect(wei(claimed['receivedWei'])).toBe(owed)
  expect((await balance()) - liquid).toBe(owed - wei(feeWei))
  expect(await positionOf('artemis')).toMatchObject({owedMetisWei: '0', heldWei: `${held - part}`})
})

test('Enki: rewards are relocked, minted on L2 and dispatched; a redeemed share vests and waits in the queue', async () => {
  const before = await rateOf('enki')
  const deposited = await ask('lst deposit enki 50 --yes')
  const shares = wei(deposited['receivedWei'])
  expect(shares).toBe((50n * METIS * wei(before.supplyWei)) / wei(before.totalDepositsMetisWei))

  await chain.submitRewards(signers.enki.address, 777n)
  const perBlock = wei((await ask('governance show'))['rewardPerBlockMetisWei'])
  const reward = 777n * perBlock
  await ask('lst provider relock enki --yes', backend)
  await relayDeposits(chain, memory)
  await ask('lst provider claim-rewards enki --yes', backend)
  const toVault = reward - reward / 10n
  const raised = await rateOf('enki')
  expect(wei(raised.totalDepositsMetisWei)).toBe(
    wei(before.totalDepositsMetisWei) + 50n * METIS + toVault,
  )

  const assets = (shares * wei(raised.totalDepositsMetisWei)) / wei(raised.supplyWei)
  await ask('lst withdraw enki max --token seMETIS --yes')
  const vests = (assets * 300_000n) / 1_000_000n
  const {holdings} = (await positionOf('enki')) as unknown as {
    holdings: {token: string; state: string; wei: string}[]
  }
  const holding = (token: string, state: string) =>
    wei(holdings.find((each) => each.token === token && each.state === state)?.wei ?? 0n)
  expect(holding('eMETIS', 'vesting')).toBe(vests)
  expect(holding('eMETIS', 'held')).toBe(0n)
  expect((await positionOf('enki')).owedMetisWei).toBe(`${assets - vests}`)

  await setBalance(localEnki.redemptionQueue, 0n)
  expect((await blockersOf('enki')).toSorted()).toEqual(['liquidity', 'time'])
  await setBalance(localEnki.redemptionQueue, 1000n * METIS)
  expect(await blockersOf('enki')).toEqual(['time'])
  await later(20 * 86_400)
  expect(await blockersOf('enki')).toEqual([])
  const liquid = await balance()
  const claimed = await ask('lst claim enki --yes')
  const fees = (claimed['transactions'] as {feeWei: string}[]).reduce(
    (sum, {feeWei}) => sum + wei(feeWei),
    0n,
  )
  expect((await balance()) - liquid).toBe(assets - vests - fees)
})

test('METIS that a contract pulls is METIS that pays for no gas', async () => {
  const nonce = await chain.l2.request('eth_getTransactionCount', [owner, 'latest'])
  const exact = formatEther(await balance())
  expect(await refused(`lst deposit enki ${exact} --yes`)).toBe('BALANCE_LOW')
  expect(await refused(`lst deposit stakelink ${exact} --yes`)).toBe('BALANCE_LOW')
  expect(await chain.l2.request('eth_getTransactionCount', [owner, 'latest'])).toBe(nonce)
})

test('the backing is the L1 contract read with the ABI alone, plus what lies idle', async () => {
  const {backing} = await ask('lst backing')
  for (const each of backing as Record<string, unknown>[]) {
    const id = String(each['provider']) as 'artemis' | 'enki'
    const {owner: locker, holder} = lockPartsOf(chain.at.lst!)[id]
    const locked = await lockedBy(locker)
    const idle = (await metisOf(locker)) + (await metisOf(holder))
    expect(wei(each['lockedMetisWei']), id).toBe(locked)
    expect(wei(each['idleL1MetisWei']), id).toBe(idle)
    const transit = wei(each['transitMetisWei'] ?? 0n)
    expect(wei(each['assetsMetisWei']), id).toBe(
      locked + idle + transit + wei(each['idleMetisWei']),
    )
  }
})
