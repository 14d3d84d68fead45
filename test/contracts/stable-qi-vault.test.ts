import {type Abi, type Address, parseEther} from 'viem'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {marketFeedAbi} from '../../src/chain/abis/market-feed.ts'
import {marketTokenAbi} from '../../src/chain/abis/market-token.ts'
import {stableQiVaultAbi} from '../../src/chain/abis/stable-qi-vault.ts'
import {localQiDao} from '../../src/local/defi/cdp/qidao/plan.ts'
import {localFeeds, localTokens} from '../../src/local/defi/tokens.ts'
import {l2Metis} from '../../src/local/placement.ts'
import {
  afterVault,
  vaultFee,
  vaultHealth,
  vaultPercent,
  type VaultTerms,
} from '../../src/protocol/defi/cdp/qidao/vault.ts'
import {noChange} from '../../src/protocol/defi/cdp/position.ts'
import type {Anvil} from '../helpers/anvil.ts'
import {type Chain, connect} from './chain.ts'
import {startL2} from './l2-fixture.ts'
import {alice, bob, governance} from './staking.ts'

const {vault} = localQiDao
const mai = localTokens.MAI
const terms: VaultTerms = {
  price: 25n * 10n ** 8n,
  minPercent: 155n,
  openingFee: 0n,
  closingFee: 50n,
  promoter: 10_000n,
  scale: 1n,
}

