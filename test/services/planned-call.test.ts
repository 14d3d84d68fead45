import {parseEther, type Address, type Hex} from 'viem'
import {expect, test} from 'vitest'

import type {Plan, PlannedCall} from '../../src/services/sending/plan.ts'
import {decodePlanned, planCall} from '../../src/services/sending/planned-call.ts'
import {depositCall} from '../../src/services/lst/artemis/calls.ts'
import * as calls from '../../src/services/sending/planned-calls.ts'
import * as settings from '../../src/services/governance/planned-settings.ts'
import type {Preview} from '../../src/services/sending/send-plan.ts'
import {previewJson, previewText} from '../../src/ui/presenters/plan.ts'

const pool: Address = '0x1111111111111111111111111111111111111111'
const info: Address = '0x2222222222222222222222222222222222222222'
const metis: Address = '0x3333333333333333333333333333333333333333'
const someone: Address = '0x4444444444444444444444444444444444444444'
const publicKey: Hex = `0x${'ab'.repeat(64)}`
const wei = parseEther('20000.5')
const on = {lockingPool: pool, sequencerId: 7n}
const carriage = {l2GasLimit: 200_000, feeEthWei: 5n}

const every: [PlannedCall, label: string, call: string, args: string[]][] = [
  [
    calls.approveLockingInfo({metis, lockingInfo: info, amountWei: wei}),
    'Approve 20,000.5 METIS for LockingInfo',
    'METIS.approve',
    [`spender=${info}`, `amount=${wei} (20,000.5 METIS)`],
  ],
  [
    calls.approveLockingInfo({metis, lockingInfo: info, amountWei: 2n ** 256n - 1n}),
    'Approve METIS without limit for LockingInfo',
    'METIS.approve',
    [`spender=${info}`, `amount=${2n ** 256n - 1n} (METIS without limit)`],
  ],
  [
    calls.lockWithRewardRecipient({
      ...{lockingPool: pool, signer: someone, rewardRecipient: info, amountWei: wei, publicKey},
    }),
    'Lock 20,000.5 METIS and register the sequencer',
    'LockingPool.lockWithRewardRecipient',
    [
      ...[`signer=${someone}`, `rewardRecipient=${info}`, `amount=${wei} (20,000.5 METIS)`],
      `signerPubkey=${publicKey}`,
    ],
  ],
  [
    calls.relock({...on, amountWei: wei, rewardWei: parseEther('1')}),
    'Lock 20,001.5 METIS more in sequencer 7',
    'LockingPool.relock',
    ['seqId=7', `amount=${wei} (20,000.5 METIS)`, 'lockReward=true'],
  ],
  [
    calls.withdraw({...on, amountWei: wei}),
    'Take 20,000.5 METIS out of sequencer 7',
    'LockingPool.withdraw',
    ['seqId=7', `amount=${wei} (20,000.5 METIS)`],
  ],
  [
    calls.withdrawRewards({...on, ...carriage, rewardWei: wei}),
    'Claim 20,000.5 METIS of sequencer 7 to L2',
    'LockingPool.withdrawRewards',
    ['seqId=7', 'l2Gas=200000'],
  ],
  [
    calls.unlock({...on, ...carriage}),
    'Begin the exit of sequencer 7',
    'LockingPool.unlock',
    ['seqId=7', 'l2Gas=200000'],
  ],
  [
    calls.unlockClaim({...on, ...carriage, amountWei: wei}),
    'Claim 20,000.5 METIS of the finished exit',
    'LockingPool.unlockClaim',
    ['seqId=7', 'l2Gas=200000'],
  ],
  [
    calls.updateSigner({...on, signer: someone, publicKey}),
    `Replace the signer of sequencer 7 by ${someone}`,
    'LockingPool.updateSigner',
    ['seqId=7', `signerPubkey=${publicKey}`],
  ],
  [
    calls.setRewardRecipient({...on, rewardRecipient: someone}),
    `Send rewards of sequencer 7 to ${someone}`,
    'LockingPool.setSequencerRewardRecipient',
    ['seqId=7', `recipient=${someone}`],
  ],
  [
    calls.setOwner({...on, newOwner: someone}),
    `Give sequencer 7 to ${someone}`,
    'LockingPool.setSequencerOwner',
    ['seqId=7', `owner=${someone}`],
  ],
  [
    depositCall({depositPool: pool}, wei, 7n),
    'Deposit 20,000.5 METIS with Artemis',
    'AMTDepositPool.deposit',
    ['minArtMetisAmountToReceive=7 (0.000000000000000007 artMETIS)', 'referralId='],
  ],
  [
    settings.setWhitelist({lockingPool: pool, account: someone, allowed: false}),
    `Take ${someone} off the whitelist`,
    'LockingPool.setWhitelist',
    [`addr=${someone}`, 'yes=false'],
  ],
  [
    settings.updateBlockReward({lockingPool: pool, rewardPerBlockMetisWei: parseEther('0.5')}),
    'Pay 0.5 METIS per block',
    'LockingPool.updateBlockReward',
    [`newReward=${parseEther('0.5')} (0.5 METIS)`],
  ],
  [
    settings.setLimit({lockingInfo: info, which: 'maxLock', amountMetisWei: wei}),
    'Let a sequencer lock at most 20,000.5 METIS',
    'LockingInfo.setMaxLock',
    [`maxLock=${wei} (20,000.5 METIS)`],
  ],
]

test.each(every)('%#: names and values are read from the bytes', (planned, label, call, args) => {
  const {contract, functionName, args: read} = decodePlanned(planned)

  expect(planned.label).toBe(label)
  expect(`${contract}.${functionName}`).toBe(call)
  expect(
    read.map(({name, value, display}) => `${name}=${value}${display ? ` (${display})` : ''}`),
  ).toEqual(args)
})

test('a preview shows what is signed, whatever the plan was to be', () => {
  const planned = calls.setOwner({...on, newOwner: someone})
  const other = {...planned, data: calls.setOwner({...on, newOwner: info}).data}

  expect(previewText(previewOf(other), {networkName: 'test', profileName: null})).toContain(info)
  expect(previewJson(previewOf(other)).calls[0]?.args).toEqual([
    {name: 'seqId', value: '7'},
    {name: 'owner', value: info},
  ])
})

test('bytes that are not a call of the contract are not shown, so they are not signed', () => {
  const planned = calls.withdraw({...on, amountWei: wei})

  for (const broken of [
    {...planned, contract: 'LockingInfo'},
    {...planned, data: planned.data.slice(0, -2) as Hex},
  ]) {
    expect(() => previewJson(previewOf(broken))).toThrow(/are not a call of/)
  }
})

test('the label of a call is made of the arguments in its bytes', () => {
  const seen: unknown[] = []
  planCall({
    ...{contract: 'LockingPool', to: pool, functionName: 'withdraw', args: [7n, wei]},
    label: (...args) => `${seen.push(...args)}`,
  })

  expect(seen).toEqual([7n, wei])
})

function previewOf(call: PlannedCall): Preview {
  const plan: Plan = {
    ...{action: 'test', title: 'Test', chain: 'L1', from: someone, role: 'owner', calls: [call]},
    ...{conditions: [], effects: [], figures: [], traps: []},
  }
  return {
    ...{plan, fees: {type: 'legacy', gasPrice: 1n}, tip: null, gasLimits: [21_000n], firstNonce: 0},
    ...{likelyCostWei: 0n, maxCostWei: 0n, overridden: [], balanceWei: 0n},
  }
}
