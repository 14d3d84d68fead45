/** A block that held our transaction is replaced: never a wrong "done", and never sent twice. */
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {proxyAnswer, startHttpStub, type HttpStub} from '../helpers/http-stub.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {forgetJournal, journalOf, statusesIn} from '../helpers/journal.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runCli, startCli, type RunningCli} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner').address
const recipient = accountOf('recipient').address
const line = `sequencer set-recipient 1 --recipient ${recipient} --yes --json`.split(' ')

let chain: TestChain
let proxy: HttpStub
let temp: TempHome
/** Runs once, before the answer to the first receipt that was found goes out. */
let afterReceipt: (() => Promise<unknown>) | undefined

beforeAll(async () => {
  chain = await startTestChain({withL2: false})
  await chain.lock(owner, accountOf('signer'))
  proxy = await startHttpStub((body, request, response) => {
    if (!afterReceipt || !body.includes('eth_getTransactionReceipt')) {
      return proxyAnswer(() => chain.l1.url)(body, request, response)
    }
    void (async () => {
      const answer = await fetch(chain.l1.url, {
        method: 'POST',
        headers: {'content-type': 'application/json'},
        body,
      }).then((reply) => reply.text())
      const act = answer.includes('"blockHash":"0x') ? afterReceipt : undefined
      if (act) {
        afterReceipt = undefined
        await act()
      }
      response.end(answer)
    })()
  })
  const l1 = {...chain.network.l1, rpcUrls: [proxy.url]}
  temp = await makeOperator({...chain.network, l1}, {owner: 'owner', signer: 'signer'})
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

const statuses = () => statusesIn(temp)

const nonce = async () =>
  Number(await chain.l1.request('eth_getTransactionCount', [owner, 'latest']))

/** The block with the transaction is gone, and its transactions with it. */
async function loseBlock(): Promise<void> {
  await chain.l1.request('evm_setAutomine', [false])
  await chain.l1.request('anvil_reorg', [1, []])
}

async function recipientOnChain(): Promise<string> {
  const {json} = await runCli(['sequencer', 'show', '1', '--json'], {home: temp.root})
  return String(json?.data['rewardRecipient'])
}

async function interruptedWhileLost(): Promise<RunningCli> {
  afterReceipt = loseBlock
  const cli = startCli(line.slice(0, -1), {home: temp.root})
  await expect.poll(() => cli.stderr(), {timeout: 60_000}).toMatch(/Mined in block \d+/)
  await expect.poll(() => afterReceipt, {timeout: 60_000}).toBeUndefined()
  await expect
    .poll(() => cli.stderr(), {timeout: 60_000})
    .toMatch(/not in a block yet|No node knows/)
  return cli
}

test('lost after its receipt was seen: the command does not say done, and Ctrl-C leaves it open', async () => {
  const before = await nonce()
  const cli = await interruptedWhileLost()
  expect(cli.stdout()).toBe('')

  cli.child.kill('SIGINT')

  expect((await cli.result).exitCode).toBe(130)
  expect(statuses()).toEqual(['sent'])
  expect(await recipientOnChain()).not.toBe(recipient)
  await chain.l1.request('evm_setAutomine', [true])
  const again = await runCli(line, {home: temp.root})
  expect(again.json?.error).toMatchObject({code: 'DONE_EARLIER'})
  expect(await recipientOnChain()).toBe(recipient)
  expect(await nonce()).toBe(before + 1)
  expect(statuses()).toEqual(['mined'])
})

test('it comes again in another block: done, with the block it is in', async () => {
  const cli = await interruptedWhileLost()
  const entry = journalOf(temp).at(-1)
  await chain.l1.request('anvil_mine', ['0x3'])
  await chain.l1.request('eth_sendRawTransaction', [entry!.raw]).catch(() => {})
  await chain.l1.request('evm_mine')

  const {exitCode} = await cli.result

  expect(exitCode).toBe(0)
  expect(await recipientOnChain()).toBe(recipient)
  expect(statuses()).toEqual(['mined'])
})