describe('QiDao', () => {
  let anvil: Anvil
  let chain: Chain
  let snapshot: unknown
  beforeAll(async () => {
    anvil = (await startL2('defi')).anvil
    chain = connect(anvil.rpcUrl)
    await send(alice, 'createVault', [])
    await approve(alice, l2Metis, parseEther('900'))
    await send(alice, 'depositCollateral', [1n, parseEther('100')])
  })
  afterAll(() => anvil.stop())
  beforeEach(async () => (snapshot = await chain.request('evm_snapshot')))
  afterEach(() => chain.request('evm_revert', snapshot))

  const call = (from: Address, fn: string, args: readonly unknown[]) => ({
    ...{from, to: vault, abi: stableQiVaultAbi as Abi, fn, args},
  })
  const send = (...of: Parameters<typeof call>) => chain.send(call(...of))
  const attempt = (...of: Parameters<typeof call>) => chain.attempt(call(...of))
  const approve = (from: Address, token: Address, amount: bigint) =>
    chain.send({from, to: token, abi: erc20Abi, fn: 'approve', args: [vault, amount]})
  const read = (fn: string, args: readonly unknown[] = []) =>
    chain.read(vault, stableQiVaultAbi, fn, args) as Promise<bigint>
  const price = (value: bigint) =>
    chain.send({
      ...{from: governance.address, to: localFeeds['METIS/USD'], abi: marketFeedAbi},
      ...{fn: 'setAnswer', args: [value]},
    })
  const position = async () => ({
    id: 1n,
    collateral: await read('vaultCollateral', [1n]),
    debt: await read('vaultDebt', [1n]),
  })

  test('the minimum percentage is counted in whole percent, as our arithmetic counts it', async () => {
    // 2,500 dollars: at 1,612.9 MAI the percentage is 155.00, a little more debt makes it 154.99.
    const most = (parseEther('100') * terms.price * 100n) / (155n * 10n ** 8n)
    expect(vaultPercent({collateral: parseEther('100'), debt: most}, terms)).toBe(155n)
    expect(await attempt(alice, 'borrowToken', [1n, most, 0n])).toBe('ok')
    expect(await attempt(alice, 'borrowToken', [1n, most + parseEther('1'), 0n])).toBe(
      'Borrow would put vault below minimum collateral percentage',
    )
    await send(alice, 'borrowToken', [1n, most, 0n])
    expect(await read('checkCollateralPercentage', [1n])).toBe(155n)
    expect(await attempt(alice, 'withdrawCollateral', [1n, parseEther('1')])).toBe(
      'Withdrawal would put vault below minimum collateral percentage',
    )
  })

  test('fees are taken from the collateral and go to the front end', async () => {
    await send(governance.address, 'setOpeningFee', [100n])
    const charged = {...terms, openingFee: 100n}
    const borrow = parseEther('1000')
    const opened = afterVault(await position(), {...noChange, borrow}, charged)
    await send(alice, 'borrowToken', [1n, borrow, 0n])
    expect(await position()).toEqual(opened)
    expect(opened.collateral).toBe(parseEther('99.6'))
    await approve(alice, mai, parseEther('400'))
    const repay = parseEther('400')
    const repaid = afterVault(opened, {...noChange, repay}, charged)
    await send(alice, 'payBackToken', [1n, repay, 0n])
    expect(await position()).toEqual(repaid)
    expect(await read('vaultCollateral', [0n])).toBe(parseEther('100') - repaid.collateral)
    expect(await read('calculateFee', [50n, repay, 0n])).toBe(
      vaultFee(50n, repay, {...charged, promoter: 0n}),
    )
    expect(await attempt(alice, 'borrowToken', [1n, 1n, 1n])).toBe('Front end not added')
  })

  test('interest is simple and counts from the first change after the rate was set', async () => {
    await send(alice, 'borrowToken', [1n, parseEther('1000'), 0n])
    await send(governance.address, 'setInterestRate', [200n])
    await chain.warp(86_400)
    expect(await read('vaultDebt', [1n])).toBe(parseEther('1000'))
    await send(alice, 'updateVaultDebt', [1n])
    const start = await read('lastInterest', [1n])
    await chain.warp(365 * 86_400)
    const block = (await chain.request('eth_getBlockByNumber', 'latest', false)) as {
      timestamp: string
    }
    const seconds = BigInt(block.timestamp) - start
    expect(await read('vaultDebt', [1n])).toBe(
      parseEther('1000') + (200n * parseEther('1000') * seconds) / 31_556_952n / 10_000n,
    )
  })

  test('below the liquidation price half the debt is repaid for collateral with a bonus', async () => {
    await send(alice, 'borrowToken', [1n, parseEther('1000'), 0n])
    const {liquidationPrice} = vaultHealth(await position(), terms)
    expect(liquidationPrice).toBe(15_50000000n)
    await chain.send({
      ...{from: governance.address, to: mai, abi: marketTokenAbi as Abi},
      ...{fn: 'mint', args: [bob, parseEther('1000')]},
    })
    await approve(bob, mai, parseEther('1000'))
    await price(liquidationPrice!)
    expect(await attempt(bob, 'liquidateVault', [1n, 0n])).toBe(
      'Vault is not below minimum collateral percentage',
    )
    const fallen = liquidationPrice! - 1n
    await price(fallen)
    await send(bob, 'liquidateVault', [1n, 0n])
    const extracted = (500n * 10n ** 18n * 10n ** 8n * 1100n) / 1000n / fallen
    const fee = vaultFee(50n, parseEther('500'), {...terms, price: fallen})
    expect(await position()).toEqual({
      id: 1n,
      debt: parseEther('500'),
      collateral: parseEther('100') - extracted - fee,
    })
    const before = await chain.balance(bob)
    const sent = await chain.send({...call(bob, 'getPaid', []), abi: ownGetPaid})
    expect(await chain.balance(bob)).toBe(before + extracted - sent.gasUsed * sent.gasPrice)
  })

  test('limits of the debt, and other people’s vaults', async () => {
    expect(await attempt(alice, 'borrowToken', [1n, parseEther('9'), 0n])).toBe(
      "Vault debt can't be under minDebt",
    )
    expect(await attempt(alice, 'borrowToken', [1n, 0n, 0n])).toBe('Must borrow non-zero amount')
    expect(await attempt(alice, 'borrowToken', [1n, parseEther('300000'), 0n])).toBe(
      'borrowToken: Cannot mint over available supply.',
    )
    expect(await attempt(bob, 'borrowToken', [1n, parseEther('10'), 0n])).toBe(
      'Vault is not owned by you',
    )
    expect(await attempt(bob, 'borrowToken', [7n, parseEther('10'), 0n])).toBe(
      'Vault does not exist',
    )
    await send(alice, 'borrowToken', [1n, parseEther('100'), 0n])
    expect(await attempt(alice, 'destroyVault', [1n])).toBe('Vault has outstanding debt')
    expect(await attempt(alice, 'payBackToken', [1n, parseEther('101'), 0n])).toBe(
      'Token balance too low',
    )
    expect(await attempt(alice, 'paybackTokenAll', [1n, 1n, 0n])).toBe(
      'paybackTokenAll: deadline expired.',
    )
  })
})

/** The contract has two functions of this name. */
const ownGetPaid = stableQiVaultAbi.filter(
  (item) => item.type === 'function' && item.name === 'getPaid' && item.inputs.length === 0,
) as unknown as Abi
