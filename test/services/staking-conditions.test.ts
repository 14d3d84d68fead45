/**
 * Every condition of every operator function: what the contract answers, and the named error that our
 * preflight gives before anything is sent.
 */
import {keccak256, sliceHex, type Address, type Hex} from 'viem'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'

import {readWhitelisted} from '../../src/chain/actions/locking-pool/read-pool.ts'
import {
  readOwnedSequencerId,
  readSignerEntry,
} from '../../src/chain/actions/locking-pool/read-sequencer-ids.ts'
import {l2Addresses} from '../../src/local/l2-plan.ts'
import type {StakingCall} from '../../src/protocol/locking-pool.ts'
import {openContext, type Context} from '../../src/services/context.ts'
import type {Condition} from '../../src/services/sending/check.ts'
import {conditionsOf} from '../../src/services/staking/conditions.ts'
import {readSnapshot} from '../../src/services/staking/sequencer-snapshot.ts'
import {saveNetwork} from '../../src/store/networks.ts'
import {aliceLosesHerPlace, ladders, type Attempt} from '../contracts/ladders.ts'
import {alice, bob, startStaking, type Staking} from '../contracts/staking.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'
import {networkOf} from '../helpers/test-chain.ts'

/** Contract function -> the call of ours. */
const calls: Record<string, (args: unknown[]) => StakingCall> = {
  lockWithRewardRecipient: ([signer, rewardRecipient, amount]) => ({
    kind: 'lock',
    signer: signer as Address,
    rewardRecipient: rewardRecipient as Address,
    amountMetisWei: amount as bigint,
  }),
  relock: ([, amount, withReward]) => ({
    kind: 'relock',
    amountMetisWei: amount as bigint,
    withReward: withReward as boolean,
  }),
  withdraw: ([, amount]) => ({kind: 'withdraw', amountMetisWei: amount as bigint}),
  withdrawRewards: () => ({kind: 'withdraw-rewards'}),
  unlock: () => ({kind: 'unlock'}),
  unlockClaim: () => ({kind: 'unlock-claim'}),
  updateSigner: ([, pubkey]) => ({kind: 'update-signer', signer: addressOf(pubkey as Hex)}),
  setSequencerRewardRecipient: ([, rewardRecipient]) => ({
    kind: 'set-reward-recipient',
    rewardRecipient: rewardRecipient as Address,
  }),
  setSequencerOwner: ([, owner]) => ({kind: 'set-owner', owner: owner as Address}),
}

/** Reverts that no command can meet: keys are parsed and matched, allowances given, fees quoted. */
const NEVER_MET = [
  'invalid pubkey',
  'pubkey and address mismatch',
  'ERC20: insufficient allowance',
  'insufficient fee supplied. send at least 200000000000000',
]

/** Codes of the conditions of one function, in the order in which a newcomer meets them. */
const expected: Record<string, string[]> = {
  'lockWithRewardRecipient mainnet':
    'POOL_PAUSED NOT_WHITELISTED OWNER_HAS_SEQUENCER SIGNER_USED AMOUNT_OUT_OF_RANGE AMOUNT_OUT_OF_RANGE ok'.split(
      ' ',
    ),
  'relock mainnet':
    'POOL_PAUSED NOT_WHITELISTED SEQUENCER_NOT_ACTIVE NOT_SEQUENCER_OWNER AMOUNT_OUT_OF_RANGE NOTHING_TO_LOCK ok AMOUNT_OUT_OF_RANGE'.split(
      ' ',
    ),
  'withdraw mainnet':
    'POOL_PAUSED NOT_WHITELISTED SEQUENCER_NOT_ACTIVE NOT_SEQUENCER_OWNER WITHDRAW_THROTTLED AMOUNT_OUT_OF_RANGE NOTHING_TO_WITHDRAW AMOUNT_OUT_OF_RANGE ok WITHDRAW_THROTTLED'.split(
      ' ',
    ),
  // The contract takes a claim of nothing and keeps the fee; we do not.
  'withdrawRewards mainnet':
    'POOL_PAUSED NOT_WHITELISTED SEQUENCER_NOT_ACTIVE NOT_SEQUENCER_OWNER REWARD_RECIPIENT_UNSET NOTHING_TO_CLAIM'.split(
      ' ',
    ),
  'unlock mainnet':
    'POOL_PAUSED NOT_WHITELISTED SEQUENCER_NOT_ACTIVE NOT_SEQUENCER_OWNER BFT_RESTRICTION REWARD_RECIPIENT_UNSET ok SEQUENCER_NOT_ACTIVE'.split(
      ' ',
    ),
  'unlock head':
    'POOL_PAUSED NOT_WHITELISTED SEQUENCER_NOT_ACTIVE NOT_SEQUENCER_OWNER REWARD_RECIPIENT_UNSET ok'.split(
      ' ',
    ),
  'unlockClaim head':
    'POOL_PAUSED NOT_WHITELISTED NOT_SEQUENCER_OWNER REWARD_RECIPIENT_UNSET EXIT_NOT_STARTED EXIT_NOT_FINISHED ok EXIT_NOT_STARTED'.split(
      ' ',
    ),
  'updateSigner mainnet':
    'POOL_PAUSED SEQUENCER_NOT_ACTIVE NOT_SEQUENCER_SIGNER SIGNER_UPDATE_THROTTLED SIGNER_USED ok'.split(
      ' ',
    ),
  'setSequencerRewardRecipient head':
    'NOT_WHITELISTED NOT_SEQUENCER_OWNER SEQUENCER_NOT_ACTIVE NULL_ADDRESS ok'.split(' '),
  'setSequencerOwner head':
    'NULL_ADDRESS NEW_OWNER_NOT_WHITELISTED OWNER_HAS_SEQUENCER SEQUENCER_NOT_ACTIVE NOT_SEQUENCER_OWNER ok'.split(
      ' ',
    ),
  'setSequencerOwner mainnet':
    'NOT_WHITELISTED NULL_ADDRESS SEQUENCER_NOT_ACTIVE NOT_SEQUENCER_OWNER ok ok'.split(' '),
}

