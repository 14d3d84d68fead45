/** What health is told by L1 and by this machine. */
import {rmSync} from 'node:fs'

import {getGasPrice} from 'viem/actions'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {openContext, type Context} from '../../src/services/context.ts'
import {lookAtMachine} from '../../src/services/health/local-facts.ts'
import {readMoney} from '../../src/services/health/money.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner').address

let chain: TestChain
let temp: TempHome
let context: Context

beforeAll(async () => {
  chain = await startTestChain({withL2: false})
  await chain.lock(owner, accountOf('signer'), '30000')
  temp = await makeOperator(chain.network, {owner: 'owner', signer: 'signer'})
  context = openContext({home: temp.home})
})
afterAll(async () => {
  context.close()
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

test('an owner without a sequencer, with one, and with a reward that can be claimed', async () => {
  expect(await readMoney(context, accountOf('nobody').address)).toMatchObject({
    ...{stake: null, ownerMetisWei: 0n, ownerIsWhitelisted: false, claimCostEthWei: null},
  })
  const before = await readMoney(context, owner)
  expect(before).toMatchObject({
    ...{stake: {sequencer: {sequencerId: 1n}}, ownerIsWhitelisted: true, paused: false},
    // Nothing to claim is nothing to weigh.
    ...{claimCostEthWei: null, rewardedUntilEpoch: 0n},
  })
  await chain.submitRewards(accountOf('signer').address, 100n)
  const after = await readMoney(context, owner)
  expect(after.rewardBatchId).toBe(before.rewardBatchId + 1n)
  // The fee of the bridge, and the gas of a call that was measured at 201,000 and has never taken 300,000.
  const gasPrice = await getGasPrice(context.l1().client)
  const gas = (after.claimCostEthWei! - 200_000_000_000_000n) / gasPrice
  expect([gas >= 201_000n, gas <= 300_000n]).toEqual([true, true])
})

test('a key file that is gone is told before the node needs it', () => {
  expect(lookAtMachine(context)).toMatchObject({homeDir: temp.home.root, signerKey: 'ready'})
  rmSync(temp.path('password'))
  expect(lookAtMachine(context)).toMatchObject({
    ...{signerKey: 'unreadable', unreadableKey: 'signer', unreadableFile: temp.path('password')},
  })
  const {diskFreeBytes} = lookAtMachine(context)
  expect(diskFreeBytes).toBeGreaterThan(0)
})
