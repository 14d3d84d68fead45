import {encodeFunctionData, numberToHex, parseEther, parseGwei, type Hex} from 'viem'
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {isRecord} from '../../src/lib/json.ts'
import {openJournal, type JournalStatus} from '../../src/store/journal.ts'
import {startHttpStub} from '../helpers/http-stub.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runBoth, runCli, startCli, type RunningCli} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {L1_CHAIN_ID, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('sender')
let chain: TestChain
let temp: TempHome

beforeAll(async () => {
  chain = await startTestChain()
  await chain.l1.request('anvil_setBalance', [owner.address, numberToHex(parseEther('100'))])
  await chain.keep()
})
beforeEach(async () => {
  // What a test left in the pool would be mined in the next one.
  await chain.l1.request('anvil_dropAllTransactions')
  await chain.reset()
  temp?.[Symbol.dispose]()
  temp = await makeOperator(chain.network, {owner: 'sender', signer: 'member signer'})
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

interface Wanted {
  nonce: number
  data?: Hex
  to?: Hex
  gwei?: number
}

function signed({nonce, data = '0x', to = owner.address, gwei = 10}: Wanted): Promise<Hex> {
  return owner.signTransaction({
    ...{type: 'eip1559', chainId: L1_CHAIN_ID, nonce, to, data, value: 1n, gas: 300_000n},
    ...{maxFeePerGas: parseGwei(`${gwei}`), maxPriorityFeePerGas: parseGwei(`${gwei}`)},
  })
}

const sendRaw = async (raw: Hex) => (await chain.l1.request('eth_sendRawTransaction', [raw])) as Hex
const mine = () => chain.l1.request('evm_mine')
const stopMining = () => chain.l1.request('evm_setAutomine', [false])

function journaled(hash: Hex, raw: Hex, network = 'test', status?: JournalStatus): number {
  const journal = openJournal(temp.home.journalFile)
  const {id} = journal.prepare({
    ...{action: 'stake increase', label: 'Send one wei', network, chainId: L1_CHAIN_ID},
    ...{from: owner.address, to: owner.address, nonce: 0, valueWei: 1n, hash, raw},
  })
  if (status) journal.mark(id, status)
  journal.close()
  return id
}

async function says(cli: RunningCli, text: string): Promise<void> {
  await expect.poll(() => cli.stderr(), {timeout: 60_000}).toContain(text)
}

test('tx list: newest first, of the network in use, or of all', async () => {
  const raw = await signed({nonce: 0})
  journaled(`0x${'01'.repeat(32)}`, raw)
  journaled(`0x${'02'.repeat(32)}`, raw, 'elsewhere', 'mined')
  journaled(`0x${'03'.repeat(32)}`, raw, 'test', 'reverted')

  const mine = await runBoth(['tx', 'list'], {home: temp.root})
  const all = await runBoth(['tx', 'list', '--all', '--limit', '2'], {home: temp.root})

  expect(mine.json.data).toMatchObject({
    network: 'test',
    transactions: [
      {id: 3, status: 'reverted', valueWei: '1'},
      {id: 1, status: 'prepared'},
    ],
  })
  expect(all.json.data).toMatchObject({transactions: [{id: 3}, {id: 2, network: 'elsewhere'}]})
  expect(JSON.stringify(all.json)).not.toContain(raw.slice(2))
  expect(mine.text.stdout.split('\n')[1]).toContain('Send one wei')
})

test('tx show: a mined transaction by hash and by id, with depth, fee and call', async () => {
  const data = encodeFunctionData({
    abi: lockingPoolAbi,
    functionName: 'relock',
    args: [4n, 5n, true],
  })
  const raw = await signed({nonce: 0, data, to: chain.at.lockingPool})
  const hash = await sendRaw(raw)
  const id = journaled(hash, raw)
  await mine()

  const byHash = await runBoth(['tx', 'show', hash], {home: temp.root})
  const byId = await runBoth(['tx', 'show', `${id}`], {home: temp.root})

  expect(byHash.exitCode).toBe(0)
  expect(byHash.json.data).toEqual(byId.json.data)
  expect(byHash.json.data).toMatchObject({
    ...{hash, layer: 'L1', state: 'failed', contract: 'LockingPool', from: owner.address},
    inclusion: {
      confirmations: '2',
      succeeded: false,
      feeWei: expect.stringMatching(/^\d+$/),
      safe: false,
      finalized: false,
    },
    journal: {id},
    call: {functionName: 'relock', args: [{value: '4'}, {value: '5'}, {value: 'true'}]},
  })
  expect(byHash.text.stdout).toContain('and failed: nothing changed, but the fee was paid.')
})

test('tx show: one in the pool is pending; one dropped is unknown', async () => {
  await stopMining()
  const raw = await signed({nonce: 0})
  const hash = await sendRaw(raw)
  journaled(hash, raw)

  const pending = await runBoth(['tx', 'show', hash], {home: temp.root})
  await chain.l1.request('anvil_dropTransaction', [hash])
  const dropped = await runBoth(['tx', 'show', hash], {home: temp.root})

  expect(pending.json.data).toMatchObject({state: 'pending', inclusion: null})
  expect(dropped.json.data).toMatchObject({state: 'unknown', journal: {status: 'prepared'}})
  expect(dropped.text.stdout).toContain('only the journal does')
})

test('tx show: an unknown hash is said to be, and is not repeated', async () => {
  const {text, json, exitCode} = await runBoth(['tx', 'show', `0x${'5e'.repeat(32)}`], {
    home: temp.root,
  })

  expect({exitCode, code: json.error?.code}).toEqual({exitCode: 4, code: 'TX_NOT_FOUND'})
  expect(text.stderr + JSON.stringify(json)).not.toContain('5e5e5e')
})

test('tx wait: done when it is mined; its failure has its own exit code', async () => {
  const good = await sendRaw(await signed({nonce: 0}))
  const data = encodeFunctionData({abi: lockingPoolAbi, functionName: 'unlock', args: [4n, 0]})
  const bad = await sendRaw(await signed({nonce: 1, data, to: chain.at.lockingPool}))

  const [done, failed] = await Promise.all([
    runBoth(['tx', 'wait', good], {home: temp.root}),
    runBoth(['tx', 'wait', bad], {home: temp.root}),
  ])

  expect(done.json.data).toMatchObject({succeeded: true, goal: 'confirmed', lostBlocks: []})
  expect([done.exitCode, failed.exitCode]).toEqual([0, 6])
  expect(failed.json.data).toMatchObject({succeeded: false})
  expect(failed.text.stdout).toContain('failed in block')
})

test('tx wait: progress, and the end when the confirmations are there', async () => {
  const hash = await sendRaw(await signed({nonce: 0}))
  const cli = startCli(['tx', 'wait', hash, '--confirmations', '3'], {home: temp.root})
  await says(cli, '1 of 3 confirmations')
  await mine()
  await says(cli, '2 of 3 confirmations')
  await mine()

  expect((await cli.result).exitCode).toBe(0)
})

test('tx wait: a block that is replaced while it waits does not count', async () => {
  await chain.l1.request('anvil_mine', ['0x3'])
  const before = await chain.l1.request('evm_snapshot')
  const raw = await signed({nonce: 0})
  const hash = await sendRaw(raw)
  const cli = startCli(['tx', 'wait', hash, '--confirmations', '4', '--json'], {home: temp.root})
  const spoken = startCli(['tx', 'wait', hash, '--confirmations', '4'], {home: temp.root})
  await says(spoken, '1 of 4 confirmations')
  await stopMining()
  await chain.l1.request('evm_revert', [before])
  // Other blocks, as many as were asked for, none of which holds the transaction.
  await chain.l1.request('evm_increaseTime', [60])
  await chain.l1.request('anvil_mine', ['0x6'])
  await says(spoken, 'was reorged; waiting again.')
  expect(cli.child.exitCode).toBe(null)

  await sendRaw(raw)
  await chain.l1.request('anvil_mine', ['0x4'])
  const {json, exitCode} = await cli.result

  expect(exitCode).toBe(0)
  expect((await spoken.result).stdout).toContain('It was reorged 1 time(s).')
  const {inclusion} = json!.data as {inclusion: {blockHash: string; blockNumber: string}}
  const at = numberToHex(BigInt(inclusion.blockNumber))
  const block = await chain.l1.request('eth_getBlockByNumber', [at, false])
  expect(inclusion.blockHash).toBe((block as {hash: string}).hash)
})

test('tx wait: an endpoint that keeps the receipt of a replaced block does not end it', async () => {
  const hash = await sendRaw(await signed({nonce: 0}))
  const gone: Hex = `0x${'dd'.repeat(32)}`
  await using lying = await startHttpStub((body, _request, response) => {
    return answerWithBlock(body, gone).then((text) => void response.end(text))
  })
  using other = await makeOperator(
    {...chain.network, l1: {...chain.network.l1, rpcUrls: [lying.url]}},
    {owner: 'sender', signer: 'member signer'},
  )

  const {json, exitCode} = await runCli(['tx', 'wait', hash, '--max-wait', '2', '--json'], {
    home: other.root,
  })

  expect(exitCode, JSON.stringify(json)).not.toBe(0)
  expect(['TX_UNKNOWN', 'TX_REPLACED']).toContain(json?.error?.code)
})

/** The endpoint's own answer, in which every receipt names another block. */
async function answerWithBlock(body: string, blockHash: Hex): Promise<string> {
  const headers = {'content-type': 'application/json'}
  const answer = await fetch(chain.l1.url, {method: 'POST', headers, body})
  return withReceipts(await answer.json(), blockHash)
}

function withReceipts(document: unknown, blockHash: Hex): string {
  return JSON.stringify(document, (_key, value: unknown) =>
    isRecord(value) && 'effectiveGasPrice' in value ? {...value, blockHash} : value,
  )
}

test('tx wait: another transaction with its nonce ends it', async () => {
  await stopMining()
  const hash = await sendRaw(await signed({nonce: 0}))
  const cli = startCli(['tx', 'wait', hash], {home: temp.root})
  await says(cli, 'Sent, but not in a block yet.')
  await sendRaw(await signed({nonce: 0, gwei: 50}))
  await mine()

  const {exitCode, stderr} = await cli.result
  expect({exitCode, replaced: stderr.includes('[TX_REPLACED]')}).toEqual({
    exitCode: 5,
    replaced: true,
  })
})

test('tx wait: what is not there in time is unknown, never failed', async () => {
  await stopMining()
  const hash = await sendRaw(await signed({nonce: 0}))

  const {json, exitCode} = await runBoth(['tx', 'wait', hash, '--max-wait', '1'], {
    home: temp.root,
  })
  expect({exitCode, code: json.error?.code}).toEqual({exitCode: 7, code: 'TX_UNKNOWN'})
  expect(json.error).toMatchObject({facts: {hash}, retryable: true})
})

test('tx wait --for safe and finalized go by the tags of the chain', async () => {
  const hash = await sendRaw(await signed({nonce: 0}))
  const cli = startCli(['tx', 'wait', hash, '--for', 'finalized'], {home: temp.root})
  await says(cli, 'the finalized block is')
  await chain.l1.request('anvil_mine', ['0x50'])

  expect(await cli.result).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('finalized'),
  })
})

test('tx wait: Ctrl-C ends it and changes nothing', async () => {
  await stopMining()
  const hash = await sendRaw(await signed({nonce: 0}))
  const cli = startCli(['tx', 'wait', hash], {home: temp.root})
  await says(cli, 'not in a block yet')
  cli.child.kill('SIGINT')

  const {exitCode, stderr} = await cli.result
  expect(exitCode).toBe(130)
  expect(stderr).toContain('the transaction may still be mined')
})

test('tx decode: a hash of the journal is read without any chain', async () => {
  const raw = await signed({nonce: 0})
  const hash: Hex = `0x${'0a'.repeat(32)}`
  journaled(hash, raw)

  const {text, json} = await runBoth(['tx', 'decode', hash], {home: temp.root})

  expect(json.data).toMatchObject({
    source: 'journal',
    transactions: [{sender: owner.address, chain: 'L1 of test', valueWei: '1'}],
  })
  expect(json.sources).toEqual([])
  expect(text.stdout).toContain('max fee       10 gwei')
})
