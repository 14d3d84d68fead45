/** Each rule of staking at its very limit: what is just allowed, and what just is not. */
import {
  createClient,
  custom,
  decodeFunctionData,
  encodeFunctionResult,
  parseEther,
  zeroAddress,
  type Address,
  type Hex,
} from 'viem'
import {expect, test} from 'vitest'

import {metisSequencerSetAbi} from '../../src/chain/abis/metis-sequencer-set.ts'
import {
  exitsAllowed,
  outcomeOf,
  type SequencerSnapshot,
  type StakingCall,
} from '../../src/protocol/locking-pool.ts'
import {resolveAmount} from '../../src/protocol/amount.ts'
import type {Context} from '../../src/services/context.ts'
import {conditionsOf} from '../../src/services/staking/conditions.ts'
import {toStakeView, withdrawableWei} from '../../src/services/staking/stake.ts'
import {
  differencesOf,
  toStakingPlan,
  type StakingRequest,
} from '../../src/services/staking/staking-plan.ts'
import type {CallFacts} from '../../src/services/staking/rule.ts'
import {
  bridgeFeeTrap,
  newOwnerTrap,
  sharedThrottleTrap,
  signerIsOwnerTrap,
  unpaidBlocksTrap,
} from '../../src/services/staking/traps.ts'

const [owner, signer, other]: [Address, Address, Address] = [
  `0x${'11'.repeat(20)}`,
  `0x${'22'.repeat(20)}`,
  `0x${'33'.repeat(20)}`,
]
const metis = (amount: number) => parseEther(`${amount}`)

interface Change {
  pool?: Partial<SequencerSnapshot['pool']>
  sequencer?: Partial<SequencerSnapshot['sequencer']>
  caller?: Partial<SequencerSnapshot>
}

function snapshotOf({pool, sequencer, caller: rest}: Change = {}): SequencerSnapshot {
  return {
    pool: {
      ...{minLockMetisWei: metis(20_000), maxLockMetisWei: metis(100_000)},
      ...{totalLockedMetisWei: metis(60_000), rewardPerBlockMetisWei: 1n, exitDelaySeconds: 60n},
      ...{signerUpdateThrottle: 1n, rewardBatchId: 5n, rewardedUntilEpoch: 4n},
      ...{totalSequencers: 9n, activeSequencers: 9n, exitingSequencers: 0n, paused: false},
      ...pool,
    },
    rules: 'mainnet',
    sequencer: {
      ...{sequencerId: 7n, amountMetisWei: metis(30_000), rewardMetisWei: metis(1)},
      ...{activationBatch: 1n, updatedBatch: 2n, deactivationBatch: 0n, unlockClaimTimeSeconds: 0n},
      ...{operationNonce: 1n, owner, signer, publicKey: '0x', rewardRecipient: other},
      ...{status: 'active', ...sequencer},
    },
    ...{caller: owner, callerIsWhitelisted: true, callerMetisWei: metis(500_000)},
    ...{timeSeconds: 1000n, ...rest},
  }
}

const lock = (wei: bigint): StakingCall => ({
  ...{kind: 'lock', signer, rewardRecipient: other, amountMetisWei: wei},
})
const relock = (wei: bigint, withReward = false): StakingCall => ({
  ...{kind: 'relock', amountMetisWei: wei, withReward},
})
const withdraw = (wei: bigint): StakingCall => ({kind: 'withdraw', amountMetisWei: wei})

const refused = (call: StakingCall, change?: Change, facts?: CallFacts) =>
  conditionsOf(call, snapshotOf(change), facts).filter(({ok}) => !ok)
const codes = (...args: Parameters<typeof refused>) => refused(...args).map(({code}) => code)

