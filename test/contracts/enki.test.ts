import {type Address, type Hex, keccak256, parseEther, toBytes, zeroAddress} from 'viem'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'

import {localEnki} from '../../src/local/lst/enki/plan.ts'
import {enkiCancel, enkiReduceSeconds, enkiTicket} from '../../src/protocol/lst/enki/queue.ts'
import {enkiAssets, enkiShares, enkiSplit} from '../../src/protocol/lst/enki/vault.ts'
import {admin, type EnkiChain, type EnkiPart, startEnki} from './enki-fixture.ts'
import {alice, bob, carol, stranger} from './staking.ts'

const one = parseEther('1')
const DAY = 24n * 3600n
const beta = keccak256(toBytes('BETA_USER_ROLE'))
const noRole = (account: Address, role: string) =>
  `AccessControl: account ${account.toLowerCase()} is missing role ${keccak256(toBytes(role))}`

describe('Enki', () => {
  let enki: EnkiChain
  let snapshot: unknown
  beforeAll(async () => {
    enki = await startEnki()
    await enki.prepare()
  })
  afterAll(() => enki[Symbol.asyncDispose]())
  beforeEach(async () => (snapshot = await enki.chain.request('evm_snapshot')))
  afterEach(() => enki.chain.request('evm_revert', snapshot))

  const {minter, seMetis, vesting, redemptionQueue, rewardDispatcher} = localEnki
  const mint = (from: Address, wei: bigint, stake = false, to = from) =>
    enki.send(from, 'minter', 'mint', [to, wei, stake, zeroAddress])
  const why = async (from: Address, part: EnkiPart, fn: string, args: unknown[] = []) =>
    (await enki.run(from, part, fn, args)).reason
  const enter = async (from: Address, wei: bigint, to = from) => {
    const events = await enki.send(from, 'queue', 'enterRedemptionQueue', [to, wei])
    const entered = events.find(({name}) => name === 'EnterRedemptionQueue')
    return (entered?.args as {nftId: bigint}).nftId
  }
  const ticket = (id: bigint) => enki.read('queue', 'nftInformation', [id]) as Promise<unknown[]>
  const accounting = () => enki.read('queue', 'redemptionQueueAccounting') as Promise<bigint[]>
  /** Rewards on the dispatcher, as `mintFromL1` mints them. */
  const earn = async (wei: bigint) => {
    await enki.send(admin, 'eMetis', 'addMinter', [admin])
    await enki.send(admin, 'eMetis', 'minter_mint', [rewardDispatcher, wei])
  }

  describe('places and seeds', () => {
    test('the vault leads to everything, and what it leads to points back', async () => {
      expect(await enki.read('seMetis', 'config')).toBe(localEnki.config)
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
        expect([name, await enki.read('config', name)]).toEqual([name, at])
      expect(await enki.read('minter', 'eMetis')).toBe(localEnki.eMetis)
      expect(await enki.read('queue', 'EMETIS')).toBe(localEnki.eMetis)
      expect(await enki.read('minter', 'crossDomainMessenger')).toBe(
        '0x4200000000000000000000000000000000000007',
      )
      const key = BigInt(keccak256(toBytes('vestingRatio')))
      expect(await enki.read('config', 'configMap', [key])).toBe(300_000n)
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
        expect([name, await enki.read('config', name)]).toEqual([name, value])
      }
      expect(await why(alice, 'config', 'setValue', ['redemptionFee', 1n])).toBe(
        `AccessControl: account ${alice.toLowerCase()} is missing role 0x${'0'.repeat(64)}`,
      )
      expect(await why(admin, 'config', 'setValue', ['redemptionFee', 1_000_001n])).toBe(
        'Config: above 100 %',
      )
      expect(await why(admin, 'config', 'setValue', ['redemptionFee', 1_000_000n])).toBe('ok')
    })

    test('the deployer made the first deposit of 1 METIS and cannot take it out', async () => {
      expect(await enki.read('seMetis', 'deployer')).toBe(admin)
      expect(await enki.held('seMetis', admin)).toBe(one)
      expect(await enki.read('seMetis', 'totalAssets')).toBe(one)
      expect(await enki.held('metis', minter)).toBe(one)
      expect(await enki.read('eMetis', 'totalSupply')).toBe(one)
      const keep = 'SeMetis: deployer should keep the initial deposit amount'
      expect(await why(admin, 'seMetis', 'transfer', [bob, 1n])).toBe(keep)
      expect(await why(admin, 'seMetis', 'redeem', [10n, admin, admin])).toBe(keep)
      await mint(alice, 2n * one, true, admin)
      expect(await why(admin, 'seMetis', 'redeem', [2n * one, admin, admin])).toBe('ok')
      expect(await why(admin, 'seMetis', 'transfer', [bob, 1n])).toBe(keep)
    })
  })

  describe('the minter', () => {
    test('mints 1:1 to anyone, and an inviter counts only with an NFT', async () => {
      const before = await enki.held('metis', alice)
      const events = await enki.send(alice, 'minter', 'mint', [bob, 7n * one, false, carol])
      expect(events.at(-1)).toEqual({
        name: 'Minted',
        args: {account: bob, amount: 7n * one, deposit: false, inviter: zeroAddress},
      })
      expect(await enki.held('eMetis', bob)).toBe(7n * one)
      expect(before - (await enki.held('metis', alice))).toBe(7n * one)
      expect(await why(alice, 'minter', 'mint', [bob, 0n, false, zeroAddress])).toBe(
        'EMetisMinter: amount is zero',
      )
      expect(await why(stranger, 'minter', 'mint', [bob, 1n, false, zeroAddress])).toBe(
        'ERC20: transfer amount exceeds allowance',
      )
    })

    test('the inner steps are not for people', async () => {
      expect(await why(alice, 'eMetis', 'minter_mint', [alice, 1n])).toBe('Only minters')
      expect(await why(alice, 'eMetis', 'minter_burn_from', [bob, 1n])).toBe('Only minters')
      expect(await why(alice, 'seMetis', 'addAssets', [1n])).toBe('internal only')
      expect(await why(alice, 'seMetis', 'depositFromEMetisMinter', [1n, alice])).toBe(
        'internal only',
      )
      expect(await why(alice, 'vesting', 'deposit', [alice, 1n])).toBe('internal only')
      expect(await why(alice, 'minter', 'redeemToTreasury', [1n])).toBe('internal only')
      const backend = noRole(alice, 'BACKEND_ROLE')
      expect(await why(alice, 'dispatcher', 'dispatch')).toBe(backend)
      expect(await why(alice, 'dispatcher', 'withdrawTreasury', [1n, false])).toBe(backend)
      expect(await why(alice, 'minter', 'depositToL1Dealer', [1n])).toBe(backend)
      expect(await why(alice, 'minter', 'depositToRedemptionQueue', [1n])).toBe(backend)
      expect(await why(alice, 'queue', 'setLpFactor', [bob, 1n])).toBe(backend)
      const operator = 'onlyOperatorOrTimeLock: caller does not have the operator or timelock role'
      expect(await why(alice, 'queue', 'collectRedemptionFees', [1n])).toBe(operator)
      expect(await why(alice, 'minter', 'recoverErc20', [localEnki.enki, 1n])).toBe(operator)
      expect(await why(admin, 'minter', 'recoverErc20', [localEnki.enki, 0n])).toBe('ok')
      const {to} = {to: '0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0000' as const}
      expect(await why(admin, 'minter', 'recoverErc20', [to, 1n])).toBe(
        'recoverErc20: cannot recover hold token',
      )
    })

    test('the backend sends METIS to L1, with the price of the bridge as value', async () => {
      await mint(alice, 10n * one)
      const cost = 1_000_000_000_000_000n
      const events = await enki.send(admin, 'minter', 'depositToL1Dealer', [4n * one], cost)
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
      expect(await enki.held('metis', minter)).toBe(7n * one)
    })

    test('takes native METIS from the bridge and from nobody else', async () => {
      const pay = async (from: Address) => {
        const call = {from, to: minter, value: '0x1', gas: '0x30d40', gasPrice: '0x0'}
        const hash = await enki.chain.request('eth_sendTransaction', call)
        const receipt = await enki.chain.request('eth_getTransactionReceipt', hash)
        return (receipt as {status: Hex}).status
      }
      expect(await pay(alice)).toBe('0x0')
      expect(await pay('0x4200000000000000000000000000000000000010')).toBe('0x1')
    })
  })

  describe('the vault', () => {
    test('deposits and redeems at the stored total, whatever is sent to it', async () => {
      await mint(alice, 100n * one)
      await enki.send(alice, 'eMetis', 'transfer', [seMetis, 5n * one])
      expect(await enki.read('seMetis', 'totalAssets')).toBe(one)
      await earn(parseEther('0.777'))
      await enki.send(admin, 'dispatcher', 'dispatch')
      const vault = {totalAssetsWei: one + (parseEther('0.777') * 9n) / 10n, supplyWei: one}
      const shares = enkiShares(vault, 10n * one)
      expect(await enki.read('seMetis', 'previewDeposit', [10n * one])).toBe(shares)
      await enki.send(alice, 'seMetis', 'deposit', [10n * one, bob])
      expect(await enki.held('seMetis', bob)).toBe(shares)

      const after = {totalAssetsWei: vault.totalAssetsWei + 10n * one, supplyWei: one + shares}
      const assets = enkiAssets(after, shares - 3n)
      const {liquidWei, vestsWei} = enkiSplit(assets, 300_000n)
      const events = await enki.send(bob, 'seMetis', 'redeem', [shares - 3n, carol, bob])
      expect(events.find(({name}) => name === 'Vested')?.args).toEqual({
        user: carol,
        amount: vestsWei,
      })
      expect(events.at(-1)).toEqual({
        name: 'Withdraw',
        args: {sender: bob, receiver: carol, owner: bob, assets, shares: shares - 3n},
      })
      expect(await enki.held('eMetis', carol)).toBe(liquidWei)
      expect(await enki.held('eMetis', vesting)).toBe(vestsWei)
      expect(await enki.read('seMetis', 'totalAssets')).toBe(after.totalAssetsWei - assets)
    })

    test('a redeem whose vested part rounds to zero is refused', async () => {
      await mint(alice, one, true)
      expect(await why(alice, 'seMetis', 'redeem', [3n, alice, alice])).toBe(
        'Vesting: amount is zero',
      )
      expect(await why(alice, 'seMetis', 'redeem', [4n, alice, alice])).toBe('ok')
    })

    test('is gated both ways; the queue, the minter and vested claims are not', async () => {
      await mint(alice, 10n * one)
      await mint(alice, 10n * one, true)
      await enki.send(alice, 'seMetis', 'redeem', [one, alice, alice])
      await enki.send(alice, 'vesting', 'stake', [one])
      await enki.set('isPublic', 0n)
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
        expect([fn, await why(alice, part, fn, args)]).toEqual([fn, refused])
      }
      for (const [part, fn, args] of open) {
        expect([fn, await why(alice, part, fn, args)]).toEqual([fn, 'ok'])
      }
      await enki.send(admin, 'config', 'grantRole', [beta, alice])
      expect(await why(alice, 'vesting', 'stake', [1n])).toBe('ok')
      await enki.set('isPublic', 1n)
      await enki.set('isPaused', 1n)
      for (const [part, fn, args] of gated) {
        expect([fn, await why(alice, part, fn, args)]).toEqual([fn, 'forUser: paused'])
      }
      for (const [part, fn, args] of open) {
        expect([fn, await why(alice, part, fn, args)]).toEqual([fn, 'ok'])
      }
      expect(await why(admin, 'dispatcher', 'dispatch')).toBe('whenNotPaused: paused')
    })
  })

  describe('vesting', () => {
    const info = (user: Address) => enki.read('vesting', 'userInfos', [user]) as Promise<bigint[]>

    test('ten ENKI vest one eMETIS over the duration, to the second', async () => {
      await mint(alice, 100n * one, true)
      await enki.send(alice, 'seMetis', 'redeem', [10n * one, alice, alice])
      const unvested = 3n * one
      expect((await info(alice))[4]).toBe(unvested)
      expect(await why(alice, 'vesting', 'estimateFinishTime', [alice])).toBe(
        'Vesting: no eMetis or no ENKI staked',
      )
      const start = (await enki.now()) + 100n
      await enki.at(start)
      await enki.send(alice, 'vesting', 'stake', [15n * one + 9n])
      // 15 ENKI and 9 wei cover 1.5 eMETIS; the 9 wei are rounded away.
      const base = (15n * one) / 10n
      expect(await enki.read('vesting', 'amountOfDuration', [alice])).toBe(base)
      expect(await enki.read('vesting', 'estimateFinishTime', [alice])).toBe(start + 180n * DAY)

      await enki.at(start + 7n * DAY + 13n)
      const vested = (base * (7n * DAY + 13n)) / (90n * DAY)
      const held = await enki.held('eMetis', alice)
      expect(await enki.send(alice, 'vesting', 'claim')).toContainEqual({
        name: 'Claimed',
        args: {user: alice, amount: vested},
      })
      expect((await enki.held('eMetis', alice)) - held).toBe(vested)
      expect(await info(alice)).toEqual([
        ...[15n * one + 9n, vested, vested, start + 7n * DAY + 13n, unvested - vested],
      ])
      // The base counts what has vested already, so the pace stays.
      expect(await enki.read('vesting', 'amountOfDuration', [alice])).toBe(base)
    })

    test('nothing vests without ENKI, and never more than there is', async () => {
      await mint(alice, 100n * one, true)
      await enki.send(alice, 'seMetis', 'redeem', [10n * one, alice, alice])
      const start = await enki.now()
      await enki.at(start + 90n * DAY)
      expect(await enki.send(alice, 'vesting', 'claim')).toContainEqual({
        name: 'Claimed',
        args: {user: alice, amount: 0n},
      })
      await enki.send(alice, 'vesting', 'stake', [1000n * one])
      await enki.at(start + 1000n * DAY)
      const events = await enki.send(alice, 'vesting', 'unstake')
      expect(events).toContainEqual({name: 'Claimed', args: {user: alice, amount: 3n * one}})
      expect(events).toContainEqual({name: 'Unstaked', args: {user: alice, amount: 1000n * one}})
      expect(await info(alice)).toEqual([0n, 0n, 0n, 0n, 0n])
    })

    test('unstake resets the counters but keeps what has not vested', async () => {
      await mint(alice, 100n * one, true)
      await enki.send(alice, 'seMetis', 'redeem', [10n * one, alice, alice])
      const start = await enki.now()
      await enki.at(start + 10n)
      await enki.send(alice, 'vesting', 'stake', [30n * one])
      await enki.at(start + 10n + 30n * DAY)
      await enki.send(alice, 'vesting', 'unstake')
      expect(await info(alice)).toEqual([0n, 0n, 0n, 0n, 2n * one])
      // The clock starts again with the next stake, not in 1970.
      await enki.send(alice, 'vesting', 'stake', [20n * one])
      expect(await enki.read('vesting', 'claimable', [alice])).toBe(0n)
    })
  })

  describe('the redemption queue', () => {
    test('a ticket fixes what is owed, the fees and the maturity', async () => {
      await mint(alice, 100n * one)
      await enki.set('redemptionFee', 1_234n)
      const amount = 7n * one + 77_777n
      const {owedWei, feeWei} = enkiTicket(amount, 1_234n)
      expect(feeWei).toBe((amount * 1_234n) / 1_000_000n)
      const time = (await enki.now()) + 50n
      await enki.at(time)
      const events = await enki.send(alice, 'queue', 'enterRedemptionQueue', [bob, amount])
      expect(events.find(({name}) => name === 'EnterRedemptionQueue')?.args).toEqual({
        nftId: 0n,
        sender: alice,
        recipient: bob,
        amountEMetisRedeemed: amount,
        redemptionFeeAmount: feeWei,
        maturityTimestamp: time + 20n * DAY,
        cancelRedemptionFee: 10_000n,
      })
      expect(await ticket(0n)).toEqual([
        ...[false, time + 20n * DAY, owedWei, 10_000n, 0n, zeroAddress, 0n, false],
      ])
      expect(await accounting()).toEqual([owedWei, feeWei])
      expect(await enki.held('eMetis', redemptionQueue)).toBe(amount)
      expect(await enki.read('queue', 'ownerOf', [0n])).toBe(bob)
      expect(await why(alice, 'queue', 'enterRedemptionQueue', [zeroAddress, 1n])).toBe(
        'RedemptionQueue: zero address',
      )
      expect(await why(alice, 'queue', 'enterRedemptionQueue', [alice, 0n])).toBe(
        'RedemptionQueue: amount is zero',
      )
    })

    test('a contract that takes no NFT cannot get a ticket', async () => {
      await mint(alice, one)
      expect(await why(alice, 'queue', 'enterRedemptionQueue', [localEnki.eMetis, one])).toBe(
        'ERC721: transfer to non ERC721Receiver implementer',
      )
    })

    test('pays after maturity and with liquidity, and burns what it pays', async () => {
      await mint(alice, 10n * one)
      const id = await enter(alice, 4n * one)
      const [, maturity] = (await ticket(id)) as [boolean, bigint]
      const redeem = (from: Address, to = from) =>
        enki.run(from, 'queue', 'redeemRedemptionTicketNft', [id, to])
      await enki.at(maturity - 1n)
      expect((await redeem(alice)).reason).toBe('NotMatureYet')
      await enki.at(maturity)
      expect((await redeem(alice)).reason).toBe('ERC20: transfer amount exceeds balance')
      await enki.send(admin, 'minter', 'depositToRedemptionQueue', [4n * one])
      expect((await redeem(bob)).reason).toBe('Erc721CallerNotOwnerOrApproved')
      expect((await redeem(alice, zeroAddress)).reason).toBe('RedemptionQueue: zero address')
      const held = await enki.held('metis', carol)
      const {events} = await redeem(alice, carol)
      expect(events.at(-1)).toEqual({
        name: 'RedeemRedemptionTicketNft',
        args: {nftId: id, sender: alice, recipient: carol, amountOut: 4n * one},
      })
      expect((await enki.held('metis', carol)) - held).toBe(4n * one)
      expect(await enki.read('eMetis', 'totalSupply')).toBe(7n * one)
      expect(await accounting()).toEqual([0n, 0n])
      expect((await redeem(alice)).reason).toBe('ERC721: invalid token ID')
    })

    test('cancel returns eMETIS less the fee of the day the ticket was made', async () => {
      await mint(alice, 10n * one)
      const id = await enter(alice, 4n * one + 99n)
      await enki.set('cancelRedemptionFee', 500_000n)
      const {returnedWei, feeWei} = enkiCancel(4n * one + 99n, 10_000n)
      expect(feeWei).toBe(((4n * one + 99n) * 10_000n) / 1_000_000n)
      expect(await why(bob, 'queue', 'cancelRedemptionTicketNft', [bob, id])).toBe(
        'Erc721CallerNotOwnerOrApproved',
      )
      const events = await enki.send(alice, 'queue', 'cancelRedemptionTicketNft', [bob, id])
      expect(events).toContainEqual({
        name: 'CancelRedemptionTicketNft',
        args: {
          nftId: id,
          sender: alice,
          recipient: bob,
          eMetisOut: returnedWei,
          cancelRedemptionFee: feeWei,
        },
      })
      expect(await enki.held('eMetis', bob)).toBe(returnedWei)
      expect(await accounting()).toEqual([0n, feeWei])
      const collect = (wei: bigint) => why(admin, 'queue', 'collectRedemptionFees', [wei])
      expect(await collect(0n)).toBe('RedemptionQueue: amount is zero')
      expect(await collect(feeWei + 1n)).toBe('ExceedsCollectedFees')
      expect(await collect(feeWei)).toBe('ok')
      expect(await enki.held('eMetis', admin)).toBe(feeWei)
    })

    test('LP tokens shorten the wait once, and come back after their own', async () => {
      await mint(alice, 10n * one)
      const id = await enter(alice, 4n * one)
      const lp = localEnki.enki
      const reduce = (wei: bigint, token: Address = lp) =>
        why(alice, 'queue', 'reduceRedemptionMaturity', [id, token, wei])
      const [, maturity] = (await ticket(id)) as [boolean, bigint]
      const time = maturity - 20n * DAY + 1_000n
      await enki.send(admin, 'queue', 'setLpFactor', [lp, 4n * DAY])
      expect(await reduce(one, zeroAddress)).toBe('RedemptionQueue: zero address')
      expect(await reduce(0n)).toBe('RedemptionQueue: amount is zero')
      // 12 LP would be exactly the 12 days between 20 and 8, of which 1,000 seconds are gone.
      await enki.at(time)
      expect(await reduce(12n * one)).toBe('ReduceTimeExceedsLimit')
      const wei = 5n * one + 12_345n
      const seconds = enkiReduceSeconds(4n * one, wei, 4n * DAY)
      expect(seconds).toBe((4n * DAY * wei) / (4n * one))
      expect(await enki.read('queue', 'getReduceTime', [lp, wei, 4n * one])).toBe(seconds)
      await enki.at(time + 60n)
      const events = await enki.send(alice, 'queue', 'reduceRedemptionMaturity', [id, lp, wei])
      expect(events.at(-1)).toEqual({
        name: 'ReduceRedemptionMaturity',
        args: {
          ...{nftId: id, lpLockToken: lp, lpLockAmount: wei, reduceTime: seconds},
          newMaturityTimestamp: maturity - seconds,
        },
      })
      expect(await ticket(id)).toEqual([
        ...[false, maturity - seconds, 4n * one, 10_000n, time + 60n + 30n * DAY, lp, wei, false],
      ])
      expect(await reduce(1n)).toBe('AlreadyReducedMaturity')
      expect(await why(alice, 'queue', 'unlockLpToken', [id])).toBe('NotMatureYet')

      // Redeemed while LP is locked, the ticket stays until the LP is unlocked.
      await enki.send(admin, 'minter', 'depositToRedemptionQueue', [4n * one])
      await enki.at(maturity - seconds)
      await enki.send(alice, 'queue', 'redeemRedemptionTicketNft', [id, alice])
      expect(await enki.read('queue', 'ownerOf', [id])).toBe(alice)
      expect(await why(alice, 'queue', 'redeemRedemptionTicketNft', [id, alice])).toBe(
        'AlreadyRedeemed',
      )
      const before = await enki.held('enki', alice)
      await enki.at(time + 60n + 30n * DAY)
      await enki.send(alice, 'queue', 'unlockLpToken', [id])
      expect((await enki.held('enki', alice)) - before).toBe(wei)
      expect(await why(alice, 'queue', 'unlockLpToken', [id])).toBe('ERC721: invalid token ID')
    })

    test('a ticket without LP has none to unlock, and an LP token without a factor saves nothing', async () => {
      await mint(alice, one)
      const id = await enter(alice, one)
      expect(await why(alice, 'queue', 'unlockLpToken', [id])).toBe('LpTokenNotLocked')
      expect(await enki.read('queue', 'getReduceTime', [carol, one, one])).toBe(0n)
      expect(await why(alice, 'queue', 'estimateLpAmount', [carol, DAY, one])).toBe('Panic 18')
    })

    test('an estimate names the LP and the reserves behind it', async () => {
      const pair = '0x000000000000000000000000000000000000bad1' as const
      const word = (value: bigint) => value.toString(16).padStart(64, '0')
      // Answers every call with the words 400, 900 and 0: its reserves, and 400 as its supply.
      const code = `0x7f${word(400n)}5f527f${word(900n)}60205260605ff3`
      await enki.chain.request('anvil_setCode', pair, code)
      await enki.send(admin, 'queue', 'setLpFactor', [pair, 7n])
      const lp = (10n ** 6n * DAY) / 7n
      expect(await enki.read('queue', 'estimateLpAmount', [pair, DAY, 10n ** 6n])).toEqual([
        ...[lp, (lp * 400n) / 400n, (lp * 900n) / 400n],
      ])
    })

    test('the real contract cancels a redeemed ticket and pays it again; the switch stops it', async () => {
      await mint(alice, 10n * one)
      await mint(bob, 10n * one)
      const lp = localEnki.enki
      await enki.send(admin, 'queue', 'setLpFactor', [lp, 1n])
      const id = await enter(alice, 2n * one)
      await enter(bob, 5n * one)
      await enki.send(alice, 'queue', 'reduceRedemptionMaturity', [id, lp, one])
      await enki.send(admin, 'minter', 'depositToRedemptionQueue', [2n * one])
      await enki.at((await enki.now()) + 20n * DAY)
      await enki.send(alice, 'queue', 'redeemRedemptionTicketNft', [id, alice])
      expect(await accounting()).toEqual([5n * one, 0n])
      const cancel = () => why(alice, 'queue', 'cancelRedemptionTicketNft', [alice, id])

      const redeemed = await enki.chain.request('evm_snapshot')
      const held = await enki.held('eMetis', alice)
      expect(await cancel()).toBe('ok')
      // Paid 2 METIS and got 1.98 eMETIS more: the liabilities to others no longer add up.
      expect((await enki.held('eMetis', alice)) - held).toBe(parseEther('1.98'))
      expect(await accounting()).toEqual([3n * one, parseEther('0.02')])
      await enki.chain.request('evm_revert', redeemed)

      expect(await why(alice, 'queue', 'setRefusesSpentTickets', [true])).toBe(
        noRole(alice, 'OPERATOR_ROLE'),
      )
      await enki.send(admin, 'queue', 'setRefusesSpentTickets', [true])
      expect(await cancel()).toBe('AlreadyRedeemed')
    })

    test('the real contract sends unlocked LP again on a cancel; the switch stops it', async () => {
      await mint(alice, 10n * one)
      const lp = localEnki.enki
      await enki.send(admin, 'queue', 'setLpFactor', [lp, 1n])
      await enki.set('reduceMaturityStakeSecs', 60n)
      const id = await enter(alice, 2n * one)
      const other = await enter(alice, 2n * one)
      for (const each of [id, other]) {
        await enki.send(alice, 'queue', 'reduceRedemptionMaturity', [each, lp, one])
      }
      await enki.at((await enki.now()) + 60n)
      await enki.send(alice, 'queue', 'unlockLpToken', [id])
      const unlocked = await enki.chain.request('evm_snapshot')
      const held = await enki.held('enki', alice)
      await enki.send(alice, 'queue', 'cancelRedemptionTicketNft', [alice, id])
      expect((await enki.held('enki', alice)) - held).toBe(one)
      expect(await enki.held('enki', redemptionQueue)).toBe(0n)
      await enki.chain.request('evm_revert', unlocked)
      await enki.send(admin, 'queue', 'setRefusesSpentTickets', [true])
      expect(await why(alice, 'queue', 'cancelRedemptionTicketNft', [alice, id])).toBe(
        'LpTokenNotLocked',
      )
    })
  })

  describe('rewards', () => {
    test('dispatch splits the whole balance, the undrawn part of the treasury included', async () => {
      await earn(10n * one + 7n)
      const first = ((10n * one + 7n) * 100_000n) / 1_000_000n
      expect((await enki.send(admin, 'dispatcher', 'dispatch')).at(-1)).toEqual({
        name: 'Dispatched',
        args: {
          amount: 10n * one + 7n,
          toTreasuryAmount: first,
          toVaultAmount: 10n * one + 7n - first,
        },
      })
      expect(await enki.read('seMetis', 'totalAssets')).toBe(11n * one + 7n - first)
      // Nothing came in, and still a tenth of the tenth counts as new, and the rest leaves.
      const second = first / 10n
      expect((await enki.send(admin, 'dispatcher', 'dispatch')).at(-1)).toMatchObject({
        args: {amount: first, toTreasuryAmount: second, toVaultAmount: first - second},
      })
      expect(await enki.read('dispatcher', 'treasuryBalance')).toBe(first + second)
      expect(await enki.held('eMetis', rewardDispatcher)).toBe(second)
      expect(await why(admin, 'dispatcher', 'withdrawTreasury', [first + second + 1n, false])).toBe(
        'RewardDispatcher: insufficient balance',
      )
      expect(await why(admin, 'dispatcher', 'withdrawTreasury', [first, false])).toBe(
        'ERC20: transfer amount exceeds balance',
      )
    })

    test('the treasury takes eMETIS, or METIS of the minter for it', async () => {
      await earn(10n * one)
      expect(await why(admin, 'dispatcher', 'withdrawTreasury', [1n, false])).toBe(
        'RewardDispatcher: insufficient balance',
      )
      await enki.send(admin, 'dispatcher', 'dispatch')
      await enki.send(admin, 'dispatcher', 'withdrawTreasury', [one / 4n, false])
      expect(await enki.held('eMetis', admin)).toBe(one / 4n)
      const before = await enki.held('metis', admin)
      await enki.send(admin, 'dispatcher', 'withdrawTreasury', [one / 2n, true])
      expect((await enki.held('metis', admin)) - before).toBe(one / 2n)
      expect(await enki.held('metis', minter)).toBe(one / 2n)
      expect(await enki.read('eMetis', 'totalSupply')).toBe(11n * one - one / 2n)
      await enki.send(admin, 'dispatcher', 'dispatch')
      await enki.send(admin, 'minter', 'depositToRedemptionQueue', [one / 2n])
      expect(await why(admin, 'dispatcher', 'withdrawTreasury', [1n, true])).toBe(
        'EMetisMinter: insufficient balance',
      )
    })
  })
})
