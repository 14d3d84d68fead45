/**
 * A proxy with the behaviours of real endpoints in front of a chain, under the services that read and that send: the
 * right result, or the right error, and never "nothing was sent" of a transaction that is out.
 */
import {parseEther} from 'viem'
import {getBalance, getBlockNumber, getCode} from 'viem/actions'
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {connectChain} from '../../src/chain/connect.ts'
import {createLocalSigner} from '../../src/chain/signer.ts'
import {scanLogs} from '../../src/chain/scan-logs.ts'
import {systemClock} from '../../src/lib/clock.ts'
import {findCause, MetisSeqError} from '../../src/lib/errors.ts'
import type {Plan} from '../../src/services/sending/plan.ts'
import {previewPlan, sendPlan} from '../../src/services/sending/send-plan.ts'
import {openJournal, type JournalEntry} from '../../src/store/journal.ts'
import {startAnvil, type Anvil} from '../helpers/anvil.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeTempHome} from '../helpers/temp-home.ts'
import {
  atFirst,
  batchSpellings,
  bodies,
  changed,
  knownAlready,
  knownSpellings,
  lagging,
  limitsBatches,
  logLimits,
  on,
  status,
} from './behaviours.ts'
import {startChaosProxy} from './proxy.ts'
import {statuses} from './statuses.ts'

const CHAIN_ID = 31_337
const owner = accountOf('owner')
const other = accountOf('other').address
const senderOf = (at: number) => accountOf(`sender ${at}`)

let anvil: Anvil
let clean: unknown
beforeAll(async () => {
  anvil = await startAnvil()
  for (const {address} of [owner, ...knownSpellings.map((_, at) => senderOf(at))]) {
    await anvil.request('anvil_setBalance', [address, '0x8ac7230489e80000'])
  }
  await anvil.request('anvil_mine', ['0x20'])
  clean = await anvil.request('evm_snapshot')
})
afterAll(() => anvil[Symbol.asyncDispose]())
beforeEach(async ({task}) => {
  // Those that wait side by side have an account each, and nobody puts the chain back below them.
  if (task.concurrent) return
  await anvil.request('evm_revert', [clean])
  clean = await anvil.request('evm_snapshot')
})

function connect(urls: string[], timeoutMs = 1500) {
  return connectChain({name: 'L1', chainId: CHAIN_ID, urls, timeoutMs})
}

/** Twelve calls of one moment, and whether every answer is right; else the code of the error. */
async function read(urls: string[], timeoutMs?: number): Promise<MetisSeqError | 'right'> {
  const connection = connect(urls, timeoutMs)
  try {
    const {client} = connection
    const addresses = Array.from({length: 5}, (_, at) => accountOf(`reader ${at}`).address)
    const [block, balance, ...rest] = await Promise.all([
      getBlockNumber(client),
      getBalance(client, {address: owner.address}),
      ...addresses.map((address) => getBalance(client, {address})),
      ...addresses.map((address) => getCode(client, {address})),
    ])
    expect([block, balance]).toEqual([32n, parseEther('10')])
    expect(rest).toEqual([...Array<bigint>(5).fill(0n), ...Array<undefined>(5).fill(undefined)])
    return 'right'
  } catch (error) {
    const known = findCause(error, MetisSeqError)
    if (!known) throw error
    return known
  } finally {
    connection.close()
  }
}

const plan: Plan = {
  ...{action: 'test', title: 'Give', chain: 'L1', from: owner.address, role: 'owner'},
  calls: [
    {
      ...{label: 'Give 1 ETH', contract: 'nobody', to: other},
      ...{data: '0x', valueWei: parseEther('1')},
    },
  ],
  ...{conditions: [], effects: [], figures: [], traps: []},
}

interface Sent {
  error: MetisSeqError | undefined
  entry: JournalEntry | undefined
  /** True when the chain has it. */
  isOut: boolean
}