test('amounts: the limits themselves are allowed, one wei beyond is not', () => {
  expect(codes(lock(metis(20_000)))).toEqual([])
  expect(codes(lock(metis(100_000)))).toEqual([])
  expect(codes(lock(metis(20_000) - 1n))).toEqual(['AMOUNT_OUT_OF_RANGE'])
  expect(codes(lock(metis(100_000) + 1n))).toEqual(['AMOUNT_OUT_OF_RANGE'])
  const poor = (wei: bigint): Change => ({caller: {callerMetisWei: wei}})
  expect(codes(lock(metis(20_000)), poor(metis(20_000)))).toEqual([])
  expect(codes(lock(metis(20_000)), poor(metis(20_000) - 1n))).toEqual(['METIS_BALANCE_LOW'])
  expect(codes(relock(metis(70_000)))).toEqual([])
  expect(codes(relock(metis(70_000) + 1n))).toEqual(['AMOUNT_OUT_OF_RANGE'])
  // The reward counts towards the maximum and needs no METIS of the owner.
  expect(codes(relock(metis(69_999), true))).toEqual([])
  expect(codes(relock(metis(69_999) + 1n, true))).toEqual(['AMOUNT_OUT_OF_RANGE'])
  expect(codes(relock(0n, true), poor(0n))).toEqual([])
  expect(codes(relock(0n))).toEqual(['NOTHING_TO_LOCK'])
  expect(codes(relock(1n))).toEqual([])
  expect(codes(withdraw(metis(10_000)))).toEqual([])
  expect(codes(withdraw(metis(10_000) + 1n))).toEqual(['AMOUNT_OUT_OF_RANGE'])
  expect(codes(withdraw(1n))).toEqual([])
  expect(codes(withdraw(0n))).toEqual(['NOTHING_TO_WITHDRAW'])
  expect(codes(withdraw(metis(30_000)), {pool: {minLockMetisWei: 0n}})).toEqual([])
  expect(codes(withdraw(metis(30_000) + 1n), {pool: {minLockMetisWei: 0n}})).toContain(
    'AMOUNT_OUT_OF_RANGE',
  )
})

test('a refusal names what is still possible, and says so where nothing is', () => {
  const remedyOf = (call: StakingCall, change?: Change) => refused(call, change)[0]?.remedy
  expect(remedyOf(relock(metis(80_000)))).toContain('at most 70,000 METIS more')
  const full = {sequencer: {amountMetisWei: metis(100_000)}}
  expect(remedyOf(relock(1n), full)).toContain('already at the maximum')
  expect(refused(relock(0n), full)[0]?.seen).toContain('at the maximum lock already')
  expect(refused(relock(0n))[0]?.seen).toBe('nothing')
  expect(remedyOf(withdraw(metis(10_001)))).toContain('at most 10,000 METIS')
  const least = {sequencer: {amountMetisWei: metis(20_000)}}
  expect(remedyOf(withdraw(1n), least)).toContain('at the minimum')
  expect(refused(withdraw(1n), least)[0]?.facts).toMatchObject({amountWei: '1', freeWei: '0'})
  expect(refused(relock(metis(80_000)))[0]?.facts).toMatchObject({roomWei: `${metis(70_000)}`})
  const paid = (status: 'active' | 'inactive') => {
    const change = {sequencer: {rewardRecipient: zeroAddress, status}}
    const call: StakingCall = status === 'active' ? {kind: 'unlock'} : {kind: 'unlock-claim'}
    return refused(call, {...change, caller: {timeSeconds: 2000n}})[0]?.remedy
  }
  expect(paid('active')).toContain('set-recipient 7')
  expect(paid('inactive')).toContain('only the owner of LockingPool')
  const bft = (exitingSequencers: bigint) =>
    refused({kind: 'unlock'}, {pool: {activeSequencers: 2n, exitingSequencers}})[0]?.remedy
  expect([bft(0n), bft(1n)]).toEqual([
    expect.stringContaining('more sequencers have joined'),
    expect.stringContaining('has claimed'),
  ])
})

