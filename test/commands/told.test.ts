/** What a run sent is told to someone before the same command may send again, whatever came between. */
import {encodeFunctionData} from 'viem'
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {proxyAnswer, startHttpStub, type Call, type HttpStub} from '../helpers/http-stub.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {forgetJournal, journalOf, statusesIn} from '../helpers/journal.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runCli, startCli, type CliResult} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

type Hook = Parameters<typeof proxyAnswer>[1]

const owner = accountOf('owner').address
const recipient = accountOf('recipient').address
const increase = 'stake increase 1 --amount 1000 --yes --json'

let chain: TestChain
let temp: TempHome
let endpoints: HttpStub[]
/** Of each endpoint: answers by itself when it gives true. */
let hooks: Hook[] = []

beforeAll(async () => {
  chain = await startTestChain({withL2: false})
  await chain.lock(owner, accountOf('signer'))
  endpoints = await Promise.all(
    [0, 1].map((index) =>
      startHttpStub(
        proxyAnswer(
          () => chain.l1.url,
          (calls, response) => hooks[index]?.(calls, response) ?? false,
        ),
      ),
    ),
  )
  const l1 = {...chain.network.l1, rpcUrls: endpoints.map(({url}) => url)}
  temp = await makeOperator({...chain.network, l1}, {owner: 'owner', signer: 'signer'})
  await chain.keep()
})
afterAll(async () => {
  temp?.[Symbol.dispose]()
  for (const endpoint of endpoints ?? []) await endpoint[Symbol.asyncDispose]()
  await chain?.[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await chain.reset()
  hooks = []
  forgetJournal(temp)
})

const run = (line: string): Promise<CliResult> => runCli(line.split(' '), {home: temp.root})

const statuses = (): string[] => statusesIn(temp)

/** METIS in the lock, in whole METIS. */
async function locked(): Promise<number> {
  const data = encodeFunctionData({abi: lockingPoolAbi, functionName: 'sequencers', args: [1n]})
  const answer = await chain.l1.request('eth_call', [{to: chain.at.lockingPool, data}, 'latest'])
  return Number(BigInt(String(answer).slice(0, 66)) / 10n ** 18n)
}

/** Sent, and interrupted before a block took it. */
async function interrupted(line: string): Promise<void> {
  await chain.l1.request('evm_setAutomine', [false])
  const cli = startCli(line.split(' '), {home: temp.root})
  await expect.poll(statuses, {timeout: 60_000}).toContain('sent')
  cli.child.kill('SIGINT')
  expect((await cli.result).exitCode).toBe(130)
}

async function mineAll(): Promise<void> {
  await chain.l1.request('evm_mine')
  await chain.l1.request('evm_setAutomine', [true])
}

const toldOnce = {error: {code: 'DONE_EARLIER', exitCode: 5}}

test('the endpoint falls silent after the transaction is mined: done, with a remark', async () => {
  const silent: Hook = (_calls, response) => {
    if (statuses()[0] !== 'mined') return false
    response.destroy()
    return true
  }
  hooks = [silent, silent]

  const {exitCode, json} = await run(increase)

  expect({exitCode, error: json?.error}).toEqual({exitCode: 0, error: null})
  expect(json?.warnings).toMatchObject([{code: 'NOT_COMPARED'}])
  expect(json?.data['transactions']).toMatchObject([{hash: expect.stringMatching(/^0x/)}])
  expect(await locked()).toBe(31_000)
})

test('another command settles it first, even one that only looks: the same command still tells it', async () => {
  await interrupted(increase)
  await mineAll()
  const other = await run(`sequencer set-recipient 1 --recipient ${recipient} --dry-run --json`)
  expect(other.json?.warnings).toMatchObject([{code: 'EARLIER_SETTLED'}])

  const again = await run(increase)

  expect(again.json).toMatchObject(toldOnce)
  expect(await locked()).toBe(31_000)
  expect((await run(increase)).exitCode).toBe(0)
  expect(await locked()).toBe(32_000)
})

test('a dry run tells it and uses nothing up', async () => {
  await interrupted(increase)
  await mineAll()

  for (let round = 0; round < 2; round++) {
    expect((await run(`${increase.replace(' --yes', '')} --dry-run`)).json).toMatchObject(toldOnce)
  }
  expect((await run(increase)).json).toMatchObject(toldOnce)
  expect(await locked()).toBe(31_000)
})

test('sped up by hand: the same command does not send it once more', async () => {
  await interrupted(increase)
  const faster = startCli('tx speed-up --yes --json'.split(' '), {home: temp.root})
  await expect.poll(statuses, {timeout: 60_000}).toEqual(['sent', 'sent'])
  await mineAll()
  expect((await faster.result).exitCode).toBe(0)

  expect((await run(increase)).json).toMatchObject(toldOnce)
  expect(await locked()).toBe(31_000)
})

test('something else is asked for than an earlier run sent: told, and done', async () => {
  const other = accountOf('other').address
  const set = (to: string) => `sequencer set-recipient 1 --recipient ${to} --yes --json`
  await chain.l1.request('evm_setAutomine', [false])
  await run(`${set(recipient)} --wait none`)
  const faster = startCli('tx speed-up --yes --json'.split(' '), {home: temp.root})
  await expect.poll(statuses, {timeout: 60_000}).toEqual(['sent', 'sent'])
  await mineAll()
  expect((await faster.result).exitCode).toBe(0)

  const {json, exitCode} = await run(set(other))

  expect({exitCode, error: json?.error}).toEqual({exitCode: 0, error: null})
  expect(json?.warnings).toMatchObject([{code: 'EARLIER_SETTLED'}])
  expect(json?.data['sequencer']).toMatchObject({rewardRecipient: other})
})

test('a backend without the receipt yet: not replaced, but mined', async () => {
  let hidden = 12
  const isReceipt = ({method}: Call) => method === 'eth_getTransactionReceipt'
  const behind: Hook = (calls, response) => {
    const [call] = calls
    if (!call || calls.length > 1 || !isReceipt(call) || hidden-- <= 0) return false
    response.end(JSON.stringify({jsonrpc: '2.0', id: call.id, result: null}))
    return true
  }
  hooks = [behind, behind]

  const {exitCode} = await run(increase)

  expect({exitCode, hidden: hidden < 0, statuses: statuses()}).toEqual({
    exitCode: 0,
    hidden: true,
    statuses: ['mined'],
  })
  expect(await locked()).toBe(31_000)
})

test('an endpoint that breaks off with the broadcast, and another that refuses: unknown, not rejected', async () => {
  const takes: Hook = (calls, response) => {
    const sent = calls.find(({method}) => method === 'eth_sendRawTransaction')
    if (!sent) return false
    void chain.l1
      .request('eth_sendRawTransaction', sent.params ?? [])
      .then(() => response.destroy())
    return true
  }
  const refuses: Hook = (calls, response) => {
    const sent = calls.find(({method}) => method === 'eth_sendRawTransaction')
    if (!sent) return false
    const error = {code: -32_000, message: 'txpool is full'}
    response.end(JSON.stringify({jsonrpc: '2.0', id: sent.id, error}))
    return true
  }
  hooks = [takes, refuses]

  const first = await run(increase)
  hooks = []

  expect(first.json?.error).toMatchObject({code: 'TX_UNKNOWN', exitCode: 7})
  expect((await run(increase)).json).toMatchObject(toldOnce)
  expect(await locked()).toBe(31_000)
})

test('tx send does not take the place of one of ours that is open', async () => {
  const file = temp.path('change.json')
  const signed = temp.path('change.signed')
  await interrupted(increase)
  const dear = '--max-fee 900 --priority-fee 5 --nonce'
  const open = journalOf(temp).at(-1)
  await run(
    `sequencer set-recipient 1 --recipient ${recipient} ${dear} ${open!.nonce} --unsigned ${file}`,
  )
  await run(`tx sign ${file} --output ${signed} --yes --override unknown-recipient`)

  const {json} = await run(`tx send ${signed} --yes --json`)

  expect(json?.error).toMatchObject({code: 'NONCE_TAKEN_BY_OWN', exitCode: 5})
  await mineAll()
  expect((await run(increase)).json).toMatchObject(toldOnce)
})