/** The whole way of a sending command: preview, signature, journal, broadcast, wait. */
async function send(urls: string[], timeoutMs = 1500, sender = owner): Promise<Sent> {
  using temp = makeTempHome()
  const journal = openJournal(temp.home.journalFile)
  const connection = connect(urls, timeoutMs)
  const nothing = () => {}
  const dependencies = {
    ...{client: connection.client, network: 'test', chainId: CHAIN_ID, journal},
    ...{signal: new AbortController().signal, replacedAfterMs: 1500},
    reporter: {
      ...{onSettled: nothing, onSimulated: nothing, onBroadcast: nothing},
      ...{onMined: nothing, onWaiting: nothing},
    },
  }
  const choices = {overrides: [], waitMined: true}
  try {
    const error = await previewPlan({...plan, from: sender.address}, choices, dependencies)
      .then((preview) =>
        sendPlan(preview, createLocalSigner(sender.privateKey), choices, dependencies),
      )
      .then(
        () => undefined,
        (thrown: unknown) => {
          const known = findCause(thrown, MetisSeqError)
          if (!known) throw thrown
          return known
        },
      )
    const nonce = await anvil.request('eth_getTransactionCount', [sender.address, 'pending'])
    return {error, entry: journal.list(1)[0], isOut: Number(nonce) > 0}
  } finally {
    journal.close()
    connection.close()
  }
}

/** What no endpoint may bring about. */
function assertHonest({error, entry, isOut}: Sent): void {
  const said = JSON.stringify([error?.message, error?.hints])
  if (isOut) expect(said).not.toMatch(/nothing was sent/i)
  if (isOut && entry) expect(entry.status).not.toBe('rejected')
  if (error === undefined) expect(isOut).toBe(true)
}

for (const [name, spelling] of Object.entries(batchSpellings)) {
  test.each([1, 3, 10])(`a batch limit of %i: ${name}`, async (most) => {
    await using proxy = await startChaosProxy(anvil.rpcUrl, limitsBatches(most, spelling))

    expect(await read([proxy.url])).toBe('right')
    const learned = proxy.sizes.length
    expect(await read([proxy.url])).toBe('right')
    const sent = await send([proxy.url])

    expect(sent).toMatchObject({error: undefined, isOut: true, entry: {status: 'mined'}})
    // What it has learned holds for the process: nothing above the limit is asked again.
    expect(Math.max(...proxy.sizes.slice(learned))).toBeLessThanOrEqual(most)
  })
}

test('a batch limit of 100 is met by a hundred calls and more', async () => {
  const refuse = batchSpellings['one error, id null, -32600']!
  await using proxy = await startChaosProxy(anvil.rpcUrl, limitsBatches(100, refuse))
  const {client, close} = connect([proxy.url])

  const balances = await Promise.all(
    Array.from({length: 250}, () => getBalance(client, {address: owner.address})),
  )

  expect(new Set(balances)).toEqual(new Set([parseEther('10')]))
  close()
})

test.each(statuses)(
  'status %s is named as it is, and the next endpoint serves',
  async (_name, behaviour, code, more) => {
    await using proxy = await startChaosProxy(anvil.rpcUrl, behaviour)
    await using good = await startChaosProxy(anvil.rpcUrl)

    const alone = await read([proxy.url], 400)
    const both = await read([proxy.url, good.url])
    const sent = await send([proxy.url, good.url])

    expect(alone).toMatchObject({code, ...more})
    expect(
      JSON.stringify([(alone as MetisSeqError).message, (alone as MetisSeqError).facts]),
    ).not.toContain('SECRETKEY')
    expect(both).toBe('right')
    expect(sent).toMatchObject({error: undefined, isOut: true})
  },
)

test.each(statuses)(
  'status %s for the broadcast alone: the next endpoint takes it, or it is unknown',
  async (_name, behaviour) => {
    await using proxy = await startChaosProxy(anvil.rpcUrl, on('eth_sendRawTransaction', behaviour))

    const sent = await send([proxy.url], 400)

    assertHonest(sent)
    expect(sent.error?.code).toMatch(/^(TX_UNKNOWN|TX_REJECTED)$/)
  },
)

test('a signed transaction does not follow a redirect', async () => {
  await using elsewhere = await startChaosProxy(anvil.rpcUrl)
  const away = status(307, '', {location: elsewhere.url})
  await using proxy = await startChaosProxy(anvil.rpcUrl, on('eth_sendRawTransaction', away))

  const sent = await send([proxy.url], 400)

  expect(sent).toMatchObject({error: {code: 'TX_UNKNOWN'}, isOut: false})
  expect(sent.error?.message).toContain('HTTP status 307')
  expect(elsewhere.methods).toEqual([])
})

