/** For each function a state that breaks every rule, and what takes away one reason after the other. */
import {type Address, sliceHex, zeroAddress} from 'viem'

import {
  type Staking,
  alice,
  bob,
  carol,
  dora,
  governance,
  metis,
  mpc,
  recipient,
  rewardPayer,
  signer,
  stranger,
} from './staking.ts'

/** What the next attempt calls; a rung changes one thing about it or about the chain. */
export interface Attempt {
  from: Address
  args: unknown[]
}

type Change = (attempt: Attempt, staking: Staking) => unknown
/** The revert that is met first, and the change that takes exactly this reason away. */
export type Rung = [revert: string, change?: Change]

export interface Ladder {
  fn: string
  /** Absent when the rule is the same in both implementations. */
  rules?: 'mainnet' | 'head'
  /** Breaks everything that can be broken at once. */
  start: Attempt
  prepare?(staking: Staking): Promise<unknown>
  rungs: Rung[]
}

const asGovernance = (fn: string, args: unknown[], part: 'lockingPool' | 'lockingInfo') => {
  return (_: Attempt, staking: Staking) => staking.send(governance.address, part, fn, args)
}
const pause = (staking: Staking) =>
  staking.send(governance.address, 'lockingPool', 'setPause', [true])
const unpause = asGovernance('setPause', [false], 'lockingPool')
const whitelistCaller: Change = ({from}, staking) => staking.whitelist(from)
const from =
  (address: Address): Change =>
  (attempt) =>
    (attempt.from = address)
const arg =
  (index: number, value: unknown): Change =>
  (attempt) =>
    (attempt.args[index] = value)
const both =
  (...changes: Change[]): Change =>
  async (attempt, staking) => {
    for (const change of changes) await change(attempt, staking)
  }
const id = (value: number) => arg(0, value)
const setRecipientOf = (owner: Address, seqId: number): Change => {
  return (_, staking) =>
    staking.send(owner, 'lockingPool', 'setSequencerRewardRecipient', [seqId, recipient])
}
const mineIt = (fn: string, seqId: number): Change => {
  return (_, staking) => staking.send(alice, 'lockingPool', fn, [seqId, 0])
}
const nextBatch: Change = (_, staking) => staking.submitBatch()

/** Alice owns 1, Bob owns 2; nobody has a recipient. Alice is then thrown off the list. */
export async function aliceLosesHerPlace(staking: Staking) {
  await pause(staking)
  await staking.whitelist(alice, false)
}

const head63 = sliceHex(signer(1).pubkey, 0, 63)

function lockRungs(pubkeyAt: number, amountAt: number): Rung[] {
  return [
    ['Pausable: paused', unpause],
    ['NotWhitelisted', whitelistCaller],
    ['invalid pubkey', arg(pubkeyAt, signer(9).pubkey)],
    ['pubkey and address mismatch', arg(pubkeyAt, signer(1).pubkey)],
    ['OwnedSequencer', both(from(carol), whitelistCaller)],
    ['SignerExisted', both(arg(0, signer(9).address), arg(pubkeyAt, signer(9).pubkey))],
    ['invalid amount', arg(amountAt, metis(100_000) + 1n)],
    ['invalid amount', arg(amountAt, metis(100_000))],
    ['ERC20: insufficient allowance', approveAgain],
    ['ok'],
  ]
}

const approveAgain: Change = ({from: owner}, staking) => {
  return staking.send(owner, 'metis', 'approve', [staking.at.lockingInfo, metis(100_000)])
}
const revokeCarol = (staking: Staking) =>
  staking.send(carol, 'metis', 'approve', [staking.at.lockingInfo, 0n])

const unlockStart: Attempt = {from: alice, args: [99, 0]}

