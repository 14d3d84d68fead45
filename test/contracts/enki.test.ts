import {type Address, type Hex, keccak256, parseEther, toBytes, zeroAddress} from 'viem'
import {describe, expect, test} from 'vitest'

import {localEnki} from '../../src/local/lst/enki/plan.ts'
import {enkiAssets, enkiShares, enkiSplit} from '../../src/protocol/lst/enki/vault.ts'
import {receiptOf} from './chain.ts'
import {admin, type EnkiPart, noRole, usingEnki} from './enki-fixture.ts'
import {alice, bob, carol, stranger} from './staking.ts'

const one = parseEther('1')
const DAY = 24n * 3600n
const beta = keccak256(toBytes('BETA_USER_ROLE'))
const {minter, seMetis, vesting, redemptionQueue, rewardDispatcher} = localEnki

describe('Enki', () => {
  const enki = usingEnki()

  describe('places and seeds', () => {
    test('the vault leads to everything, and what it leads to points back', async () => {
      expect(await enki().read('seMetis', 'config')).toBe(localEnki.config)
      const named: [string, Address][] = [
        ['eMetis', localEnki.eMetis],
        ['eMetisMinter', minter],
        ['seMetis', seMetis],
        ['vesting', vesting],
        ['redemptionQueue', redemptionQueue],
        ['rewardDispatcher', rewardDispatcher],
        ['enki', localEnki.enki],
        ['metis', '0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0000'],
        ['bridge', '0x4200000000000000000000000000000000000010'],
        ['l1Dealer', '0x00000000000000000000000000000000000000A2'],
        ['protocolTreasury', admin],
      ]
      for (const [name, at] of named)
        expect([name, await enki().read('config', name)]).toEqual([name, at])
      expect(await enki().read('minter', 'eMetis')).toBe(localEnki.eMetis)
      expect(await enki().read('queue', 'EMETIS')).toBe(localEnki.eMetis)
      expect(await enki().read('minter', 'crossDomainMessenger')).toBe(
        '0x4200000000000000000000000000000000000007',
      )
      const key = BigInt(keccak256(toBytes('vestingRatio')))
      expect(await enki().read('config', 'configMap', [key])).toBe(300_000n)
    })

    test('its numbers are the documented ones; only the admin changes them, within 100 %', async () => {
      const numbers: [string, unknown][] = [
        ['isPaused', false],
        ['isPublic', true],
        ['protocolTreasuryRatio', 100_000],
        ['vestingRatio', 300_000],
        ['vestingDuration', 90n * DAY],
        ['redemptionFee', 0n],
        ['earlyExitFee', 0n],
        ['queueLengthSecs', 20n * DAY],
        ['minQueueLengthSecs', 8n * DAY],
      ]
      for (const [name, value] of numbers) {
        expect([name, await enki().read('config', name)]).toEqual([name, value])
      }
      expect(await enki().why(alice, 'config', 'setValue', ['redemptionFee', 1n])).toBe(
        `AccessControl: account ${alice.toLowerCase()} is missing role 0x${'0'.repeat(64)}`,
      )
      expect(await enki().why(admin, 'config', 'setValue', ['redemptionFee', 1_000_001n])).toBe(
        'Config: above 100 %',
      )
      expect(await enki().why(admin, 'config', 'setValue', ['redemptionFee', 1_000_000n])).toBe(
        'ok',
      )
    })

    test('the deployer made the first deposit of 1 METIS and cannot take it out', async () => {
      expect(await enki().read('seMetis', 'deployer')).toBe(admin)
      expect(await enki().held('seMetis', admin)).toBe(one)
      expect(await enki().read('seMetis', 'totalAssets')).toBe(one)
      expect(await enki().held('metis', minter)).toBe(one)
      expect(await enki().read('eMetis', 'totalSupply')).toBe(one)
      const keep = 'SeMetis: deployer should keep the initial deposit amount'
      expect(await enki().why(admin, 'seMetis', 'transfer', [bob, 1n])).toBe(keep)
      expect(await enki().why(admin, 'seMetis', 'redeem', [10n, admin, admin])).toBe(keep)
      await enki().mint(alice, 2n * one, true, admin)
      expect(await enki().why(admin, 'seMetis', 'redeem', [2n * one, admin, admin])).toBe('ok')
      expect(await enki().why(admin, 'seMetis', 'transfer', [bob, 1n])).toBe(keep)
    })
  })

  describe('the minter', () => {
    test('mints 1:1 to anyone, and an inviter counts only with an NFT', async () => {
      const before = await enki().held('metis', alice)
      const events = await enki().send(alice, 'minter', 'mint', [bob, 7n * one, false, carol])
      expect(events.at(-1)).toEqual({
        name: 'Minted',
        args: {account: bob, amount: 7n * one, deposit: false, inviter: zeroAddress},
      })
      expect(await enki().held('eMetis', bob)).toBe(7n * one)
      expect(before - (await enki().held('metis', alice))).toBe(7n * one)
      expect(await enki().why(alice, 'minter', 'mint', [bob, 0n, false, zeroAddress])).toBe(
        'EMetisMinter: amount is zero',
      )
      expect(await enki().why(stranger, 'minter', 'mint', [bob, 1n, false, zeroAddress])).toBe(
        'ERC20: transfer amount exceeds allowance',
      )
    })

    test('the inner steps are not for people', async () => {
      expect(await enki().why(alice, 'eMetis', 'minter_mint', [alice, 1n])).toBe('Only minters')
      expect(await enki().why(alice, 'eMetis', 'minter_burn_from', [bob, 1n])).toBe('Only minters')
      expect(await enki().why(alice, 'seMetis', 'addAssets', [1n])).toBe('internal only')
      expect(await enki().why(alice, 'seMetis', 'depositFromEMetisMinter', [1n, alice])).toBe(
        'internal only',
      )
      expect(await enki().why(alice, 'vesting', 'deposit', [alice, 1n])).toBe('internal only')
      expect(await enki().why(alice, 'minter', 'redeemToTreasury', [1n])).toBe('internal only')
      const backend = noRole(alice, 'BACKEND_ROLE')
      expect(await enki().why(alice, 'dispatcher', 'dispatch')).toBe(backend)
      expect(await enki().why(alice, 'dispatcher', 'withdrawTreasury', [1n, false])).toBe(backend)
      expect(await enki().why(alice, 'minter', 'depositToL1Dealer', [1n])).toBe(backend)
      expect(await enki().why(alice, 'minter', 'depositToRedemptionQueue', [1n])).toBe(backend)
      expect(await enki().why(alice, 'queue', 'setLpFactor', [bob, 1n])).toBe(backend)
      const operator = 'onlyOperatorOrTimeLock: caller does not have the operator or timelock role'
      expect(await enki().why(alice, 'queue', 'collectRedemptionFees', [1n])).toBe(operator)
      expect(await enki().why(alice, 'minter', 'recoverErc20', [localEnki.enki, 1n])).toBe(operator)
      expect(await enki().why(admin, 'minter', 'recoverErc20', [localEnki.enki, 0n])).toBe('ok')
      const {to} = {to: '0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0000' as const}
      expect(await enki().why(admin, 'minter', 'recoverErc20', [to, 1n])).toBe(
        'recoverErc20: cannot recover hold token',
      )
    })

    test('the backend sends METIS to L1, with the price of the bridge as value', async () => {
      await enki().mint(alice, 10n * one)
      const cost = 1_000_000_000_000_000n
      const events = await enki().send(admin, 'minter', 'depositToL1Dealer', [4n * one], cost)
      expect(events).toMatchObject([
        {
          name: 'WithdrawalInitiated',
          args: {
            _from: minter,
            _to: '0x00000000000000000000000000000000000000A2',
            _amount: 4n * one,
          },
        },
        {name: 'DepositToL1Dealer', args: {amount: 4n * one}},
      ])
      expect(await enki().held('metis', minter)).toBe(7n * one)
    })

    test('takes native METIS from the bridge and from nobody else', async () => {
      const pay = async (from: Address) => {
        const call = {from, to: minter, value: '0x1', gas: '0x30d40', gasPrice: '0x0'}
        const hash = (await enki().chain.request('eth_sendTransaction', call)) as Hex
        return (await receiptOf(enki().chain, hash)).status
      }
      expect(await pay(alice)).toBe('0x0')
      expect(await pay('0x4200000000000000000000000000000000000010')).toBe('0x1')
    })
  })

  describe('the vault', () => {
    test('deposits and redeems at the stored total, whatever is sent to it', async () => {
      await enki().mint(alice, 100n * one)
      await enki().send(alice, 'eMetis', 'transfer', [seMetis, 5n * one])
      expect(await enki().read('seMetis', 'totalAssets')).toBe(one)
      await enki().earn(parseEther('0.777'))
      await enki().send(admin, 'dispatcher', 'dispatch')
      const vault = {totalAssetsWei: one + (parseEther('0.777') * 9n) / 10n, supplyWei: one}
      const shares = enkiShares(vault, 10n * one)
      expect(await enki().read('seMetis', 'previewDeposit', [10n * one])).toBe(shares)
      await enki().send(alice, 'seMetis', 'deposit', [10n * one, bob])
      expect(await enki().held('seMetis', bob)).toBe(shares)

      const after = {totalAssetsWei: vault.totalAssetsWei + 10n * one, supplyWei: one + shares}
      const assets = enkiAssets(after, shares - 3n)
      const {liquidWei, vestsWei} = enkiSplit(assets, 300_000n)
      const events = await enki().send(bob, 'seMetis', 'redeem', [shares - 3n, carol, bob])
      expect(events.find(({name}) => name === 'Vested')?.args).toEqual({
        user: carol,
        amount: vestsWei,
      })
      expect(events.at(-1)).toEqual({
        name: 'Withdraw',
        args: {sender: bob, receiver: carol, owner: bob, assets, shares: shares - 3n},
      })
      expect(await enki().held('eMetis', carol)).toBe(liquidWei)
      expect(await enki().held('eMetis', vesting)).toBe(vestsWei)
      expect(await enki().read('seMetis', 'totalAssets')).toBe(after.totalAssetsWei - assets)
    })

    test('a redeem whose vested part rounds to zero is refused', async () => {
      await enki().mint(alice, one, true)
      expect(await enki().why(alice, 'seMetis', 'redeem', [3n, alice, alice])).toBe(
        'Vesting: amount is zero',
      )
      expect(await enki().why(alice, 'seMetis', 'redeem', [4n, alice, alice])).toBe('ok')
    })

    test('is gated both ways; the queue, the minter and vested claims are not', async () => {
      await enki().mint(alice, 10n * one)
      await enki().mint(alice, 10n * one, true)
      await enki().send(alice, 'seMetis', 'redeem', [one, alice, alice])
      await enki().send(alice, 'vesting', 'stake', [one])
      await enki().set('isPublic', 0n)
      const refused = noRole(alice, 'BETA_USER_ROLE')
      const gated: [EnkiPart, string, unknown[]][] = [
        ['seMetis', 'deposit', [one, alice]],
        ['seMetis', 'redeem', [one, alice, alice]],
        ['seMetis', 'withdraw', [one, alice, alice]],
        ['minter', 'mint', [alice, one, true, zeroAddress]],
        ['vesting', 'stake', [1n]],
        ['vesting', 'unstake', []],
      ]
      const open: [EnkiPart, string, unknown[]][] = [
        ['minter', 'mint', [alice, one, false, zeroAddress]],
        ['vesting', 'claim', []],
        ['queue', 'enterRedemptionQueue', [alice, one]],
      ]
      for (const [part, fn, args] of gated) {
        expect([fn, await enki().why(alice, part, fn, args)]).toEqual([fn, refused])
      }
      for (const [part, fn, args] of open) {
        expect([fn, await enki().why(alice, part, fn, args)]).toEqual([fn, 'ok'])
      }
      await enki().send(admin, 'config', 'grantRole', [beta, alice])
      expect(await enki().why(alice, 'vesting', 'stake', [1n])).toBe('ok')
      await enki().set('isPublic', 1n)
      await enki().set('isPaused', 1n)
      for (const [part, fn, args] of gated) {
        expect([fn, await enki().why(alice, part, fn, args)]).toEqual([fn, 'forUser: paused'])
      }
      for (const [part, fn, args] of open) {
        expect([fn, await enki().why(alice, part, fn, args)]).toEqual([fn, 'ok'])
      }
      expect(await enki().why(admin, 'dispatcher', 'dispatch')).toBe('whenNotPaused: paused')
    })
  })

  describe('vesting', () => {
    const info = (user: Address) => enki().read('vesting', 'userInfos', [user]) as Promise<bigint[]>

    test('ten ENKI vest one eMETIS over the duration, to the second', async () => {
      await enki().mint(alice, 100n * one, true)
      await enki().send(alice, 'seMetis', 'redeem', [10n * one, alice, alice])
      const unvested = 3n * one
      expect((await info(alice))[4]).toBe(unvested)
      expect(await enki().why(alice, 'vesting', 'estimateFinishTime', [alice])).toBe(
        'Vesting: no eMetis or no ENKI staked',
      )
      const start = (await enki().now()) + 100n
      await enki().at(start)
      await enki().send(alice, 'vesting', 'stake', [15n * one + 9n])
      // 15 ENKI and 9 wei cover 1.5 eMETIS; the 9 wei are rounded away.
      const base = (15n * one) / 10n
      expect(await enki().read('vesting', 'amountOfDuration', [alice])).toBe(base)
      expect(await enki().read('vesting', 'estimateFinishTime', [alice])).toBe(start + 180n * DAY)

      await enki().at(start + 7n * DAY + 13n)
      const vested = (base * (7n * DAY + 13n)) / (90n * DAY)
      const held = await enki().held('eMetis', alice)
      expect(await enki().send(alice, 'vesting', 'claim')).toContainEqual({
        name: 'Claimed',
        args: {user: alice, amount: vested},
      })
      expect((await enki().held('eMetis', alice)) - held).toBe(vested)
      expect(await info(alice)).toEqual([
        ...[15n * one + 9n, vested, vested, start + 7n * DAY + 13n, unvested - vested],
      ])
      // The base counts what has vested already, so the pace stays.
      expect(await enki().read('vesting', 'amountOfDuration', [alice])).toBe(base)
    })

    test('nothing vests without ENKI, and never more than there is', async () => {
      await enki().mint(alice, 100n * one, true)
      await enki().send(alice, 'seMetis', 'redeem', [10n * one, alice, alice])
      const start = await enki().now()
      await enki().at(start + 90n * DAY)
      expect(await enki().send(alice, 'vesting', 'claim')).toContainEqual({
        name: 'Claimed',
        args: {user: alice, amount: 0n},
      })
      await enki().send(alice, 'vesting', 'stake', [1000n * one])
      await enki().at(start + 1000n * DAY)
      const events = await enki().send(alice, 'vesting', 'unstake')
      expect(events).toContainEqual({name: 'Claimed', args: {user: alice, amount: 3n * one}})
      expect(events).toContainEqual({name: 'Unstaked', args: {user: alice, amount: 1000n * one}})
      expect(await info(alice)).toEqual([0n, 0n, 0n, 0n, 0n])
    })

    test('unstake resets the counters but keeps what has not vested', async () => {
      await enki().mint(alice, 100n * one, true)
      await enki().send(alice, 'seMetis', 'redeem', [10n * one, alice, alice])
      const start = await enki().now()
      await enki().at(start + 10n)
      await enki().send(alice, 'vesting', 'stake', [30n * one])
      await enki().at(start + 10n + 30n * DAY)
      await enki().send(alice, 'vesting', 'unstake')
      expect(await info(alice)).toEqual([0n, 0n, 0n, 0n, 2n * one])
      // The clock starts again with the next stake, not in 1970.
      await enki().send(alice, 'vesting', 'stake', [20n * one])
      expect(await enki().read('vesting', 'claimable', [alice])).toBe(0n)
    })
  })

  describe('rewards', () => {
    test('dispatch splits the whole balance, the undrawn part of the treasury included', async () => {
      await enki().earn(10n * one + 7n)
      const first = ((10n * one + 7n) * 100_000n) / 1_000_000n
      expect((await enki().send(admin, 'dispatcher', 'dispatch')).at(-1)).toEqual({
        name: 'Dispatched',
        args: {
          amount: 10n * one + 7n,
          toTreasuryAmount: first,
          toVaultAmount: 10n * one + 7n - first,
        },
      })
      expect(await enki().read('seMetis', 'totalAssets')).toBe(11n * one + 7n - first)
      // Nothing came in, and still a tenth of the tenth counts as new, and the rest leaves.
      const second = first / 10n
      expect((await enki().send(admin, 'dispatcher', 'dispatch')).at(-1)).toMatchObject({
        args: {amount: first, toTreasuryAmount: second, toVaultAmount: first - second},
      })
      expect(await enki().read('dispatcher', 'treasuryBalance')).toBe(first + second)
      expect(await enki().held('eMetis', rewardDispatcher)).toBe(second)
      expect(
        await enki().why(admin, 'dispatcher', 'withdrawTreasury', [first + second + 1n, false]),
      ).toBe('RewardDispatcher: insufficient balance')
      expect(await enki().why(admin, 'dispatcher', 'withdrawTreasury', [first, false])).toBe(
        'ERC20: transfer amount exceeds balance',
      )
    })

    test('the treasury takes eMETIS, or METIS of the minter for it', async () => {
      await enki().earn(10n * one)
      expect(await enki().why(admin, 'dispatcher', 'withdrawTreasury', [1n, false])).toBe(
        'RewardDispatcher: insufficient balance',
      )
      await enki().send(admin, 'dispatcher', 'dispatch')
      await enki().send(admin, 'dispatcher', 'withdrawTreasury', [one / 4n, false])
      expect(await enki().held('eMetis', admin)).toBe(one / 4n)
      const before = await enki().held('metis', admin)
      await enki().send(admin, 'dispatcher', 'withdrawTreasury', [one / 2n, true])
      expect((await enki().held('metis', admin)) - before).toBe(one / 2n)
      expect(await enki().held('metis', minter)).toBe(one / 2n)
      expect(await enki().read('eMetis', 'totalSupply')).toBe(11n * one - one / 2n)
      await enki().send(admin, 'dispatcher', 'dispatch')
      await enki().send(admin, 'minter', 'depositToRedemptionQueue', [one / 2n])
      expect(await enki().why(admin, 'dispatcher', 'withdrawTreasury', [1n, true])).toBe(
        'EMetisMinter: insufficient balance',
      )
    })
  })
})