test('turns of a reward batch: a withdrawal waits for the next one, a signer update as long as is set', () => {
  const at = (rewardBatchId: bigint, signerUpdateThrottle = 3n): Change => ({
    ...{pool: {rewardBatchId, signerUpdateThrottle}, sequencer: {updatedBatch: 5n}},
  })
  expect(codes(withdraw(1n), at(5n))).toEqual(['WITHDRAW_THROTTLED'])
  expect(codes(withdraw(1n), at(6n))).toEqual([])
  const update: StakingCall = {kind: 'update-signer', signer: other}
  const as = (change: Change): Change => ({...change, caller: {caller: signer}})
  expect(codes(update, as(at(7n)))).toEqual(['SIGNER_UPDATE_THROTTLED'])
  expect(codes(update, as(at(8n)))).toEqual([])
  // A pause stops it; the whitelist is for owners.
  expect(
    codes(update, {...as(at(8n)), caller: {caller: signer, callerIsWhitelisted: false}}),
  ).toEqual([])
  expect(codes(update, {pool: {...at(8n).pool, paused: true}, caller: {caller: signer}})).toContain(
    'POOL_PAUSED',
  )
})

test('exits: a third may leave, and the METIS are free at the second that was told', () => {
  const counted = (activeSequencers: bigint, exitingSequencers: bigint) =>
    exitsAllowed({...snapshotOf().pool, activeSequencers, exitingSequencers})
  expect([
    counted(3n, 0n),
    counted(2n, 0n),
    counted(8n, 1n),
    counted(6n, 3n),
    counted(1n, 5n),
  ]).toEqual([...[1n, 0n, 2n, 0n, 0n]])
  expect(codes({kind: 'unlock'}, {pool: {activeSequencers: 3n}})).toEqual([])
  expect(codes({kind: 'unlock'}, {pool: {activeSequencers: 2n}})).toEqual(['BFT_RESTRICTION'])
  // The published pool has no such rule.
  const published: Change = {pool: {activeSequencers: 2n}, caller: {rules: 'published'}}
  expect(codes({kind: 'unlock'}, published)).toEqual([])
  const exiting = (timeSeconds: bigint): Change => ({
    sequencer: {status: 'inactive', unlockClaimTimeSeconds: 1000n},
    caller: {timeSeconds},
  })
  expect(codes({kind: 'unlock-claim'}, exiting(999n))).toEqual(['EXIT_NOT_FINISHED'])
  expect(codes({kind: 'unlock-claim'}, exiting(1000n))).toEqual([])
  expect(refused({kind: 'unlock-claim'}, exiting(940n))[0]?.seen).toMatch(/^1 min.* left/)
  const over = conditionsOf({kind: 'unlock-claim'}, snapshotOf(exiting(1000n)))
  expect(over.find(({id}) => id === 'exit-delay')?.seen).toBe('passed')
})

test('a new owner: looked at where the pool looks, and a trap where it does not', () => {
  const give: StakingCall = {kind: 'set-owner', owner: other}
  const newOwner = {isWhitelisted: false, ownedSequencerId: 3n}
  const under = (rules: SequencerSnapshot['rules']) => codes(give, {caller: {rules}}, {newOwner})
  expect(under('published')).toEqual(['NEW_OWNER_NOT_WHITELISTED', 'OWNER_HAS_SEQUENCER'])
  expect([under('mainnet'), under('unknown')]).toEqual([[], []])
  const notKnown = codes(give, {caller: {rules: 'published'}})
  expect(notKnown).toEqual(['NEW_OWNER_NOT_WHITELISTED'])
  const seen = (isWhitelisted: boolean) =>
    conditionsOf(give, snapshotOf({caller: {rules: 'published'}}), {
      newOwner: {isWhitelisted, ownedSequencerId: 0n},
    }).find(({id}) => id === 'new-owner-whitelisted')?.seen
  expect([seen(true), seen(false)]).toEqual(['yes', 'no'])
  expect(newOwnerTrap(other, {isWhitelisted: true, ownedSequencerId: 0n})).toEqual([])
  expect(newOwnerTrap(other, newOwner)).toMatchObject([
    {id: 'new-owner-not-ready', message: expect.stringContaining('not whitelisted')},
  ])
  expect(newOwnerTrap(other, {...newOwner, isWhitelisted: true})).toMatchObject([
    {message: expect.stringContaining('owns sequencer 3')},
  ])
})