export const ladders: Ladder[] = [
  {
    fn: 'lockFor',
    start: {from: alice, args: [signer(1).address, metis(20_000) - 1n, head63]},
    prepare: revokeCarol,
    rungs: lockRungs(2, 1),
  },
  {
    fn: 'lockWithRewardRecipient',
    start: {from: alice, args: [signer(1).address, zeroAddress, metis(20_000) - 1n, head63]},
    prepare: revokeCarol,
    rungs: lockRungs(3, 2),
  },
  {
    fn: 'relock',
    start: {from: alice, args: [99, 0n, true]},
    prepare: (staking) =>
      staking.send(governance.address, 'lockingInfo', 'setMaxLock', [metis(30_000)]),
    rungs: [
      ['Pausable: paused', unpause],
      ['NotWhitelisted', whitelistCaller],
      ['SeqNotActive', id(2)],
      ['NotSeqOwner', id(1)],
      ['locked>maxLock', asGovernance('setMaxLock', [metis(100_000)], 'lockingInfo')],
      ['No new locked added', arg(1, metis(60_000))],
      ['ok', arg(1, metis(60_000) + 1n)],
      ['locked>maxLock'],
    ],
  },
  {
    fn: 'withdraw',
    start: {from: alice, args: [99, metis(40_000) + 1n]},
    rungs: [
      ['Pausable: paused', unpause],
      ['NotWhitelisted', whitelistCaller],
      ['SeqNotActive', id(2)],
      ['NotSeqOwner', id(1)],
      ['withdraw throttle', nextBatch],
      ['Panic 17', arg(1, 0n)],
      ['invalid amount', arg(1, metis(20_000) + 1n)],
      ['invalid amount', arg(1, metis(20_000))],
      ['ok', (_, staking) => staking.send(alice, 'lockingPool', 'withdraw', [1, metis(1)])],
      ['withdraw throttle'],
    ],
  },
  {
    fn: 'withdrawRewards',
    start: unlockStart,
    rungs: [
      ['Pausable: paused', unpause],
      ['NotWhitelisted', whitelistCaller],
      ['SeqNotActive', id(2)],
      ['NotSeqOwner', id(1)],
      ['NoRewardRecipient', setRecipientOf(alice, 1)],
      ['ok', (_, staking) => staking.submitBatch([[signer(1).address, 5n]])],
      ['insufficient fee supplied. send at least 200000000000000'],
    ],
  },
  {
    fn: 'unlock',
    rules: 'mainnet',
    start: unlockStart,
    rungs: [
      ['Pausable: paused', unpause],
      ['NotWhitelisted', whitelistCaller],
      ['SeqNotActive', id(2)],
      ['NotSeqOwner', id(1)],
      ['BFT restriction', (_, staking) => staking.lock(carol, 3)],
      ['NoRewardRecipient', setRecipientOf(alice, 1)],
      ['ok', mineIt('unlock', 1)],
      ['SeqNotActive'],
    ],
  },
  {
    fn: 'unlock',
    rules: 'head',
    start: unlockStart,
    rungs: [
      ['Pausable: paused', unpause],
      ['NotWhitelisted', whitelistCaller],
      ['SeqNotActive', id(2)],
      ['NotSeqOwner', id(1)],
      ['NoRewardRecipient', setRecipientOf(alice, 1)],
      ['ok'],
    ],
  },
  {
    fn: 'unlockClaim',
    rules: 'head',
    start: unlockStart,
    rungs: [
      ['Pausable: paused', unpause],
      ['NotWhitelisted', whitelistCaller],
      ['NotSeqOwner', id(1)],
      ['NoRewardRecipient', setRecipientOf(alice, 1)],
      ['Not allowed to cliam', mineIt('unlock', 1)],
      ['Not allowed to cliam', (_, staking) => staking.chain.warp(21 * 24 * 3600)],
      ['ok', mineIt('unlockClaim', 1)],
      ['Not allowed to cliam'],
    ],
  },
  {
    fn: 'updateSigner',
    start: {from: alice, args: [99, head63]},
    rungs: [
      ['Pausable: paused', unpause],
      ['SeqNotActive', id(1)],
      ['NotSeqSigner', from(signer(1).address)],
      ['signer updating throttle', nextBatch],
      ['invalid pubkey', arg(1, signer(2).pubkey)],
      ['SignerExisted', arg(1, signer(9).pubkey)],
      ['ok'],
    ],
  },
  {
    fn: 'setSequencerRewardRecipient',
    rules: 'head',
    start: {from: alice, args: [99, zeroAddress]},
    prepare: async (staking) => {
      await setRecipientOf(alice, 1)({from: alice, args: []}, staking)
      await staking.send(alice, 'lockingPool', 'unlock', [1, 0])
    },
    rungs: [
      ['NotWhitelisted', whitelistCaller],
      ['NotSeqOwner', id(1)],
      ['SeqNotActive', both(from(bob), id(2))],
      ['NullAddress', arg(1, recipient)],
      ['ok'],
    ],
  },
  {
    fn: 'setSequencerOwner',
    rules: 'head',
    start: {from: alice, args: [99, zeroAddress]},
    prepare: (staking) => staking.whitelist(dora),
    rungs: [
      ['NullAddress', arg(1, stranger)],
      ['NotWhitelisted', arg(1, bob)],
      ['OwnedSequencer', arg(1, dora)],
      ['SeqNotActive', id(2)],
      ['NotSeqOwner', id(1)],
      // The caller itself is not whitelisted, and the pool is paused.
      ['ok'],
    ],
  },
  {
    fn: 'setSequencerOwner',
    rules: 'mainnet',
    start: {from: alice, args: [99, zeroAddress]},
    rungs: [
      ['NotWhitelisted', whitelistCaller],
      ['NullAddress', arg(1, stranger)],
      ['SeqNotActive', id(2)],
      ['NotSeqOwner', id(1)],
      ['ok', arg(1, bob)],
      ['ok'],
    ],
  },
  {
    fn: 'forceUnlock',
    start: unlockStart,
    rungs: [
      ['Ownable: caller is not the owner', from(governance.address)],
      ['SeqNotActive', id(1)],
      // A recipient can be set while the pool is paused, but only by a whitelisted owner.
      ['NoRewardRecipient', (_, staking) => staking.whitelist(alice)],
      ['NoRewardRecipient', setRecipientOf(alice, 1)],
      // Paused, and the exit of one of two would break the BFT rule of unlock.
      ['ok'],
    ],
  },
  {
    fn: 'batchSubmitRewards',
    start: {from: stranger, args: [3, 2, 2, [], []]},
    prepare: (staking) =>
      staking.send(rewardPayer.address, 'metis', 'approve', [staking.at.lockingInfo, 0n]),
    rungs: [
      ['not MPC', from(mpc)],
      ['mismatch length', arg(4, [1n])],
      ['mismatch length', arg(3, [signer(8).address])],
      ['invalid batch id', id(2)],
      ['invalid startEpoch', both(arg(1, 1), arg(2, 1))],
      ['invalid endEpoch', arg(2, 2)],
      ['NoSuchSeq', arg(3, [signer(1).address])],
      [
        'ERC20: insufficient allowance',
        (_, staking) =>
          staking.send(rewardPayer.address, 'metis', 'approve', [staking.at.lockingInfo, metis(1)]),
      ],
      ['ok'],
    ],
  },
]
