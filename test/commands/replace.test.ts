/** A transaction that is stuck: speed it up or cancel it, and exactly one of both is mined. */
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {openJournal} from '../../src/store/journal.ts'
import {proxyAnswer, startHttpStub, type HttpStub} from '../helpers/http-stub.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {forgetJournal, journalOf} from '../helpers/journal.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runCli, startCli, type CliResult} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner').address
const recipients = ['first', 'second'].map((name) => accountOf(name).address)

let chain: TestChain
let proxy: HttpStub
let temp: TempHome
/** Runs before the next broadcast reaches the chain. */
let beforeBroadcast: (() => Promise<unknown>) | undefined

beforeAll(async () => {
  chain = await startTestChain({withL2: false})
  await chain.fund(owner)
  proxy = await startHttpStub((body, request, response) => {
    const pass = () => proxyAnswer(() => chain.l1.url)(body, request, response)
    const act = body.includes('eth_sendRawTransaction') ? beforeBroadcast : undefined
    if (!act) return pass()
    beforeBroadcast = undefined
    return act().then(pass)
  })
  const l1 = {...chain.network.l1, rpcUrls: [proxy.url]}
  temp = await makeOperator({...chain.network, l1}, {owner: 'owner', signer: 'signer'})
  await run('sequencer register --amount 20000 --yes')
  await chain.keep()
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await proxy[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await chain.reset()
  forgetJournal(temp)
})

const run = (line: string): Promise<CliResult> => runCli(line.split(' '), {home: temp.root})

/** One transaction that no block takes. */
async function stuck(): Promise<void> {
  await chain.l1.request('evm_setAutomine', [false])
  const line = `sequencer set-recipient --recipient ${recipients[0]} --yes --wait none`
  expect((await run(line)).exitCode).toBe(0)
}

function statuses(): string[] {
  return journalOf(temp).map(({action, status}) => `${action}: ${status}`)
}

async function recipientNow(): Promise<string> {
  const {json} = await runCli(['sequencer', 'show', '--json'], {home: temp.root})
  return String(json?.data['rewardRecipient'])
}

/** Runs a replacement and mines once it is in the pool. */
async function replaceAndMine(line: string): Promise<CliResult> {
  const cli = startCli(line.split(' '), {home: temp.root})
  await expect.poll(() => cli.stderr() + cli.stdout(), {timeout: 60_000}).toContain('Sent: ')
  await chain.l1.request('evm_mine')
  return cli.result
}

test('speed-up: the same call at a higher price is mined, the original never', async () => {
  await stuck()
  const dry = await run('tx speed-up --dry-run --json')
  expect(dry.json?.data).toMatchObject({kind: 'speed-up', original: {from: owner.toLowerCase()}})
  expect(statuses()).toEqual(['sequencer set-recipient: sent'])

  const {exitCode, stdout} = await replaceAndMine('tx speed-up --yes')

  expect({exitCode, stdout}).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^Mined: Send rewards/),
  })
  expect(statuses()).toEqual([
    'sequencer set-recipient: replaced',
    'sequencer set-recipient: mined',
  ])
  expect(await recipientNow()).toBe(recipients[0])
})

test('cancel: an empty transaction is mined, and the same command can be run anew', async () => {
  const before = await recipientNow()
  await stuck()

  const {exitCode, stdout} = await replaceAndMine('tx cancel --yes')

  expect({exitCode, stdout}).toEqual({
    exitCode: 0,
    stdout: expect.stringContaining('will never be mined'),
  })
  expect(statuses()).toEqual(['sequencer set-recipient: replaced', 'tx cancel: mined'])
  expect(await recipientNow()).toBe(before)
  await chain.l1.request('evm_setAutomine', [true])
  expect((await run(`sequencer set-recipient --recipient ${recipients[1]} --yes`)).exitCode).toBe(0)
  expect(await recipientNow()).toBe(recipients[1])
})

test('the original is mined a moment before: said so, and nothing is lost', async () => {
  await stuck()
  beforeBroadcast = () => chain.l1.request('evm_mine')

  const {exitCode, json} = await run('tx cancel --yes --json')

  expect({exitCode, mined: json?.data['mined']}).toEqual({exitCode: 5, mined: 'original'})
  expect(statuses()).toEqual(['sequencer set-recipient: mined', 'tx cancel: replaced'])
  expect(await recipientNow()).toBe(recipients[0])
})

test('refused: a price that is not a tenth higher, and a transaction that is mined', async () => {
  await stuck()
  const low = await run('tx speed-up --max-fee 0.000000001 --yes --json')
  expect(low.json?.error).toMatchObject({code: 'FEE_TOO_LOW', exitCode: 2})
  await chain.l1.request('evm_mine')

  const late = await run('tx speed-up --yes --json')

  expect(late.json?.error).toMatchObject({code: 'TX_NOT_OPEN', facts: {state: 'mined'}})
  expect(statuses()).toEqual(['sequencer set-recipient: mined'])
})

test('two open: one must be named', async () => {
  await stuck()
  const journal = openJournal(temp.home.journalFile)
  const [entry] = journal.list(1)
  journal.prepare({...entry!, nonce: entry!.nonce + 1, hash: `0x${'22'.repeat(32)}`})
  journal.close()

  const {json} = await run('tx speed-up --yes --json')

  expect(json?.error).toMatchObject({code: 'TX_AMBIGUOUS', exitCode: 2})
  const [older] = Object.keys(json?.error?.facts ?? {}).toSorted((a, b) => Number(a) - Number(b))
  expect(json?.error?.hints.join()).toContain(`pass ${older}`)
})

test('nothing open: said so, with the command that shows what was sent', async () => {
  const {exitCode, json} = await run('tx cancel --yes --json')

  expect({exitCode, code: json?.error?.code}).toEqual({exitCode: 4, code: 'NOTHING_OPEN'})
})

test('a command that waits takes a speed-up from another terminal as its own end', async () => {
  await chain.l1.request('evm_setAutomine', [false])
  const line = `sequencer set-recipient --recipient ${recipients[0]} --yes --json`
  const waiting = startCli(line.split(' '), {home: temp.root})
  await expect.poll(() => statuses(), {timeout: 60_000}).toEqual(['sequencer set-recipient: sent'])

  const {exitCode} = await replaceAndMine('tx speed-up --yes')
  const {json} = await waiting.result

  expect(exitCode).toBe(0)
  expect(json?.error).toBeNull()
  expect(statuses().toSorted()).toEqual([
    'sequencer set-recipient: mined',
    'sequencer set-recipient: replaced',
  ])
  expect(await recipientNow()).toBe(recipients[0])
  await chain.l1.request('evm_setAutomine', [true])
  const again = await run(`sequencer set-recipient --recipient ${recipients[1]} --yes --json`)
  // Both terminals said how it ended, so nothing is left to tell.
  expect(again.json?.error ?? null).toBeNull()
})

test('a command that waits says so when another terminal cancels its transaction', async () => {
  await chain.l1.request('evm_setAutomine', [false])
  const line = `sequencer set-recipient --recipient ${recipients[0]} --yes --json`
  const waiting = startCli(line.split(' '), {home: temp.root})
  await expect.poll(() => statuses(), {timeout: 60_000}).toEqual(['sequencer set-recipient: sent'])

  const {exitCode} = await replaceAndMine('tx cancel --yes')
  const {json} = await waiting.result

  expect(exitCode).toBe(0)
  expect(json?.error).toMatchObject({code: 'TX_REPLACED', exitCode: 5})
})
