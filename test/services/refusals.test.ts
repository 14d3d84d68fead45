/** The catalogue of refusals is the one place that says what a contract refuses, and each rule that foretells one does. */
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {parseEther, zeroAddress, type Address} from 'viem'
import {expect, test} from 'vitest'

import {catalogue, nameOf} from '../../src/chain/explain/catalogue.ts'
import {ruleIds, type CatalogueEntry, type RuleId} from '../../src/chain/explain/entry.ts'
import type {PoolRules, SequencerSnapshot, StakingCall} from '../../src/protocol/locking-pool.ts'
import type {Condition} from '../../src/services/sending/check.ts'
import {limitConditions} from '../../src/services/governance/set-limits.ts'
import {rewardAboveZero} from '../../src/services/governance/set-reward.ts'
import {ownsContract} from '../../src/services/governance/setting-plan.ts'
import {conditionsOf} from '../../src/services/staking/conditions.ts'
import type {CallFacts} from '../../src/services/staking/rule.ts'

const owner: Address = '0x1111111111111111111111111111111111111111'
const signer: Address = '0x2222222222222222222222222222222222222222'
const other: Address = '0x3333333333333333333333333333333333333333'
const metis = (amount: number) => parseEther(`${amount}`)

/** A sequencer for which every call of its owner is taken. */
const fine: SequencerSnapshot = {
  pool: {
    ...{minLockMetisWei: metis(20_000), maxLockMetisWei: metis(100_000)},
    ...{totalLockedMetisWei: metis(60_000), rewardPerBlockMetisWei: 1n, exitDelaySeconds: 60n},
    ...{signerUpdateThrottle: 1n, rewardBatchId: 5n, rewardedUntilEpoch: 4n},
    ...{totalSequencers: 9n, activeSequencers: 9n, exitingSequencers: 0n, paused: false},
  },
  rules: 'mainnet',
  sequencer: {
    ...{sequencerId: 7n, amountMetisWei: metis(30_000), rewardMetisWei: metis(1)},
    ...{activationBatch: 1n, updatedBatch: 2n, deactivationBatch: 0n, unlockClaimTimeSeconds: 0n},
    ...{operationNonce: 1n, owner, signer, publicKey: '0x', rewardRecipient: other},
    status: 'active',
  },
  ...{caller: owner, callerIsWhitelisted: true, callerMetisWei: metis(500_000), timeSeconds: 1000n},
}

interface Broken {
  call: StakingCall
  pool?: Partial<SequencerSnapshot['pool']>
  sequencer?: Partial<SequencerSnapshot['sequencer']>
  snapshot?: Partial<SequencerSnapshot>
  facts?: CallFacts
  rules?: PoolRules
}

const lock = (amount: number): StakingCall => ({
  ...{kind: 'lock', signer: other, rewardRecipient: other, amountMetisWei: metis(amount)},
})
const relock = (amount: number): StakingCall => ({
  ...{kind: 'relock', amountMetisWei: metis(amount), withReward: false},
})
const withdraw = (amount: number): StakingCall => ({
  ...{kind: 'withdraw', amountMetisWei: metis(amount)},
})
const give: StakingCall = {kind: 'set-owner', owner: other}
const newOwner = {isWhitelisted: true, ownedSequencerId: 0n}

/** What breaks each rule, alone. Without a line here a new rule does not compile. */
const broken: Record<RuleId, Broken | (() => Condition[])> = {
  active: {call: withdraw(1), sequencer: {status: 'inactive'}},
  'amount-in-range': {call: lock(10_000)},
  'below-maximum': {call: relock(90_000)},
  bft: {call: {kind: 'unlock'}, pool: {activeSequencers: 2n}},
  'exit-delay': {
    call: {kind: 'unlock-claim'},
    sequencer: {status: 'inactive', unlockClaimTimeSeconds: 1001n},
  },
  exiting: {call: {kind: 'unlock-claim'}},
  'info-owner': () => [ownsContract('LockingInfo', owner, other)],
  'leaves-minimum': {call: withdraw(20_000)},
  'locks-something': {call: relock(0)},
  'max-not-below-min': () =>
    limitConditions(
      {minLockMetisWei: undefined, maxLockMetisWei: 1n},
      {minLockMetisWei: 2n, maxLockMetisWei: 1n},
    ),
  'metis-balance': {call: relock(1), snapshot: {callerMetisWei: 0n}},
  'min-above-zero': () =>
    limitConditions(
      {minLockMetisWei: 0n, maxLockMetisWei: undefined},
      {minLockMetisWei: 0n, maxLockMetisWei: 1n},
    ),
  'new-owner-free': {
    call: give,
    rules: 'published',
    facts: {newOwner: {...newOwner, ownedSequencerId: 3n}},
  },
  'new-owner-whitelisted': {
    call: give,
    rules: 'published',
    facts: {newOwner: {...newOwner, isWhitelisted: false}},
  },
  'not-paused': {call: withdraw(1), pool: {paused: true}},
  'not-zero': {call: {kind: 'set-reward-recipient', rewardRecipient: zeroAddress}},
  owner: {call: withdraw(1), sequencer: {owner: other}},
  'owner-free': {call: lock(20_000), facts: {ownedSequencerId: 3n}},
  'pool-owner': () => [ownsContract('LockingPool', owner, other)],
  'recipient-set': {call: {kind: 'withdraw-rewards'}, sequencer: {rewardRecipient: zeroAddress}},
  'reward-above-zero': () => [rewardAboveZero(0n, 1n)],
  signer: {call: {kind: 'update-signer', signer: other}},
  'signer-new': {call: lock(20_000), facts: {signerEntry: {state: 'burned'}}},
  'signer-throttle': {
    call: {kind: 'update-signer', signer: other},
    snapshot: {caller: signer},
    pool: {signerUpdateThrottle: 9n},
  },
  'takes-something': {call: withdraw(0)},
  whitelisted: {call: withdraw(1), snapshot: {callerIsWhitelisted: false}},
  'withdraw-throttle': {call: withdraw(1), sequencer: {updatedBatch: 5n}},
  'within-lock': {call: withdraw(40_000)},
}

