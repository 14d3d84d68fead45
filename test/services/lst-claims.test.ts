/** A claim with Artemis names no request: the contract pays the oldest one. */
import {encodeFunctionData, numberToHex} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {amtWithdrawalManagerAbi} from '../../src/chain/abis/amt-withdrawal-manager.ts'
import {connectChain, type Connection} from '../../src/chain/connect.ts'
import {localLst} from '../../src/local/lst/providers.ts'
import type {LstPlan, LstProvider} from '../../src/services/lst/provider.ts'
import {openProviders} from '../../src/services/lst/providers.ts'
import {startL2} from '../contracts/l2-fixture.ts'
import {alice, governance} from '../contracts/staking.ts'
import type {Anvil} from '../helpers/anvil.ts'
import {sendMined} from '../helpers/send-mined.ts'

const METIS = 10n ** 18n
let anvil: Anvil
let connection: Connection
let artemis: LstProvider

beforeAll(async () => {
  anvil = (await startL2()).anvil
  connection = connectChain({name: 'L2', chainId: 1088, urls: [anvil.rpcUrl]})
  artemis = openProviders(connection.client, {artemis: localLst.artemis})[0]!
  const ask = {amountMetisWei: 20n * METIS, slippageBasisPoints: 0}
  await carryOut(await artemis.plan(alice, {kind: 'deposit', ...ask}))
  for (const amountWei of [5n * METIS, 7n * METIS]) {
    const request = {kind: 'withdraw', amountWei, slippageBasisPoints: 0} as const
    await carryOut(await artemis.plan(alice, request))
  }
  const {withdrawalManager: to} = localLst.artemis
  const data = encodeFunctionData({
    ...{abi: amtWithdrawalManagerAbi, functionName: 'unlockWithdrawal', args: [2n]},
  })
  await send({from: governance.address, to, data, gas: '0x4c4b40'})
  await anvil.request('evm_increaseTime', [14 * 86_400])
  await anvil.request('evm_mine')
})
afterAll(async () => {
  connection.close()
  await anvil.stop()
})

const send = (call: object) => sendMined((method, params) => anvil.request(method, params), call)

async function carryOut({from, calls}: LstPlan) {
  let hash
  for (const {to, data, valueWei} of calls) {
    hash = await send({from, to, data, value: numberToHex(valueWei), gas: '0x4c4b40'})
  }
  const blockNumber = BigInt(String(await anvil.request('eth_blockNumber')))
  return {hash: hash!, blockNumber}
}

const claim = (...ids: string[]) => artemis.plan(alice, {kind: 'claim', ids})

test('of two that are named, the second has the place of the first once that is paid', async () => {
  const {calls} = await claim('0', '1')
  expect(calls.map(({moves}) => moves)).toEqual([
    {rest: 'metis-seq lst claim artemis --id 0'},
    {rest: 'metis-seq lst claim artemis'},
  ])
  const all = await artemis.plan(alice, {kind: 'claim'})
  const {moves} = all.calls[0]!
  expect(moves).toEqual({rest: 'metis-seq lst claim artemis'})
})

test('both can be claimed, and the younger one alone cannot', async () => {
  const open = await artemis.requests(alice)
  expect(open.map(({metisWei, blockedBy}) => ({metisWei, blockedBy}))).toEqual([
    {metisWei: 5n * METIS, blockedBy: []},
    {metisWei: 7n * METIS, blockedBy: []},
  ])
  const refusal = {code: 'WITHDRAW_NOT_UNLOCKED', facts: {condition: 'oldest-first'}}
  await expect(claim('1')).rejects.toMatchObject(refusal)
  await expect(claim('1', '0')).rejects.toMatchObject(refusal)
})

test('a request that is named twice is claimed once', async () => {
  const plan = await claim('0', '0')
  expect(plan.calls).toHaveLength(1)
  expect(plan.quote).toMatchObject({expectedWei: 5n * METIS})
})

test('what was received is what is no longer owed', async () => {
  const plan = await artemis.plan(alice, {kind: 'claim'})
  const {receivedWei} = await artemis.verify(plan, await carryOut(plan))
  expect(receivedWei).toBe(12n * METIS)
})
