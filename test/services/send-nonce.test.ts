/** Places in an account's row: no old transaction passes for a new one, and nothing is sent where it cannot be mined. */
import {encodeFunctionData, parseEther, type Hex} from 'viem'
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {connectChain} from '../../src/chain/connect.ts'
import {createLocalSigner, type TransactionSigner} from '../../src/chain/signer.ts'
import {MetisSeqError} from '../../src/lib/errors.ts'
import type {Plan} from '../../src/services/sending/plan.ts'
import type {SendDependencies} from '../../src/services/sending/send-dependencies.ts'
import {sendEntry} from '../../src/services/sending/send-entry.ts'
import {previewPlan, sendPlan, type SendChoices} from '../../src/services/sending/send-plan.ts'
import {openJournal} from '../../src/store/journal.ts'
import {startChaosEndpoint, type ChaosEndpoint} from '../helpers/chaos-endpoint.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'
import {L1_CHAIN_ID, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner')
const receiver = accountOf('receiver').address

let chain: TestChain
let end: ChaosEndpoint
let temp: TempHome
let dependencies: SendDependencies & {close(): void}
let stop: AbortController

beforeAll(async () => {
  chain = await startTestChain({withL2: false})
  await chain.fund(owner.address, {metis: '100'})
  await chain.keep()
  end = await startChaosEndpoint(() => chain.l1.url)
})
afterAll(async () => {
  dependencies.close()
  temp[Symbol.dispose]()
  await end[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})
beforeEach(async () => {
  dependencies?.close()
  temp?.[Symbol.dispose]()
  await chain.reset()
  end.reset()
  temp = makeTempHome()
  stop = new AbortController()
  const journal = openJournal(temp.home.journalFile)
  const urls = [end.url]
  const connection = connectChain({name: 'L1', chainId: L1_CHAIN_ID, urls, timeoutMs: 20_000})
  const nothing = () => {}
  dependencies = {
    ...{client: connection.client, network: 'test', chainId: L1_CHAIN_ID, journal},
    signal: stop.signal,
    replacedAfterMs: 500,
    reporter: {
      ...{onSettled: nothing, onSimulated: nothing, onBroadcast: nothing, onMined: nothing},
      onWaiting: nothing,
    },
    close() {
      journal.close()
      connection.close()
    },
  }
})

function transfer(metis: string): Plan {
  const args = [receiver, parseEther(metis)] as const
  return {
    ...{action: 'transfer', title: 'Transfer', chain: 'L1', from: owner.address, role: 'owner'},
    calls: [
      {
        // As rounded as the labels of real calls are.
        ...{label: 'Transfer METIS', contract: 'METIS', to: chain.at.metis},
        data: encodeFunctionData({abi: erc20Abi, functionName: 'transfer', args}),
        valueWei: 0n,
      },
    ],
    ...{conditions: [], effects: [], figures: [], traps: []},
  }
}

async function send(
  plan: Plan,
  more: Partial<SendChoices> = {},
  signer: TransactionSigner = createLocalSigner(owner.privateKey),
) {
  const choices: SendChoices = {overrides: [], waitMined: true, ...more}
  const preview = await previewPlan(plan, choices, dependencies)
  return sendPlan(preview, signer, choices, dependencies)
}

async function failureOf(act: Promise<unknown>): Promise<MetisSeqError> {
  const error: unknown = await act.then(
    () => new Error('It did not fail.'),
    (thrown: unknown) => thrown,
  )
  if (error instanceof MetisSeqError) return error
  throw error
}

const nonceNow = async () =>
  Number(await chain.l1.request('eth_getTransactionCount', [owner.address, 'latest']))
const rows = () => dependencies.journal.list(10).length

test('a nonce that is used is refused, also for the very same call: an old receipt is no new success', async () => {
  await send(transfer('1'))

  const same = await failureOf(send(transfer('1'), {nonce: 0}))
  const another = await failureOf(send(transfer('2'), {nonce: 0}))

  for (const error of [same, another])
    expect(error).toMatchObject({code: 'NONCE_USED', exitCode: 5, facts: {nonce: '0', next: '1'}})
  expect(await nonceNow()).toBe(1)
  expect(rows()).toBe(1)
})

test('an endpoint that gives a used nonce as the next one: refused, since the journal knows better', async () => {
  await send(transfer('1'))
  end.decide(({method}) => (method === 'eth_getTransactionCount' ? () => '0x0' : 'pass'))

  const error = await failureOf(send(transfer('1')))

  expect(error).toMatchObject({code: 'NONCE_USED', retryable: true})
  expect(error.facts['hash']).toMatch(/^0x/)
  expect(rows()).toBe(1)
})

test('a nonce after a gap is refused: nothing of the account would be mined any more', async () => {
  const error = await failureOf(send(transfer('1'), {nonce: 7}))

  expect(error).toMatchObject({code: 'NONCE_GAP', exitCode: 5, facts: {nonce: '7', next: '0'}})
  expect(rows()).toBe(0)
})

test('looking refuses the nonces that sending refuses, and names the one it would take', async () => {
  await send(transfer('1'))
  const look = (nonce?: number) =>
    previewPlan(
      transfer('1'),
      {overrides: [], waitMined: true, looksOnly: true, nonce},
      dependencies,
    )

  expect(await failureOf(look(0))).toMatchObject({code: 'NONCE_USED', facts: {next: '1'}})
  expect(await failureOf(look(7))).toMatchObject({code: 'NONCE_GAP', facts: {next: '1'}})
  expect((await look()).firstNonce).toBe(1)
  expect(rows()).toBe(1)
})

test('Ctrl-C while a signer is asked: what it signs afterwards is neither kept nor sent', async () => {
  const local = createLocalSigner(owner.privateKey)
  const slow: TransactionSigner = {
    address: local.address,
    async sign(transaction) {
      stop.abort(new MetisSeqError({code: 'INTERRUPTED', message: 'Stop.', exit: 'sigint'}))
      return local.sign(transaction)
    },
  }

  const error = await failureOf(send(transfer('1'), {}, slow))

  expect(error).toMatchObject({code: 'INTERRUPTED'})
  expect(rows()).toBe(0)
  expect(await nonceNow()).toBe(0)
})

/** The signed bytes of a first transaction, as a file from elsewhere holds them. */
async function signed(): Promise<{raw: Hex; hash: Hex}> {
  const {data, to} = transfer('1').calls[0]!
  const fees = {
    type: 'eip1559',
    maxFeePerGas: 10_000_000_000n,
    maxPriorityFeePerGas: 1_000_000_000n,
  } as const
  const common = {chainId: L1_CHAIN_ID, nonce: 0, to, data, valueWei: 0n, gasLimit: 100_000n, fees}
  return createLocalSigner(owner.privateKey).sign(common)
}

test('bytes that were out once and are refused now may be mined still: unknown, never rejected', async () => {
  const entry = {
    ...{action: 'tx send', label: 'Transfer', network: 'test', chainId: L1_CHAIN_ID},
    ...{from: owner.address, to: chain.at.metis, nonce: 0, valueWei: 0n},
    ...(await signed()),
  }
  const {id} = dependencies.journal.prepare(entry)
  dependencies.journal.mark(id, 'sent')
  end.decide(({method}) =>
    // A chain without it, whose pool is full.
    method === 'eth_sendRawTransaction' ? {code: -32_000, message: 'txpool is full'} : 'pass',
  )

  const error = await failureOf(sendEntry(entry, true, dependencies))

  expect(error).toMatchObject({code: 'TX_UNKNOWN', exitCode: 7})
  expect(dependencies.journal.open(L1_CHAIN_ID, owner.address)).toHaveLength(1)
})

test('bytes that are mined already are not sent as something new', async () => {
  const entry = {
    ...{action: 'tx send', label: 'Transfer', network: 'test', chainId: L1_CHAIN_ID},
    ...{from: owner.address, to: chain.at.metis, nonce: 0, valueWei: 0n},
    ...(await signed()),
  }
  await sendEntry(entry, true, dependencies)

  const error = await failureOf(sendEntry(entry, true, dependencies))

  expect(error).toMatchObject({code: 'NONCE_USED', facts: {hash: entry.hash}})
  expect(rows()).toBe(1)
})