/** Call of ours -> the functions of the contract that it can be. */
const functionsOf: Record<StakingCall['kind'], string[]> = {
  lock: ['LockingPool.lockWithRewardRecipient'],
  relock: ['LockingPool.relock'],
  withdraw: ['LockingPool.withdraw'],
  'withdraw-rewards': ['LockingPool.withdrawRewards'],
  unlock: ['LockingPool.unlock'],
  'unlock-claim': ['LockingPool.unlockClaim'],
  'update-signer': ['LockingPool.updateSigner'],
  'set-reward-recipient': ['LockingPool.setSequencerRewardRecipient'],
  'set-owner': ['LockingPool.setSequencerOwner'],
}

function failing(what: Broken | (() => Condition[])): Condition[] {
  const conditions =
    typeof what === 'function'
      ? what()
      : conditionsOf(
          what.call,
          {
            ...fine,
            ...what.snapshot,
            ...(what.rules ? {rules: what.rules} : {}),
            pool: {...fine.pool, ...what.pool},
            sequencer: {...fine.sequencer, ...what.sequencer},
          },
          what.facts,
        )
  return conditions.filter(({ok}) => !ok)
}

const foretold: [RuleId, CatalogueEntry, string][] = catalogue.flatMap((entry) =>
  entry.foretoldBy.map(({rule, code = entry.code}): [RuleId, CatalogueEntry, string] => [
    ...([rule, entry, code] as const),
  ]),
)

test.each(foretold)('%s foretells the refusal that names it', (rule, entry, code) => {
  const what = broken[rule]
  const [first] = failing(what)

  expect(first).toMatchObject({id: rule, code, ok: false, seen: expect.stringMatching(/./)})
  expect(first?.revert).toBe(
    {error: nameOf(entry), text: entry.subject, panic: `Panic(${entry.subject})`}[entry.kind],
  )
  expect(first?.remedy).not.toBe('')
  // The rule looks where the contract refuses: at a call that can meet it.
  if (typeof what === 'function' || entry.calls.length === 0) return
  expect(entry.calls).toEqual(expect.arrayContaining(functionsOf[what.call.kind]))
})

test('every rule is named by one refusal', () => {
  expect(foretold.map(([rule]) => rule).toSorted()).toEqual([...ruleIds])
})

test('a sequencer without a fault is refused nothing', () => {
  const calls: StakingCall[] = [
    ...[lock(20_000), relock(1), withdraw(1), give],
    ...[{kind: 'withdraw-rewards'} as const, {kind: 'unlock'} as const],
    {kind: 'set-reward-recipient', rewardRecipient: other},
  ]
  expect(calls.flatMap((call) => failing({call, facts: {newOwner}}))).toEqual([])
})

test('there is no second table of refusals', () => {
  const own =
    /^src\/(?:chain\/(?:abis\/|explain\/|defi\/markets|(?:lst|defi)\/[a-z/]+\/[a-z0-9-]*refusals)|local\/artifacts\/|node\/engine\/fake-)/
  // A deposit asks before its call whether it gives anything, and whether the METIS is on L2: no refusal of these.
  const ofDeposits = /^src\/services\/lst.*: (?:AMOUNT_OUT_OF_RANGE|METIS_BALANCE_LOW)$/
  const texts = catalogue.flatMap((entry) => [
    // Bare numbers are answers of a market, and of much else.
    ...(entry.kind === 'text' && !/^\d+$/.test(entry.subject) ? [entry.subject] : []),
    ...(entry.kind === 'error' ? [nameOf(entry)] : []),
  ])
  const codes = new Set(foretold.map(([, , code]) => code))
  const hits: string[] = []
  let seen = 0
  for (const name of readdirSync('src', {recursive: true, encoding: 'utf8'})) {
    const file = join('src', name)
    if (!/\.tsx?$/.test(name) || own.test(file)) continue
    seen++
    // An example of a command, which hands the words over as they were met.
    const text = readFileSync(file, 'utf8')
      .replace(/static override examples = \[.*?\]\n/s, '')
      .replaceAll(/\/\*\*.*?\*\/|^ *\/\/.*$/gms, '')
    const quoted = new Set([...text.matchAll(/'([^'\n]+)'|"([^"\n]+)"/g)].map((m) => m[1] ?? m[2]!))
    hits.push(...texts.filter((each) => quoted.has(each)).map((each) => `${file}: ${each}`))
    if (!/^src\/(?:services|commands|cli|ui)\//.test(file)) continue
    const thrown = [...text.matchAll(/\bcode: '([A-Z_]+)'/g)].map((match) => match[1]!)
    hits.push(...thrown.filter((code) => codes.has(code)).map((code) => `${file}: ${code}`))
  }
  expect(seen).toBeGreaterThan(300)
  expect(hits.filter((hit) => !ofDeposits.test(hit))).toEqual([])
})