describe.each(['mainnet', 'head'] as const)('conditions, %s rules', (rules) => {
  let staking: Staking
  let temp: TempHome
  let context: Context
  let snapshot: unknown

  beforeAll(async () => {
    staking = await startStaking(rules === 'mainnet')
    await staking.lock(alice, 1)
    await staking.lock(bob, 2)
    temp = makeTempHome()
    const network = networkOf([staking.rpcUrl], ['http://127.0.0.1:9'], staking.at, l2Addresses)
    network.l1.poolImplementations = {
      [staking.at.implementations.lockingPool]: rules === 'mainnet' ? 'mainnet' : 'published',
    }
    saveNetwork(temp.home, network, {replace: true})
    context = openContext({network: 'test', home: temp.home})
  })
  afterAll(async () => {
    context.close()
    temp[Symbol.dispose]()
    await staking[Symbol.asyncDispose]()
  })
  beforeEach(async () => (snapshot = await staking.chain.request('evm_snapshot')))
  afterEach(() => staking.chain.request('evm_revert', snapshot))

  const ours = ladders.filter((ladder) => expected[`${ladder.fn} ${ladder.rules ?? 'mainnet'}`])
  const here = ours.filter((ladder) => (ladder.rules ?? 'mainnet') === rules)

  test.each(here)('$fn: each refusal of the contract is a named condition', async (ladder) => {
    await ladder.prepare?.(staking)
    await aliceLosesHerPlace(staking)
    const attempt = {from: ladder.start.from, args: [...ladder.start.args]}
    const codes: string[] = []
    for (const [revert, change] of ladder.rungs) {
      if (!NEVER_MET.includes(revert)) {
        const first = await firstRefusal(context, ladder.fn, attempt)
        codes.push(first?.code ?? 'ok')
        if (first) expect(first).toMatchObject({ok: false, seen: expect.stringMatching(/./)})
        // What the contract would say is what it does say; a condition of ours is stricter.
        if (first?.revert !== '')
          expect(first?.revert ?? 'ok').toBe(revert.replace('Panic 17', 'Panic(0x11)'))
        if (first && first.code !== 'NOTHING_TO_CLAIM') expect(first.remedy).not.toBe('')
      }
      await change?.(attempt, staking)
    }
    expect(codes).toEqual(expected[`${ladder.fn} ${rules}`])
  })
})

test('every function of the table has its ladder', () => {
  const walked = ladders.map(({fn, rules = 'mainnet'}) => `${fn} ${rules}`)
  expect(walked).toEqual(expect.arrayContaining(Object.keys(expected)))
  expect(Object.keys(calls).toSorted()).toEqual(
    [...new Set(Object.keys(expected).map((key) => key.split(' ')[0]))].toSorted(),
  )
})

async function firstRefusal(
  context: Context,
  fn: string,
  {from, args}: Attempt,
): Promise<Condition | undefined> {
  const call = calls[fn]!(args)
  const {client} = context.l1()
  const {lockingPool} = context.network.l1.contracts
  const sequencerId = call.kind === 'lock' ? 99n : BigInt(args[0] as number)
  const snapshot = await readSnapshot(context, {sequencerId, caller: from})
  const signer = 'signer' in call ? call.signer : from
  const newOwner = call.kind === 'set-owner' ? call.owner : from
  const facts = {
    signerEntry: await readSignerEntry(client, {lockingPool, signer}),
    ownedSequencerId: await readOwnedSequencerId(client, {lockingPool, owner: from}),
    newOwner: {
      isWhitelisted: await readWhitelisted(client, {lockingPool, owner: newOwner}),
      ownedSequencerId: await readOwnedSequencerId(client, {lockingPool, owner: newOwner}),
    },
  }
  return conditionsOf(call, snapshot, facts).find(({ok}) => !ok)
}

function addressOf(pubkey: Hex): Address {
  return sliceHex(keccak256(pubkey), 12)
}