test('a signer that was used is told by whom', () => {
  const seen = (signerEntry: NonNullable<CallFacts['signerEntry']>) =>
    refused(lock(metis(20_000)), {}, {signerEntry})[0]?.seen
  expect(seen({state: 'used', sequencerId: 9n})).toBe('used by sequencer 9')
  expect(seen({state: 'burned'})).toBe('used and burned')
  expect(refused(lock(metis(20_000)), {}, {ownedSequencerId: 3n})[0]?.seen).toBe('sequencer 3')
})

test('traps begin where they are meant to', () => {
  const usual = 10_000_000_000_000_000n
  expect([bridgeFeeTrap(usual), signerIsOwnerTrap(signer, owner)]).toEqual([[], []])
  expect(bridgeFeeTrap(usual + 1n)).toMatchObject([{id: 'bridge-fee'}])
  expect(signerIsOwnerTrap(owner, owner)).toMatchObject([{id: 'signer-is-owner'}])
  expect(sharedThrottleTrap('withdrawal', 6n).message).toMatch(/signer cannot be replaced.*batch 6/)
  expect(sharedThrottleTrap('signer update', 6n).message).toMatch(/no METIS can be withdrawn/)
})

/** An L2 that has these epochs, from epoch 0 on. */
function contextWith(signers: readonly Address[]): Context {
  const abi = metisSequencerSetAbi
  const answer = (data: Hex): Hex => {
    const {functionName, args} = decodeFunctionData({abi, data})
    if (functionName === 'currentEpochNumber')
      return encodeFunctionResult({abi, functionName, result: BigInt(signers.length - 1)})
    const number = (args as readonly [bigint])[0]
    const result = [number, signers[Number(number)]!, number * 10n, number * 10n + 9n] as const
    return encodeFunctionResult({abi, functionName: 'epochs', result})
  }
  const client = createClient({
    transport: custom({request: async ({params}) => answer((params as [{data: Hex}])[0].data)}),
  })
  const network = {l2: {contracts: {sequencerSet: other}}}
  return {l2: () => ({client}), network} as unknown as Context
}

test('an epoch of the old signer is a trap until it is paid; epoch 0 never is', async () => {
  const unpaid = async (signers: Address[], paidUntil: bigint) => {
    const [trap] = await unpaidBlocksTrap(contextWith(signers), snapshotOf().sequencer, paidUntil)
    return trap && Number(/has epoch (\d+)/.exec(trap.message)?.[1])
  }
  expect(await unpaid([signer, other], 0n)).toBeUndefined()
  expect(await unpaid([signer, signer], 0n)).toBe(1)
  expect(await unpaid([other, signer, other], 1n)).toBeUndefined()
  expect(await unpaid([other, signer, signer, other], 1n)).toBe(2)
  // The newest one, since all until then have to be paid; they are read a hundred at a time.
  const many = Array.from({length: 204}, () => other)
  expect(await unpaid(many.with(3, signer).with(103, signer), 2n)).toBe(103)
  expect(await unpaid(many.with(104, signer), 2n)).toBe(104)
  expect(await unpaid(many.with(3, signer), 2n)).toBe(3)
  expect(await unpaid(many.with(3, signer), 3n)).toBeUndefined()
})

test('the view of a lock: what fits in, what can come out, and its share', () => {
  const {sequencer, pool} = snapshotOf()
  expect(toStakeView(sequencer, pool)).toMatchObject({
    ...{roomMetisWei: metis(70_000), shareBasisPoints: 5000},
  })
  const above = {...sequencer, amountMetisWei: metis(100_001)}
  expect(toStakeView(above, {...pool, totalLockedMetisWei: 0n})).toMatchObject({
    ...{roomMetisWei: 0n, shareBasisPoints: 0},
  })
  expect(withdrawableWei(snapshotOf())).toBe(metis(10_000))
  expect(withdrawableWei(snapshotOf({sequencer: {amountMetisWei: metis(19_999)}}))).toBe(0n)
  expect(resolveAmount({kind: 'share', basisPoints: 3333n}, 10n)).toBe(3n)
  expect(resolveAmount({kind: 'max'}, -1n)).toBe(0n)
})

