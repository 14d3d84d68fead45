/** Plans of staking on a real chain: their amounts, their calls, what they warn of, and the chain after them. */
import {parseEther, zeroAddress} from 'viem'
import {afterAll, afterEach, beforeAll, beforeEach, expect, test} from 'vitest'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import type {Amount} from '../../src/protocol/amount.ts'
import {openContext, type Context} from '../../src/services/context.ts'
import {checkEligibility} from '../../src/services/staking/eligibility.ts'
import {openSignerSnapshot, openSnapshot} from '../../src/services/staking/open-snapshot.ts'
import {planRegistration} from '../../src/services/staking/register.ts'
import {
  planRotateSigner,
  planSetOwner,
  planSetRecipient,
} from '../../src/services/staking/sequencer-changes.ts'
import {findSequencer, listSequencers} from '../../src/services/staking/sequencers.ts'
import {
  planRestake,
  planStake,
  planStakeIncrease,
  planStakeWithdraw,
  showStake,
} from '../../src/services/staking/stake.ts'
import {producingTrap, recipientTrap} from '../../src/services/staking/traps.ts'
import {verifyStaking} from '../../src/services/staking/verify.ts'
import {planWhitelist} from '../../src/services/staking/whitelist.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {governance, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner')
const signer = accountOf('signer')
const other = accountOf('other')
const metis = (amount: number) => parseEther(`${amount}`)
const all: Amount = {kind: 'max'}
const exactly = (amount: number): Amount => ({kind: 'exact', wei: metis(amount)})

let chain: TestChain
let temp: TempHome
let context: Context

beforeAll(async () => {
  chain = await startTestChain({withL2: false})
  await chain.lock(other.address, accountOf('other signer'), '50000')
  await chain.lock(owner.address, signer, '30000')
  await chain.submitRewards(signer.address, 100n)
  await chain.keep()
  temp = await makeOperator(chain.network, {owner: 'owner', signer: 'signer'})
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await chain.reset()
  context = openContext({home: temp.home})
})
afterEach(() => context.close())

const functionsOf = ({calls}: {calls: {contract: string; label: string}[]}) =>
  calls.map(({contract}) => contract)
const trapsOf = ({traps}: {traps: {id: string}[]}) => traps.map(({id}) => id)
const block = async () => BigInt(String(await chain.l1.request('eth_blockNumber')))

/** Puts the calls of a plan on the chain as they are. */
async function carryOut({from, calls}: Awaited<ReturnType<typeof planStakeIncrease>>) {
  for (const {to, data, valueWei} of calls) {
    const value = `0x${valueWei.toString(16)}`
    const hash = await chain.l1.request('eth_sendTransaction', [
      {from, to, data, value, gas: '0x4c4b40'},
    ])
    const receipt = () => chain.l1.request('eth_getTransactionReceipt', [hash])
    await expect.poll(receipt).toMatchObject({status: '0x1'})
  }
}

test('locking more: up to the balance or the limit; approved exactly where the allowance is too low', async () => {
  // 30,000 of 100,000 METIS are locked, and an allowance of 70,000 is left.
  const filled = await planStakeIncrease(context, {sequencerId: undefined, amount: all})
  expect(filled).toMatchObject({call: {kind: 'relock', amountMetisWei: metis(70_000)}})
  expect(functionsOf(filled)).toEqual(['LockingPool'])
  await chain.act(owner.address, chain.at.metis, erc20Abi, 'approve', [chain.at.lockingInfo, 4n])
  const some = await planStakeIncrease(context, {sequencerId: 2n, amount: exactly(5)})
  expect(functionsOf(some)).toEqual(['METIS', 'LockingPool'])
  await carryOut(some)
  const {snapshot, differences} = await verifyStaking(context, some, await block())
  expect(differences).toEqual([])
  expect(snapshot.sequencer.amountMetisWei).toBe(metis(30_005))
  await expect(
    planStakeIncrease(context, {sequencerId: 1n, amount: exactly(5)}),
  ).rejects.toMatchObject({code: 'NOT_SEQUENCER_OWNER', facts: {sequencerId: '1'}})
})

test('the reward is locked whole, beside what the owner adds', async () => {
  const {rewardMetisWei} = await findSequencer(context, undefined)
  expect(rewardMetisWei).toBeGreaterThan(0n)
  const plan = await planRestake(context, {sequencerId: undefined, amount: exactly(0)})
  expect(plan.call).toEqual({kind: 'relock', amountMetisWei: 0n, withReward: true})
  expect(plan.figures).toContainEqual({
    ...{id: 'lockedMetisWei', before: `${metis(30_000)}`},
    after: `${metis(30_000) + rewardMetisWei}`,
  })
  await carryOut(plan)
  await expect(verifyStaking(context, plan, await block())).resolves.toMatchObject({
    differences: [],
  })
  // What fits beside the reward.
  await chain.reset()
  const filled = await planRestake(context, {sequencerId: undefined, amount: all})
  const added = metis(70_000) - rewardMetisWei
  expect(filled.call).toMatchObject({amountMetisWei: added < metis(70_000) ? added : 0n})
})

