import {parseEther} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {attributesAbi} from '../../src/chain/abis/attributes.ts'
import {chestManagerAbi} from '../../src/chain/abis/chest-manager.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {stableQiVaultAbi} from '../../src/chain/abis/stable-qi-vault.ts'
import {localQiDao} from '../../src/local/defi/cdp/qidao/plan.ts'
import {localStablis} from '../../src/local/defi/cdp/stablis/plan.ts'
import {localTokens} from '../../src/local/defi/tokens.ts'
import {withInterest} from '../../src/protocol/defi/interest.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {marketScene, type MarketScene} from '../helpers/markets.ts'
import {makeOperator} from '../helpers/operator.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {governance, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner').address
const other = accountOf('other').address
const {vault} = localQiDao
const mai = localTokens.MAI
const {usds, attributes, manager} = localStablis
/** 10 % a year. */
const RATE = 1000n
const RATE_E18 = 10n ** 17n

let chain: TestChain
let temp: TempHome
let scene: MarketScene
beforeAll(async () => {
  chain = await startTestChain({l2Rich: [owner, other], with: ['defi']})
  temp = await makeOperator(chain.network, {owner: 'owner', signer: 'signer'})
  scene = marketScene(chain, temp)
  await scene.act(governance.address, vault, stableQiVaultAbi, 'setInterestRate', [RATE])
  await scene.ask('cdp open 100 900 --yes')
  await scene.ask('cdp open 100 900 --yes')
  // MAI is lent, not minted: another borrower hands some on.
  const metis = chain.network.l2.contracts.metis
  const collateral = parseEther('400')
  await scene.act(other, vault, stableQiVaultAbi, 'createVault', [])
  await scene.act(other, metis, erc20Abi, 'approve', [vault, collateral])
  await scene.act(other, vault, stableQiVaultAbi, 'depositCollateral', [2n, collateral])
  await scene.act(other, vault, stableQiVaultAbi, 'borrowToken', [2n, parseEther('5000'), 0n])
  await later(30)
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

const debt = (id: bigint) =>
  scene.read(vault, stableQiVaultAbi, 'vaultDebt', [id]) as Promise<bigint>
const nonce = () => chain.l2.request('eth_getTransactionCount', [owner, 'latest'])
const allowance = () => scene.read(mai, erc20Abi, 'allowance', [owner, vault]) as Promise<bigint>
async function later(days: number): Promise<void> {
  await chain.l2.request('evm_increaseTime', [days * 86_400])
  await chain.l2.request('evm_mine')
}

test('limits: a loan within the debt of a vault, and a repayment that leaves enough by itself', async () => {
  const before = await nonce()
  const much = await scene.ask('cdp adjust 1 --borrow 500000 --yes --override ratio-floor')
  expect(much.error).toMatchObject({
    code: 'DEBT_OUT_OF_RANGE',
    facts: {condition: 'debt-in-range', contractWouldSay: 'borrowToken: max loan cap reached.'},
  })
  // 5 would be left between the calls: the second one, which borrows again, comes too late.
  const low = await scene.ask('cdp adjust 1 --repay 902 --borrow 500 --yes')
  expect(low.error).toMatchObject({
    code: 'DEBT_OUT_OF_RANGE',
    facts: {
      condition: 'repay-leaves-minimum',
      contractWouldSay: "Vault debt can't be under minDebt",
    },
  })
  expect(low.error!.hints).toContain('Repay less, or everything with `metis-seq cdp close 1`.')
  expect(await nonce()).toBe(before)
})

test('the amount owed now is too little to close: refused before anything is sent', async () => {
  const owed = await debt(1n)
  expect(owed).toBeGreaterThan(parseEther('907'))
  const held = await scene.held(mai, owner)
  await scene.act(other, mai, erc20Abi, 'transfer', [owner, owed + 10n ** 15n - held])
  const before = await nonce()
  for (const line of ['cdp close 1 --yes', 'cdp adjust 1 --repay max --yes']) {
    expect((await scene.ask(line)).error, line).toMatchObject({
      code: 'TOKEN_BALANCE_LOW',
      message: expect.stringContaining('and a day of interest') as string,
      facts: {contractWouldSay: 'Token balance too low'},
    })
  }
  expect(await nonce()).toBe(before)
})

test('repay max ends with no debt at all, and approves a day of interest at most', async () => {
  await scene.act(other, mai, erc20Abi, 'transfer', [owner, parseEther('1000')])
  const owed = await debt(1n)
  const {data, error} = await scene.ask('cdp adjust 1 --repay max --borrow 200 --yes')
  expect(error).toBeNull()
  expect((data['calls'] as {function: string}[]).map((call) => call.function)).toEqual([
    'approve',
    'paybackTokenAll',
    'borrowToken',
  ])
  const left = (await debt(1n)) - parseEther('200')
  // Seconds of interest at most.
  expect(left).toBeLessThan(parseEther('0.0001'))
  const approved = await allowance()
  expect(approved).toBeLessThanOrEqual(withInterest(owed, RATE_E18) - owed)
  const all = await scene.ask('cdp adjust 1 --repay max --yes')
  expect(all.error).toBeNull()
  expect(await debt(1n)).toBe(0n)
})

test('close repays the interest until the block', async () => {
  await scene.ask('cdp adjust 1 --borrow 300 --yes')
  await later(10)
  const closed = await scene.ask('cdp close 1 --yes')
  expect(closed.error).toBeNull()
  expect(closed.data).toMatchObject({isClosed: true})
  expect(await scene.read(vault, stableQiVaultAbi, 'exists', [1n])).toBe(false)
})

test('a chest with interest: closed with a margin, refused in the words of the contract', async () => {
  await scene.ask('pool swap 200 METIS artMETIS --yes')
  await scene.act(governance.address, attributes, attributesAbi, 'setInterestRateInBPS', [
    chain.network.lst.artemis!.artMetis,
    RATE,
  ])
  const none = await scene.ask('cdp close 0 --market stablis --yes')
  expect(none.error).toMatchObject({
    code: 'VAULT_UNKNOWN',
    facts: {contractWouldSay: 'BorrowerOps: Chest does not exist or is closed'},
  })
  await scene.ask('cdp open 100 1000 --market stablis --yes')
  await later(30)
  const owed = async () => {
    const [all] = (await scene.read(manager, chestManagerAbi, 'getEntireDebtAndColl', [
      chain.network.lst.artemis!.artMetis,
      owner,
    ])) as bigint[]
    return all! - parseEther('10')
  }
  const now = await owed()
  expect(now).toBeGreaterThan(parseEther('1012'))
  const held = await scene.held(usds, owner)
  await scene.act(governance.address, usds, erc20Abi, 'transfer', [owner, now + 10n ** 15n - held])
  const short = await scene.ask('cdp close 0 --market stablis --yes')
  expect(short.error).toMatchObject({
    code: 'TOKEN_BALANCE_LOW',
    facts: {
      contractWouldSay: 'BorrowerOps: Caller doesnt have enough USDS to make repayment',
    },
  })
  const over = await scene.ask('cdp adjust 0 --repay max --market stablis --yes')
  expect(over.error).toMatchObject({code: 'DEBT_OUT_OF_RANGE'})
  expect(over.error!.hints).toContain(
    'Repay less, or everything with `metis-seq cdp close 0 --market stablis`.',
  )
  await scene.act(governance.address, usds, erc20Abi, 'transfer', [owner, parseEther('1')])
  const closed = await scene.ask('cdp close 0 --market stablis --yes')
  expect(closed.error).toBeNull()
  expect(await owed()).toBe(-parseEther('10'))
})