test('outcomes, to the wei', () => {
  const of = (call: StakingCall) => outcomeOf(call, snapshotOf(), 2000n)
  expect(of(relock(metis(5), true))).toMatchObject({
    ...{lockedMetisWei: metis(30_006), totalLockedMetisWei: metis(60_006), claimableMetisWei: 0n},
    ...{callerMetisWei: metis(499_995), operationNonce: 2n, updatedBatch: 2n},
  })
  expect(of(relock(metis(5)))).toMatchObject({
    ...{lockedMetisWei: metis(30_005), claimableMetisWei: metis(1)},
  })
  expect(of(withdraw(metis(5)))).toMatchObject({
    ...{lockedMetisWei: metis(29_995), totalLockedMetisWei: metis(59_995), updatedBatch: 5n},
    ...{callerMetisWei: metis(500_005)},
  })
  expect(of({kind: 'unlock'})).toMatchObject({
    ...{status: 'inactive', unlockClaimTimeSeconds: 2060n, claimableMetisWei: 0n},
    ...{lockedMetisWei: metis(30_000), operationNonce: 2n},
  })
  expect(of({kind: 'unlock-claim'})).toMatchObject({
    ...{status: 'unlocked', lockedMetisWei: 0n, totalLockedMetisWei: metis(30_000)},
    ...{callerMetisWei: metis(530_000), claimableMetisWei: 0n},
  })
  expect(of({kind: 'update-signer', signer: other})).toMatchObject({
    ...{signer: other, updatedBatch: 5n, operationNonce: 2n},
  })
  // These two do not count as operations of the sequencer.
  expect(of({kind: 'withdraw-rewards'})).toMatchObject({claimableMetisWei: 0n, operationNonce: 1n})
  expect(of({kind: 'set-owner', owner: other})).toMatchObject({owner: other, operationNonce: 1n})
  expect(of({kind: 'set-reward-recipient', rewardRecipient: owner})).toMatchObject({
    ...{rewardRecipient: owner, operationNonce: 1n},
  })
})

test('a plan shows what changes, in words, and what differs afterwards is found', () => {
  const before = snapshotOf()
  const request: StakingRequest = {
    ...{action: 'exit start', title: 'Leave', subject: 'An exit', role: 'owner'},
    ...{snapshot: before, call: {kind: 'unlock'}, calls: [], irreversible: true},
  }
  const plan = toStakingPlan(request)
  expect(plan).toMatchObject({chain: 'L1', from: owner, irreversible: '7', traps: []})
  expect(plan.effects).toEqual([
    {label: 'status', before: 'active', after: 'exiting'},
    {label: 'claimable', before: '1 METIS', after: '0 METIS'},
    {label: 'operation number', before: '1', after: '2'},
    {label: 'METIS free from', before: 'not exiting', after: expect.stringMatching(/^1970-01-01/)},
  ])
  const first: Change = {
    sequencer: {status: 'unavailable', owner: zeroAddress, signer: zeroAddress, amountMetisWei: 0n},
  }
  const register = toStakingPlan({
    ...request,
    snapshot: snapshotOf(first),
    call: lock(metis(20_000)),
    calls: [],
  })
  expect(register.effects).toEqual(
    expect.arrayContaining([
      {label: 'owner', before: 'nobody', after: owner},
      {label: 'METIS of the owner on L1', before: '500,000 METIS', after: '480,000 METIS'},
      {
        label: 'last withdrawal or signer update',
        before: 'reward batch 2',
        after: 'reward batch 5',
      },
    ]),
  )
  expect(toStakingPlan({...request, irreversible: false})).not.toHaveProperty('irreversible')
  const after = snapshotOf({
    sequencer: {
      status: 'inactive',
      rewardMetisWei: 1n,
      operationNonce: 2n,
      unlockClaimTimeSeconds: 2060n,
    },
    caller: {timeSeconds: 2000n},
  })
  expect(differencesOf(plan, after)).toEqual([
    {id: 'claimableMetisWei', expected: '0', actual: '1'},
  ])
  expect(() => toStakingPlan({...request, snapshot: snapshotOf({pool: {paused: true}})})).toThrow(
    expect.objectContaining({
      code: 'POOL_PAUSED',
      facts: expect.objectContaining({sequencerId: '7', account: owner}),
    }),
  )
})