test('taking out: down to the minimum, with a word on the signer', async () => {
  const plan = await planStakeWithdraw(context, {sequencerId: undefined, amount: all})
  expect(plan).toMatchObject({call: {kind: 'withdraw', amountMetisWei: metis(10_000)}})
  expect(trapsOf(plan)).toEqual(['shared-throttle'])
  const {pool} = plan.snapshot
  expect(plan.traps[0]!.message).toContain(
    `until reward batch ${pool.rewardBatchId + pool.signerUpdateThrottle} `,
  )
  await carryOut(plan)
  const after = await verifyStaking(context, plan, await block())
  expect(after.differences).toEqual([])
  // Another prediction than the chain shows is told; one that must hold is an error.
  const wrong = {...plan, call: {kind: 'withdraw', amountMetisWei: metis(1)}} as typeof plan
  const {differences} = await verifyStaking(context, wrong, await block())
  expect(differences.map(({id}) => id)).toEqual([
    ...['lockedMetisWei', 'totalLockedMetisWei', 'callerMetisWei'],
  ])
  const gone = {...plan, call: {kind: 'unlock'}} as typeof plan
  await expect(verifyStaking(context, gone, await block())).rejects.toMatchObject({
    code: 'POST_STATE',
    facts: {sequencerId: '2', status: 'expected inactive, seen active'},
  })
})

test('what could be done with a lock, and how it looks', async () => {
  const stake = await planStake(context, undefined)
  const {sequencer, pool} = stake
  expect(stake).toMatchObject({
    ...{roomMetisWei: metis(70_000), increaseMetisWei: metis(70_000)},
    ...{callerMetisWei: metis(70_000), withdrawMetisWei: metis(10_000), shareBasisPoints: 3750},
    ...{restakeMetisWei: sequencer.rewardMetisWei, withdrawFromBatch: sequencer.updatedBatch + 1n},
    signerUpdateFromBatch: sequencer.updatedBatch + pool.signerUpdateThrottle,
  })
  expect(await showStake(context, 1n)).toMatchObject({
    ...{roomMetisWei: metis(50_000), shareBasisPoints: 6250},
  })
  const {sequencers} = await listSequencers(context)
  expect(sequencers.map(({sequencerId, owner: of}) => [sequencerId, of])).toEqual([
    [1n, other.address],
    [2n, owner.address],
  ])
})

test('a sequencer that is not there, an owner without one, a signer that signs for none', async () => {
  await expect(openSnapshot(context, 9n)).rejects.toMatchObject({
    ...{code: 'SEQUENCER_UNKNOWN', facts: {sequencerId: '9', network: 'test'}},
  })
  await expect(findSequencer(context, 9n)).rejects.toMatchObject({code: 'SEQUENCER_UNKNOWN'})
  expect((await openSnapshot(context, undefined)).caller).toBe(owner.address)
  expect(await openSignerSnapshot(context, undefined)).toMatchObject({
    ...{caller: signer.address, sequencer: {sequencerId: 2n}},
  })
  const stranger = await makeOperator(chain.network, {owner: 'nobody', signer: 'nobody else'})
  const theirs = openContext({home: stranger.home})
  await expect(findSequencer(theirs, undefined)).rejects.toMatchObject({code: 'NOT_REGISTERED'})
  await expect(openSignerSnapshot(theirs, undefined)).rejects.toMatchObject({
    ...{code: 'SIGNER_NOT_REGISTERED', message: expect.stringContaining('has never signed')},
  })
  theirs.close()
  stranger[Symbol.dispose]()
})

test('registering: the minimum where nothing is named, and each thing that is missing', async () => {
  const [candidate, key] = [accountOf('candidate'), accountOf('candidate signer')]
  const publicKey = `0x${key.publicKey.slice(4)}` as const
  const wanted = {
    ...{owner: candidate.address, rewardRecipient: candidate.address, amountMetisWei: undefined},
  }
  const before = await checkEligibility(context, {...wanted, signer: signer.address})
  expect(before.eligible).toBe(false)
  expect(before.checks.filter(({ok}) => !ok).map(({id}) => id)).toEqual([
    ...['whitelisted', 'signer-new', 'metis-balance', 'eth-balance'],
  ])
  await chain.fund(candidate.address, {metis: '20000', eth: '1'})
  const after = await checkEligibility(context, {...wanted, signer: key.address})
  expect(after).toMatchObject({eligible: true, amountMetisWei: metis(20_000)})
  expect(after.checks.every(({remedy}) => remedy === '')).toBe(true)
  const plan = await planRegistration(context, {...wanted, publicKey})
  expect(functionsOf(plan)).toEqual(['METIS', 'LockingPool'])
  expect(trapsOf(plan)).toEqual([])
  expect(plan.snapshot.sequencer.sequencerId).toBe(3n)
  expect(plan.effects).toContainEqual({
    ...{label: 'share of all locked METIS', before: '0 %', after: '20.00 %'},
  })
  const careless = await planRegistration(context, {
    ...{...wanted, rewardRecipient: zeroAddress, publicKey: `0x${candidate.publicKey.slice(4)}`},
  })
  expect(trapsOf(careless)).toEqual(['no-reward-recipient', 'signer-is-owner'])
  // Another one comes first: the id is looked up, not foretold.
  await chain.lock(accountOf('third').address, accountOf('third signer'))
  await carryOut(plan)
  const {snapshot} = await verifyStaking(context, plan, await block())
  expect(snapshot.sequencer).toMatchObject({sequencerId: 4n, owner: candidate.address})
})

