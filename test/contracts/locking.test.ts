import {type Address, maxUint256, zeroAddress} from 'viem'
import {beforeEach, describe, expect, test} from 'vitest'

import {
  alice,
  bob,
  carol,
  dora,
  exitSeconds,
  feeWei,
  governance,
  l2ChainId,
  l2Metis,
  metis,
  recipient,
  rewardPayer,
  signer,
  stranger,
  usingStaking,
} from './staking.ts'

const rewardPerBlock = 761_000_000_000_000n

describe('LockingPool', () => {
  const use = usingStaking(false)
  const pool = (from: Address, fn: string, args: unknown[], value = 0n) =>
    use().send(from, 'lockingPool', fn, args, value)
  const balance = (of: Address) => use().read('metis', 'balanceOf', [of]) as Promise<bigint>
  const totalLocked = () => use().read('lockingInfo', 'totalLocked')

  test('it starts with the values of the deployed contract', async () => {
    const {read} = use()
    expect(await read('lockingPool', 'rewardPerBlock')).toBe(rewardPerBlock)
    expect(await read('lockingPool', 'BLOCK_REWARD')).toBe(rewardPerBlock)
    expect(await read('lockingPool', 'WITHDRAWAL_DELAY')).toBe(BigInt(exitSeconds))
    expect(await read('lockingPool', 'signerUpdateThrottle')).toBe(1n)
    expect(await read('lockingPool', 'currentBatch')).toBe(1n)
    expect(await read('lockingInfo', 'minLock')).toBe(metis(20_000))
    expect(await read('lockingInfo', 'maxLock')).toBe(metis(100_000))
    expect(await read('lockingInfo', 'manager')).toBe(use().at.lockingPool)
  })

  test('a lock is recorded, paid to LockingInfo and logged', async () => {
    const {address, pubkey} = signer(4)
    await use().whitelist(dora)
    const args = [address, zeroAddress, metis(20_000), pubkey]
    const events = await pool(dora, 'lockWithRewardRecipient', args)
    expect(events).toEqual([
      {
        name: 'Locked',
        args: {
          signer: address,
          sequencerId: 4n,
          nonce: 1n,
          activationBatch: 1n,
          amount: metis(20_000),
          total: metis(140_000),
          signerPubkey: pubkey,
        },
      },
      {name: 'SequencerOwnerChanged', args: {_seqId: 4n, _owner: dora}},
      {name: 'SequencerRewardRecipientChanged', args: {_seqId: 4n, _recipient: zeroAddress}},
    ])
    expect(await use().sequencer(4)).toMatchObject({
      amount: metis(20_000),
      reward: 0n,
      activationBatch: 1n,
      updatedBatch: 1n,
      nonce: 1n,
      owner: dora,
      signer: address,
      pubkey,
      rewardRecipient: zeroAddress,
      status: 2,
    })
    expect(await balance(use().at.lockingInfo)).toBe(metis(140_000))
    expect(await use().read('lockingPool', 'seqStatuses', [2])).toBe(4n)
  })

  test('relock adds METIS and, when asked, the reward', async () => {
    await use().submitBatch([[signer(1).address, 1000n]])
    const reward = 1000n * rewardPerBlock
    const events = await pool(alice, 'relock', [1, metis(5), true])
    expect(events).toEqual([
      {
        name: 'Relocked',
        args: {sequencerId: 1n, amount: metis(5) + reward, total: metis(120_005) + reward},
      },
      {
        name: 'LockUpdate',
        args: {sequencerId: 1n, nonce: 2n, newAmount: metis(40_005) + reward},
      },
    ])
    expect(await use().sequencer(1)).toMatchObject({amount: metis(40_005) + reward, reward: 0n})
    expect(await totalLocked()).toBe(metis(120_005) + reward)
  })

  test('withdraw is refused in the batch of joining, then pays the owner once per batch', async () => {
    const attempt = () => use().attempt(alice, 'lockingPool', 'withdraw', [1, metis(1)])
    expect(await attempt()).toBe('withdraw throttle')
    await use().submitBatch()
    const before = await balance(alice)
    expect(await pool(alice, 'withdraw', [1, metis(1)])).toEqual([
      {name: 'Withdraw', args: {sequencerId: 1n, amount: metis(1)}},
      {name: 'LockUpdate', args: {sequencerId: 1n, nonce: 2n, newAmount: metis(39_999)}},
    ])
    expect((await balance(alice)) - before).toBe(metis(1))
    expect(await use().read('lockingInfo', 'totalLocked')).toBe(metis(119_999))
    expect(await use().sequencer(1)).toMatchObject({updatedBatch: 2n, nonce: 2n})
    expect(await attempt()).toBe('withdraw throttle')
    // The same clock stops a change of the signer.
    const {address} = signer(1)
    const update = [1, signer(9).pubkey]
    expect(await use().attempt(address, 'lockingPool', 'updateSigner', update)).toBe(
      'signer updating throttle',
    )
  })

  test('a raised minimum evicts nobody but stops withdrawals below it', async () => {
    await use().submitBatch()
    const owner = governance.address
    await use().send(owner, 'lockingInfo', 'setMinLock', [metis(40_000)])
    const attempt = (amount: bigint) => use().attempt(alice, 'lockingPool', 'withdraw', [1, amount])
    expect(await attempt(1n)).toBe('invalid amount')
    expect(await use().sequencer(1)).toMatchObject({status: 2})
  })

  describe('the fee of the bridge', () => {
    const claim = (value: bigint, l2Gas = 0) =>
      use().attempt(alice, 'lockingPool', 'withdrawRewards', [1, l2Gas], value)
    const short = (required: bigint) =>
      `insufficient fee supplied. send at least ${required.toString()}`
    beforeEach(() => use().submitBatch([[signer(1).address, 10n]]))

    test('one wei short is refused with the amount in the text', async () => {
      expect(await claim(feeWei - 1n)).toBe(short(feeWei))
      expect(await claim(feeWei)).toBe('ok')
    })

    test('gas below the minimum is lifted to it, gas above is charged', async () => {
      expect(await claim(feeWei, 200_000)).toBe('ok')
      expect(await claim(feeWei, 200_001)).toBe(short(200_001n * 1_000_000_000n))
    })

    test('it follows the oracle', async () => {
      const owner = governance.address
      await use().send(owner, 'discountOracle', 'setDiscount', [3n])
      await use().send(owner, 'discountOracle', 'setMinL2Gas', [7n])
      expect(await claim(20n)).toBe(short(21n))
      expect(await claim(21n)).toBe('ok')
      await use().send(owner, 'discountOracle', 'setDiscount', [0n])
      expect(await claim(0n)).toBe('ok')
    })

    test('an excess is kept by the bridge', async () => {
      await pool(alice, 'withdrawRewards', [1, 0], feeWei * 3n)
      expect(await use().chain.balance(use().at.bridge)).toBe(feeWei * 3n)
    })
  })

  test('a claimed reward goes to the bridge and into its queue', async () => {
    await use().submitBatch([
      [signer(1).address, 10n],
      [signer(2).address, 1n],
    ])
    const {at} = use()
    const first = 10n * rewardPerBlock
    const events = await pool(alice, 'withdrawRewards', [1, 0], feeWei)
    const deposit = {_l1Token: at.metis, _l2Token: l2Metis, _from: at.lockingInfo, _to: recipient}
    const queued = {l2Token: l2Metis, from: at.lockingInfo, to: recipient}
    expect(events).toEqual([
      {
        name: 'ClaimRewards',
        args: {sequencerId: 1n, recipient, amount: first, totalAmount: first},
      },
      {name: 'ERC20DepositInitiated', args: {...deposit, _amount: first, _data: '0x'}},
      {
        name: 'DepositQueued',
        args: {queueIndex: 0n, l2ChainId: 1088n, ...queued, amount: first, l2Gas: 200_000},
      },
    ])
    const [second] = await pool(bob, 'withdrawRewards', [2, 300_000], feeWei * 2n)
    expect(second?.args).toMatchObject({totalAmount: 11n * rewardPerBlock})
    expect(await use().read('bridge', 'queueLength')).toBe(2n)
    expect(await balance(at.bridge)).toBe(11n * rewardPerBlock)
    expect(await use().sequencer(1)).toMatchObject({reward: 0n, nonce: 1n})
  })

  test('the bridge refuses tokens and chains it cannot pay out', async () => {
    const {at, attempt} = use()
    const deposit = (chainId: number, l1: Address, l2: Address) =>
      attempt(
        alice,
        'bridge',
        'depositERC20ToByChainId',
        [chainId, l1, l2, alice, 1n, 0, '0x'],
        feeWei,
      )
    expect(await deposit(l2ChainId + 1, at.metis, l2Metis)).toBe('unsupported L2 chain')
    expect(await deposit(l2ChainId, stranger, l2Metis)).toBe('unsupported token pair')
    expect(await deposit(l2ChainId, at.metis, stranger)).toBe('unsupported token pair')
    expect(await deposit(l2ChainId, at.metis, l2Metis)).toBe('ERC20: insufficient allowance')
  })

  test('claiming without a reward succeeds and strands the fee in LockingPool', async () => {
    expect(await pool(alice, 'withdrawRewards', [1, 0], 5n)).toEqual([])
    expect(await use().chain.balance(use().at.lockingPool)).toBe(5n)
  })

  test('unlocking without a reward strands the fee in LockingInfo, twice', async () => {
    const events = await pool(alice, 'unlock', [1, 0], 5n)
    expect(events.map(({name}) => name)).toEqual(['UnlockInit'])
    expect(await use().chain.balance(use().at.lockingInfo)).toBe(5n)
    await use().chain.warp(exitSeconds)
    const claimed = await pool(alice, 'unlockClaim', [1, 0], 7n)
    expect(claimed.map(({name}) => name)).toEqual(['Unlocked'])
    expect(await use().chain.balance(use().at.lockingInfo)).toBe(12n)
  })

  test('an exit pays the reward at once and the lock after the delay', async () => {
    await use().submitBatch([[signer(1).address, 10n]])
    const reward = 10n * rewardPerBlock
    const [claim, init] = await pool(alice, 'unlock', [1, 0], feeWei)
    expect(claim).toMatchObject({name: 'ClaimRewards', args: {amount: reward, recipient}})
    const record = await use().sequencer(1)
    expect(record).toMatchObject({status: 1, nonce: 2n, reward: 0n, deactivationBatch: 2n})
    expect(record.unlockClaimTime - record.deactivationTime).toBe(BigInt(exitSeconds))
    const {deactivationTime, unlockClaimTime} = record
    expect(init).toEqual({
      name: 'UnlockInit',
      args: {
        user: signer(1).address,
        sequencerId: 1n,
        nonce: 2n,
        deactivationBatch: 2n,
        deactivationTime,
        unlockClaimTime,
        amount: reward,
      },
    })
    // Credits that arrive during the exit are bridged by the claim.
    await use().submitBatch([[signer(1).address, 2n]])
    const before = await balance(alice)
    const next = (seconds: bigint) =>
      use().chain.request('evm_setNextBlockTimestamp', Number(seconds))
    await next(unlockClaimTime - 1n)
    await use().chain.request('evm_mine')
    const attempt = () => use().attempt(alice, 'lockingPool', 'unlockClaim', [1, 0], feeWei)
    expect(await attempt()).toBe('Not allowed to cliam')
    await next(unlockClaimTime)
    const events = await pool(alice, 'unlockClaim', [1, 0], feeWei)
    expect(events.map(({name}) => name)).toEqual([
      'ClaimRewards',
      'Unlocked',
      'ERC20DepositInitiated',
      'DepositQueued',
    ])
    expect(events[1]?.args).toEqual({
      user: alice,
      sequencerId: 1n,
      amount: metis(40_000),
      total: metis(80_000),
    })
    expect((await balance(alice)) - before).toBe(metis(40_000))
    expect(await use().sequencer(1)).toMatchObject({status: 3, amount: 0n, owner: alice})
    expect(await use().read('lockingPool', 'seqOwners', [alice])).toBe(0n)
    expect(await use().read('lockingPool', 'seqSigners', [signer(1).address])).toBe(maxUint256)
    expect(await use().read('lockingPool', 'seqStatuses', [3])).toBe(1n)
    // The owner may come back, but only with another signer.
    const again = (index: number) => {
      const {address, pubkey} = signer(index)
      return use().attempt(alice, 'lockingPool', 'lockFor', [address, metis(20_000), pubkey])
    }
    expect([await again(1), await again(9)]).toEqual(['SignerExisted', 'ok'])
  })

  test('who is taken off the list in the middle of an exit cannot finish it', async () => {
    await pool(alice, 'unlock', [1, 0])
    await use().chain.warp(exitSeconds)
    await use().whitelist(alice, false)
    const attempt = () => use().attempt(alice, 'lockingPool', 'unlockClaim', [1, 0])
    expect(await attempt()).toBe('NotWhitelisted')
    await use().whitelist(alice)
    expect(await attempt()).toBe('ok')
  })

  test('a new signer burns the old one, and its blocks then stop every reward batch', async () => {
    await use().submitBatch()
    const [old, next] = [signer(1), signer(9)]
    const events = await pool(old.address, 'updateSigner', [1, next.pubkey])
    expect(events).toEqual([
      {
        name: 'SignerChange',
        args: {
          sequencerId: 1n,
          nonce: 2n,
          oldSigner: old.address,
          newSigner: next.address,
          signerPubkey: next.pubkey,
        },
      },
    ])
    expect(await use().read('lockingPool', 'seqSigners', [old.address])).toBe(maxUint256)
    expect(await use().read('lockingPool', 'seqSigners', [next.address])).toBe(1n)
    await expect(
      use().submitBatch([
        [next.address, 1n],
        [old.address, 1n],
      ]),
    ).rejects.toThrow('NoSuchSeq')
    await use().submitBatch([[next.address, 1n]])
    expect(await use().sequencer(1)).toMatchObject({reward: rewardPerBlock, updatedBatch: 2n})
  })

  test('a reward batch credits at the present rate and is paid by the reward payer', async () => {
    const owner = governance.address
    await use().send(owner, 'lockingPool', 'updateBlockReward', [metis(1)])
    await pool(alice, 'unlock', [1, 0])
    const before = await balance(rewardPayer.address)
    const seqs = [signer(1).address, signer(2).address, signer(2).address]
    const args = [2, 1, 9, seqs, [3n, 4n, 5n]]
    const mpc = (await use().read('lockingPool', 'mpcAddress')) as Address
    const events = await pool(mpc, 'batchSubmitRewards', args)
    expect(events).toEqual([
      {name: 'BatchSubmitReward', args: {_newBatchId: 2n}},
      {
        name: 'DistributeReward',
        args: {batchId: 2n, startEpoch: 1n, endEpoch: 9n, amount: metis(12), rpb: metis(1)},
      },
    ])
    expect(before - (await balance(rewardPayer.address))).toBe(metis(12))
    expect((await use().sequencer(1)).reward).toBe(metis(3))
    expect((await use().sequencer(2)).reward).toBe(metis(9))
    const [id, , start, end] = (await use().read('lockingPool', 'curBatchState')) as bigint[]
    expect([id, start, end]).toEqual([2n, 1n, 9n])
  })

  test('rewards are paid while the pool is paused', async () => {
    await use().send(governance.address, 'lockingPool', 'setPause', [true])
    await use().submitBatch([[signer(1).address, 1n]])
    expect((await use().sequencer(1)).reward).toBe(rewardPerBlock)
  })

  test('without the rules of mainnet everyone may leave at once', async () => {
    await pool(alice, 'unlock', [1, 0])
    await pool(bob, 'unlock', [2, 0])
    await pool(carol, 'unlock', [3, 0])
    expect(await use().read('lockingPool', 'seqStatuses', [1])).toBe(3n)
  })

  test('an owner hands the sequencer over to a whitelisted account', async () => {
    await use().whitelist(dora)
    expect(await pool(alice, 'setSequencerOwner', [1, dora])).toEqual([
      {name: 'SequencerOwnerChanged', args: {_seqId: 1n, _owner: dora}},
    ])
    expect(await use().read('lockingPool', 'seqOwners', [alice])).toBe(0n)
    expect(await use().read('lockingPool', 'seqOwners', [dora])).toBe(1n)
  })
})