/** The code that a read ends with; undefined: it is right. */
const readsOfBodies: Record<string, string | undefined> = {
  'out of order': undefined,
  'ids as texts': undefined,
  'cut in the middle': 'ENDPOINT_UNREACHABLE',
  'shorter than valid': 'ENDPOINT_NOT_JSON_RPC',
  'packed although nobody asked': 'ENDPOINT_NOT_JSON_RPC',
  endless: 'ENDPOINT_ANSWER_TOO_LARGE',
  'a byte a time': 'ENDPOINT_UNREACHABLE',
  'ids of other requests': 'ENDPOINT_WRONG_ANSWER',
  empty: 'ENDPOINT_NOT_JSON_RPC',
  'null for everything': 'ENDPOINT_NOT_JSON_RPC',
  'a page': 'ENDPOINT_NOT_JSON_RPC',
  'closes without a word': 'ENDPOINT_UNREACHABLE',
}

test.each(Object.entries(bodies))('a body that is %s', async (name, behaviour) => {
  await using proxy = await startChaosProxy(anvil.rpcUrl, behaviour)
  await using good = await startChaosProxy(anvil.rpcUrl)

  // What ends at a size must not end at a time first, on a busy machine either.
  const alone = await read([proxy.url], name === 'endless' ? 20_000 : 600)

  const code = readsOfBodies[name]
  if (code === undefined) expect(alone).toBe('right')
  else expect(alone).toMatchObject({code})
  expect(await read([proxy.url, good.url], 600)).toBe('right')
})

test.each(Object.entries(bodies))('the answer to a broadcast is %s', async (_name, behaviour) => {
  await using proxy = await startChaosProxy(
    anvil.rpcUrl,
    on('eth_sendRawTransaction', async (asked) => {
      await asked.forward()
      return behaviour({
        ...asked,
        forward: async () => asked.calls.map(({id}) => ({id, result: '0x'})),
      })
    }),
  )

  const sent = await send([proxy.url], 600)

  expect(sent.isOut).toBe(true)
  assertHonest(sent)
})

test.concurrent.each(
  knownSpellings.map(([code, text, data], at) => [code, text, data, at] as const),
)('%i "%s" after it was taken, while reads lag', async (code, text, data, at) => {
  const behaviour = lagging(8, knownAlready(code, text, data))
  await using proxy = await startChaosProxy(anvil.rpcUrl, behaviour)

  const sent = await send([proxy.url], 1500, senderOf(at))

  expect(sent.isOut).toBe(true)
  assertHonest(sent)
  if (/known|already|hash|duplicate|nonce/i.test(text + JSON.stringify(data ?? '')))
    expect(sent).toMatchObject({error: undefined, entry: {status: 'mined'}})
  else expect(sent.error).toMatchObject({code: 'TX_UNKNOWN', retryable: true})
})

test('a refusal that is one stays one: nothing was sent', async () => {
  const refuse = on('eth_sendRawTransaction', ({calls, reply}) => {
    reply({id: calls[0]?.id, error: {code: -32_000, message: 'transaction underpriced'}})
    return true
  })
  await using proxy = await startChaosProxy(anvil.rpcUrl, refuse)

  const sent = await send([proxy.url])

  expect(sent).toMatchObject({
    error: {code: 'TX_REJECTED'},
    isOut: false,
    entry: {status: 'rejected'},
  })
})

test('limits at first are waited out', async () => {
  const limit = atFirst(2, status(429, '', {'retry-after': '0'}))
  await using proxy = await startChaosProxy(anvil.rpcUrl, limit)

  expect(await read([proxy.url], 4000)).toBe('right')
})

test.each(logLimits)('a limit of logs: %s', async (_name, behaviour) => {
  await using proxy = await startChaosProxy(anvil.rpcUrl, behaviour)
  const {client, close} = connect([proxy.url])
  const clock = {...systemClock, sleep: async () => {}}
  let last = -1n
  const scan = {client, addresses: [other], fromBlock: 0n, toBlock: 20n, clock}

  for await (const {fromBlock, toBlock} of scanLogs(scan)) {
    expect(fromBlock).toBe(last + 1n)
    last = toBlock
  }

  expect(last).toBe(20n)
  close()
})

test('answers without what was asked for are those of no chain', async () => {
  const strip = changed((answers) => answers.map(({result: _result, ...each}) => each))
  await using proxy = await startChaosProxy(anvil.rpcUrl, strip)

  expect(await read([proxy.url])).toMatchObject({code: 'ENDPOINT_NOT_JSON_RPC'})
})