test('changes of a sequencer: recipient, owner, signer', async () => {
  const recipient = await planSetRecipient(context, {
    ...{sequencerId: undefined, rewardRecipient: chain.at.lockingPool},
  })
  // A contract of L1, and L2 does not answer.
  expect(recipient.traps).toMatchObject([
    {id: 'recipient-without-code', message: expect.stringContaining('L2 does not respond')},
  ])
  expect(await recipientTrap(context, other.address)).toEqual([])
  const delegated = `0xef0100${other.address.slice(2)}`
  await chain.l1.request('anvil_setCode', [owner.address, delegated])
  expect(await recipientTrap(context, owner.address)).toEqual([])
  await chain.reset()
  const give = (newOwner: `0x${string}`) => planSetOwner(context, {sequencerId: 2n, newOwner})
  expect(await give(other.address)).toMatchObject({
    ...{irreversible: '2', traps: [{message: expect.stringContaining('owns sequencer 1')}]},
  })
  expect(await give(accountOf('new').address)).toMatchObject({
    ...{traps: [{message: expect.stringContaining('not whitelisted')}]},
  })
  const rotate = await planRotateSigner(context, {
    ...{sequencerId: undefined, publicKey: `0x${accountOf('next').publicKey.slice(4)}`},
  }).catch((error: unknown) => error)
  expect(rotate).toMatchObject({from: signer.address, role: 'signer'})
  expect(trapsOf(rotate as {traps: {id: string}[]})).toEqual(['unpaid-blocks', 'shared-throttle'])
})

test('an exit is warned of by the turn: now, next, of a signer that was replaced, or not to be seen', async () => {
  const epoch = (of: `0x${string}`, startBlock: bigint, endBlock: bigint) => ({
    ...{number: 1n, signer: of, startBlock, endBlock, state: 'current'},
  })
  const trap = (now: `0x${string}`, next: `0x${string}` | null) =>
    producingTrap(context, signer.address, {
      ...{epoch: epoch(now, 1n, 50n), headBlock: 9n, newest: []},
      next: next && epoch(next, 51n, 99n),
    } as unknown as Parameters<typeof producingTrap>[2])
  const messageOf = async (found: ReturnType<typeof trap>) => (await found)[0]?.message
  expect(await messageOf(trap(signer.address, null))).toMatch(
    /produces now, until block 50 .*head 9/,
  )
  expect(await messageOf(trap(other.address, signer.address))).toMatch(/next, from block 51 to 99/)
  const others = accountOf('other signer').address
  expect(await trap(others, null)).toEqual([])
  expect(await producingTrap(context, signer.address, null)).toMatchObject([
    {id: 'producing', message: expect.stringContaining('it is unknown')},
  ])
  await chain.l1.request('anvil_setBalance', [others, '0xde0b6b3a7640000'])
  const key = `0x${accountOf('new signer').publicKey.slice(4)}`
  await chain.act(others, chain.at.lockingPool, lockingPoolAbi, 'updateSigner', [1n, key])
  expect(await messageOf(trap(accountOf('stranger').address, others))).toMatch(
    /epoch until block 99 is of .* a replaced signer/,
  )
})

test('the whitelist: a change only, by the owner of the pool, with a word on who is locked out', async () => {
  const governor = await makeOperator(chain.network, {owner: 'governor', signer: 'signer'})
  const theirs = openContext({home: governor.home})
  await chain.act(governance.address, chain.at.lockingPool, lockingPoolAbi, 'transferOwnership', [
    accountOf('governor').address,
  ])
  const change = (account: `0x${string}`, allowed: boolean) =>
    planWhitelist(theirs, {account, allowed})
  expect(trapsOf(await change(other.address, false))).toEqual(['owner-locked-out'])
  expect(trapsOf(await change(accountOf('new').address, true))).toEqual([])
  await expect(change(other.address, true)).rejects.toMatchObject({code: 'NOTHING_TO_CHANGE'})
  await expect(change(accountOf('new').address, false)).rejects.toMatchObject({
    code: 'NOTHING_TO_CHANGE',
  })
  await expect(
    planWhitelist(context, {account: accountOf('new').address, allowed: true}),
  ).rejects.toMatchObject({code: 'NOT_POOL_OWNER'})
  theirs.close()
  governor[Symbol.dispose]()
})
