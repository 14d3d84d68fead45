/** One signed transaction on its way: simulated first, and done when a speed-up of it is mined in its place. */
import {encodeFunctionData, parseEther, type Hex} from 'viem'
import {afterAll, beforeAll, beforeEach, expect, test, vi} from 'vitest'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {connectChain, type Connection} from '../../src/chain/connect.ts'
import {createLocalSigner} from '../../src/chain/signer.ts'
import {systemClock} from '../../src/lib/clock.ts'
import {sendEntry} from '../../src/services/sending/send-entry.ts'
import type {SendDependencies} from '../../src/services/sending/send-dependencies.ts'
import {simulate} from '../../src/services/sending/send-plan.ts'
import {findUntold, readOutcome} from '../../src/services/sending/wait-transaction.ts'
import {openJournal, type Journal} from '../../src/store/journal.ts'
import {startChaosEndpoint, type ChaosEndpoint} from '../helpers/chaos-endpoint.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'
import {L1_CHAIN_ID, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner')
const other = accountOf('other').address
const GWEI = 10n ** 9n

let chain: TestChain
let end: ChaosEndpoint
let connection: Connection
let temp: TempHome
let journal: Journal
let told: string[]
let dependencies: SendDependencies

beforeAll(async () => {
  chain = await startTestChain({withL2: false})
  await chain.fund(owner.address, {metis: '100'})
  await chain.keep()
  end = await startChaosEndpoint(() => chain.l1.url)
  connection = connectChain({name: 'L1', chainId: L1_CHAIN_ID, urls: [end.url], timeoutMs: 20_000})
  temp = makeTempHome()
})
afterAll(async () => {
  connection.close()
  temp[Symbol.dispose]()
  await end[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await chain.reset()
  end.reset()
  told = []
  journal = openJournal(temp.path(`journal-${Math.random()}.db`))
  const nothing = () => {}
  dependencies = {
    ...{client: connection.client, network: 'test', chainId: L1_CHAIN_ID, journal},
    ...{signal: new AbortController().signal, replacedAfterMs: 100},
    reporter: {
      ...{onSettled: nothing, onSimulated: nothing, onWaiting: nothing},
      onBroadcast: (label) => void told.push(`sent ${label}`),
      onMined: (label, {hash}) => void told.push(`mined ${label} ${hash}`),
    },
  }
})

async function signed(priceGwei: bigint, data: Hex = '0x', label = 'Give') {
  const fees = {
    type: 'eip1559' as const,
    ...{maxFeePerGas: priceGwei * GWEI, maxPriorityFeePerGas: priceGwei * GWEI},
  }
  const {raw, hash} = await createLocalSigner(owner.privateKey).sign({
    ...{chainId: L1_CHAIN_ID, nonce: 0, to: other, data, valueWei: 5n, gasLimit: 100_000n, fees},
  })
  return {
    ...{action: 'test', label, network: 'test', chainId: L1_CHAIN_ID, from: owner.address},
    ...{to: other, nonce: 0, valueWei: 5n, hash, raw},
  }
}

test('a call that would be refused is refused, also where its gas can be measured', async () => {
  const call = (metis: string) => ({
    ...{label: 'Give', contract: 'METIS', to: chain.at.metis, valueWei: 0n},
    data: encodeFunctionData({
      ...{abi: erc20Abi, functionName: 'transfer', args: [other, parseEther(metis)]},
    }),
  })
  const sender = {from: owner.address, chain: 'L1'} as const
  expect(await simulate(connection.client, sender, call('1'))).toBeGreaterThan(21_000n)
  end.decide(({method}) => (method === 'eth_estimateGas' ? () => '0x5208' : 'pass'))
  await expect(simulate(connection.client, sender, call('101'))).rejects.toMatchObject({
    exit: 'precondition',
  })
})

test('one who offers more for the same call ends the wait: what was asked for is done', async () => {
  await chain.l1.request('evm_setAutomine', [false])
  const [first, second] = [await signed(2n), await signed(4n)]
  const waiting = sendEntry(first, true, dependencies)
  await expect.poll(() => told).toContain('sent Give')
  const {entry} = await sendEntry(second, false, dependencies)
  await chain.l1.request('evm_mine')

  const {receipt} = await waiting

  expect(receipt?.hash).toBe(second.hash)
  expect(journal.find({id: entry.id})).toMatchObject({status: 'mined'})
  expect(journal.find({hash: first.hash})).toMatchObject({status: 'replaced'})
  expect(told.at(-1)).toBe(`mined Give ${second.hash}`)
})

test('another call in its place is no success, nor is one that failed', async () => {
  await chain.l1.request('evm_setAutomine', [false])
  const waiting = sendEntry(await signed(2n), true, dependencies)
  await expect.poll(() => told).toContain('sent Give')
  await sendEntry(await signed(4n, '0x12'), false, dependencies)
  await chain.l1.request('evm_mine')
  await expect(waiting).rejects.toMatchObject({code: 'TX_REPLACED'})
})

test('a no of the endpoint is noted; after an end of the run nothing is sent', async () => {
  end.decide(({method}) =>
    method === 'eth_sendRawTransaction'
      ? {code: -32_000, message: 'insufficient funds for gas'}
      : 'pass',
  )
  await expect(sendEntry(await signed(2n), true, dependencies)).rejects.toMatchObject({
    code: 'TX_REJECTED',
  })
  expect(journal.list(9)).toMatchObject([{status: 'rejected'}])
  const stopped = {...dependencies, signal: AbortSignal.abort(new Error('Stop.'))}
  await expect(sendEntry(await signed(3n), true, stopped)).rejects.toThrow('Stop.')
  expect(journal.list(9)).toHaveLength(1)
})

test('a used nonce counts as another transaction after half a minute, since backends lag', async () => {
  const entry = journal.prepare(await signed(2n))
  end.decide(({method}) => (method === 'eth_getTransactionCount' ? () => '0x1' : 'pass'))
  let nowMs = 0
  using _now = vi.spyOn(systemClock, 'monotonicMs').mockImplementation(() => nowMs)
  using _sleep = vi.spyOn(systemClock, 'sleep').mockImplementation(async () => {
    nowMs += 10_000
  })
  const {client} = connection
  expect(await readOutcome({client, journal}, entry)).toEqual({state: 'replaced'})
  expect(nowMs).toBe(30_000)
})

test('one that another took the place of is looked for another hour, and then no more', async () => {
  const {id, createdAt, action} = journal.prepare(await signed(2n))
  journal.mark(id, 'replaced')
  const left = async () => {
    expect(await findUntold(action, owner.address, dependencies)).toEqual([])
    return journal.untold(L1_CHAIN_ID, owner.address, action).length
  }
  using now = vi.spyOn(Date, 'now').mockReturnValue(Date.parse(createdAt) + 3_600_000)
  expect(await left()).toBe(1)
  now.mockReturnValue(Date.parse(createdAt) + 3_600_001)
  expect(await left()).toBe(0)
})
