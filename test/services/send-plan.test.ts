import {
  encodeFunctionData,
  parseTransaction,
  numberToHex,
  parseEther,
  type Address,
  type Hex,
} from 'viem'
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {connectChain} from '../../src/chain/connect.ts'
import {createLocalSigner} from '../../src/chain/signer.ts'
import {MetisSeqError} from '../../src/lib/errors.ts'
import {reverted} from '../../src/services/sending/failed-receipt.ts'
import type {Plan} from '../../src/services/sending/plan.ts'
import type {SendDependencies} from '../../src/services/sending/send-dependencies.ts'
import {previewPlan, sendPlan} from '../../src/services/sending/send-plan.ts'
import {settleOpenTransactions} from '../../src/services/sending/wait-transaction.ts'
import {openJournal} from '../../src/store/journal.ts'
import {proxyAnswer, startHttpStub, type Call} from '../helpers/http-stub.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'
import {governance, L1_CHAIN_ID, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner')
const other = accountOf('other').address
const choices = {overrides: [], waitMined: true}

let chain: TestChain
beforeAll(async () => {
  chain = await startTestChain({withL2: false})
  await chain.fund(owner.address, {metis: '100'})
  await chain.keep()
})
afterAll(() => chain[Symbol.asyncDispose]())
beforeEach(() => chain.reset())

/** Gives METIS away: small, and refused when there is too little. */
function transferPlan(amount = '100', overrides: Partial<Plan> = {}): Plan {
  return {
    action: 'test transfer',
    title: 'Transfer',
    chain: 'L1',
    from: owner.address,
    role: 'owner',
    calls: [
      {
        label: `Transfer ${amount} METIS`,
        contract: 'METIS',
        to: chain.at.metis,
        data: encodeFunctionData({
          abi: erc20Abi,
          functionName: 'transfer',
          args: [other, parseEther(amount)],
        }),
        valueWei: 0n,
      },
    ],
    conditions: [],
    effects: [],
    figures: [],
    traps: [],
    ...overrides,
  }
}

interface Bench extends Disposable, SendDependencies {
  temp: TempHome
  stop: AbortController
  /** What the reporter was told. */
  told: string[]
}

function makeBench(url = chain.l1.url, onBroadcast: () => void = () => {}): Bench {
  const temp = makeTempHome()
  const journal = openJournal(temp.home.journalFile)
  const stop = new AbortController()
  const told: string[] = []
  const connection = connectChain({
    name: 'L1',
    chainId: L1_CHAIN_ID,
    urls: [url],
    timeoutMs: 20_000,
  })
  return {
    temp,
    stop,
    told,
    client: connection.client,
    network: 'test',
    chainId: L1_CHAIN_ID,
    journal,
    signal: stop.signal,
    replacedAfterMs: 1000,
    reporter: {
      onSettled: (label, _hash, status) => told.push(`settled ${label} ${status}`),
      onSimulated: (label) => told.push(`simulated ${label}`),
      onBroadcast: (label) => {
        told.push(`sent ${label}`)
        onBroadcast()
      },
      onMined: (label) => told.push(`mined ${label}`),
      onWaiting: () => {},
    },
    [Symbol.dispose]() {
      journal.close()
      connection.close()
      temp[Symbol.dispose]()
    },
  }
}

async function sendAll(bench: Bench, plan: Plan, key: Hex = owner.privateKey) {
  const preview = await previewPlan(plan, choices, bench)
  return sendPlan(preview, createLocalSigner(key), choices, bench)
}

async function failureOf(act: Promise<unknown>): Promise<MetisSeqError> {
  const error: unknown = await act.then(
    () => new Error('It did not fail.'),
    (thrown: unknown) => thrown,
  )
  if (error instanceof MetisSeqError) return error
  throw error
}

const nonceOf = async (account: Address) =>
  Number(await chain.l1.request('eth_getTransactionCount', [account, 'latest']))

/** A block is made only on demand, so that a transaction stays open until the test says so. */
const holdBlocks = () => chain.l1.request('evm_setAutomine', [false])
const mine = async () => {
  await chain.l1.request('evm_mine')
  await chain.l1.request('evm_setAutomine', [true])
}

test('the entry is on disk, with the signed bytes, when the broadcast leaves', async () => {
  let seen: unknown
  await using proxy = await startHttpStub(
    proxyAnswer(
      () => chain.l1.url,
      (calls: Call[]) => {
        const sending = calls.find(({method}) => method === 'eth_sendRawTransaction')
        if (!sending) return false
        const other = openJournal(bench.temp.home.journalFile)
        seen = other
          .open(L1_CHAIN_ID, owner.address)
          .map(({status, raw}) => [status, raw === sending.params[0]])
        other.close()
        return false
      },
    ),
  )
  using bench = makeBench(proxy.url)

  const [sent] = await sendAll(bench, transferPlan())

  expect(seen).toEqual([['prepared', true]])
  expect(sent?.receipt?.hash).toBe(sent?.hash)
  expect(bench.journal.list(5)).toMatchObject([
    {status: 'mined', hash: sent?.hash, blockNumber: sent?.receipt?.blockNumber, nonce: 0},
  ])
  expect(bench.told).toEqual(
    ['simulated', 'sent', 'mined'].map((step) => `${step} Transfer 100 METIS`),
  )
})

test.each([
  [true, '0x0'],
  [false, '0x2'],
])('on a network of legacy transactions (%s) what is mined has type %s', async (legacy, type) => {
  using bench = makeBench()
  const urls = [chain.l1.url]
  const options = {name: 'L2', chainId: L1_CHAIN_ID, urls, legacyTransactions: legacy}
  const {client, close} = connectChain(options)

  const [sent] = await sendAll({...bench, client}, transferPlan())
  close()

  const mined = await chain.l1.request('eth_getTransactionByHash', [sent!.hash])
  expect(mined).toMatchObject({type})
})

test('a call that would revert is refused before anything is signed or written', async () => {
  using bench = makeBench()

  const error = await failureOf(sendAll(bench, transferPlan('101')))

  expect(error).toMatchObject({code: 'METIS_BALANCE_LOW', exitCode: 5})
  expect(bench.journal.list(5)).toEqual([])
  expect(await nonceOf(owner.address)).toBe(0)
})

test('mined and failed: TX_REVERTED, exit 6, and the journal says so', async () => {
  await chain.fund(owner.address, {metis: '40000'})
  const {lockingPool, lockingInfo} = chain.at
  await chain.act(owner.address, chain.at.metis, erc20Abi, 'approve', [lockingInfo, 2n ** 200n])
  const signer = accountOf('signer')
  const data = encodeFunctionData({
    abi: lockingPoolAbi,
    functionName: 'lockFor',
    args: [signer.address, parseEther('20000'), `0x${signer.publicKey.slice(4)}`],
  })
  const call = {...transferPlan().calls[0]!, label: 'Lock', to: lockingPool, data}
  await holdBlocks()
  const pause = encodeFunctionData({abi: lockingPoolAbi, functionName: 'setPause', args: [true]})
  // Between the simulation and the block the pool is paused, by someone who pays more.
  using bench = makeBench(chain.l1.url, () => {
    const fees = {maxFeePerGas: '0x174876e800', maxPriorityFeePerGas: '0x174876e800'}
    const transaction = {from: governance.address, to: lockingPool, data: pause, ...fees}
    void chain.l1.request('eth_sendTransaction', [transaction]).then(mine)
  })

  const error = await failureOf(sendAll(bench, transferPlan('1', {calls: [call]})))

  expect(error).toMatchObject({code: 'TX_REVERTED', exitCode: 6, retryable: false})
  expect(error.message).toMatch(/ failed\.$/)
  expect(error.facts).toMatchObject({hash: expect.stringMatching(/^0x/), nonce: '1'})
  expect(bench.journal.list(1)).toMatchObject([{status: 'reverted', hash: error.facts['hash']}])

  // With all of its gas used, the replay that succeeds leaves one reason.
  const [spent] = bench.journal.list(1)
  const {gas = 0n} = parseTransaction(spent!.raw)
  const used = {hash: spent!.hash, blockNumber: BigInt(error.facts['block']!), feeWei: 1n}
  const outOfGas = await reverted(bench.client, spent!, {...used, gasUsed: gas})
  expect(outOfGas.message).toMatch(/ failed: It used all of its \d+ gas\.$/)

  // Had the pause been in the block before, a replay would have found the reason, in the words of the catalogue.
  const [entry] = bench.journal.list(1)
  const blockNumber = BigInt(error.facts['block']!) + 1n
  const receipt = {hash: entry!.hash, blockNumber, gasUsed: 1n, feeWei: 1n}
  const explained = await reverted(bench.client, entry!, receipt)
  expect(explained.message).toMatch(/ failed: LockingPool is paused by its owner\.$/)
  expect(explained.hints.join('\n')).toContain('sequencer eligible')
})

test('another transaction with the same nonce: TX_REPLACED, and the next run is free', async () => {
  await holdBlocks()
  using bench = makeBench(chain.l1.url, () => {
    const [entry] = bench.journal.list(1)
    const replacement = {from: owner.address, to: other, value: '0x1', nonce: '0x0'}
    void chain.l1
      .request('anvil_dropTransaction', [entry?.hash])
      .then(() => chain.l1.request('eth_sendTransaction', [replacement]))
      .then(mine)
  })

  const error = await failureOf(sendAll(bench, transferPlan()))

  expect(error).toMatchObject({code: 'TX_REPLACED', exitCode: 5, facts: {nonce: '0'}})
  expect(bench.journal.open(L1_CHAIN_ID, owner.address)).toEqual([])
})

test('a broadcast that the node refuses is TX_REJECTED, and leaves nothing open', async () => {
  using bench = makeBench()
  const preview = await previewPlan(transferPlan(), choices, bench)
  const cheap = {
    ...preview,
    fees: {type: 'eip1559', maxFeePerGas: 1n, maxPriorityFeePerGas: 1n} as const,
  }

  const error = await failureOf(
    sendPlan(cheap, createLocalSigner(owner.privateKey), choices, bench),
  )

  expect(error).toMatchObject({code: 'TX_REJECTED', exitCode: 5})
  expect(error.hints.join()).toContain('--max-fee')
  expect(bench.journal.open(L1_CHAIN_ID, owner.address)).toEqual([])
  await sendAll(bench, transferPlan())
  expect(await nonceOf(owner.address)).toBe(1)
})

/** An endpoint that takes the transaction and is never heard of again. */
async function fallSilent(forwards: boolean) {
  const state = {silent: false}
  const proxy = await startHttpStub(
    proxyAnswer(
      () => chain.l1.url,
      (calls, response) => {
        if (state.silent) response.destroy()
        else if (calls.some(({method}) => method === 'eth_sendRawTransaction')) {
          state.silent = true
          const [{params} = {params: []}] = calls
          if (!forwards) response.destroy()
          else
            void chain.l1
              .request('eth_sendRawTransaction', params)
              .finally(() => response.destroy())
        }
        return state.silent
      },
    ),
  )
  return {proxy, recover: () => (state.silent = false)}
}

test.each([true, false])(
  'an endpoint that dies with the broadcast (taken: %s) is TX_UNKNOWN, and the next run settles it',
  async (forwards) => {
    const {proxy} = await fallSilent(forwards)
    await using _proxy = proxy
    using bench = makeBench(proxy.url)

    const error = await failureOf(sendAll(bench, transferPlan()))

    expect(error).toMatchObject({code: 'TX_UNKNOWN', exitCode: 7, retryable: true})
    const [open] = bench.journal.open(L1_CHAIN_ID, owner.address)
    expect(open).toMatchObject({hash: error.facts['hash'], status: 'prepared'})
    using again = makeBench()
    const settled = await settleOpenTransactions(owner.address, {...again, journal: bench.journal})
    expect(settled).toMatchObject([{state: 'mined', entry: {hash: open?.hash}}])
    expect(await nonceOf(owner.address)).toBe(1)
    expect(bench.journal.list(5)).toMatchObject([{status: 'mined'}])
  },
)

test('an open transaction is settled before a new one, and only looking sends nothing', async () => {
  using bench = makeBench()
  await holdBlocks()
  const preview = await previewPlan(transferPlan('40'), choices, bench)
  const signer = createLocalSigner(owner.privateKey)
  await sendPlan(preview, signer, {...choices, waitMined: false}, bench)
  const [entry] = bench.journal.list(1)
  await chain.l1.request('anvil_dropTransaction', [entry?.hash])

  await previewPlan(transferPlan('40'), {...choices, looksOnly: true}, bench)
  expect(await chain.l1.request('eth_getTransactionByHash', [entry?.hash])).toBeNull()
  expect(bench.told).toContain('settled Transfer 40 METIS open')

  await chain.l1.request('evm_setAutomine', [true])
  const error = await failureOf(previewPlan(transferPlan('61'), choices, bench))
  expect(error.code).toBe('METIS_BALANCE_LOW')
  expect(bench.told).toContain('settled Transfer 40 METIS mined')
  expect(await nonceOf(owner.address)).toBe(1)
})

test('an aborted wait says the hash; the transaction stays sent, and is settled later', async () => {
  await holdBlocks()
  const reason = new MetisSeqError({code: 'INTERRUPTED', message: 'Interrupted.', exit: 'sigterm'})
  using bench = makeBench(chain.l1.url, () => bench.stop.abort(reason))

  const error = await failureOf(sendAll(bench, transferPlan()))

  const [entry] = bench.journal.list(1)
  expect(error).toMatchObject({code: 'INTERRUPTED', exitCode: 143, facts: {hash: entry?.hash}})
  expect(entry?.status).toBe('sent')
  await mine()
  using again = makeBench()
  await settleOpenTransactions(owner.address, {...again, journal: bench.journal})
  expect(bench.journal.list(1)[0]?.status).toBe('mined')
})

test('a key of someone else is refused before anything is signed', async () => {
  using bench = makeBench()

  const error = await failureOf(sendAll(bench, transferPlan(), accountOf('other').privateKey))

  expect(error).toMatchObject({
    code: 'WRONG_KEY',
    exitCode: 13,
    facts: {needed: owner.address, key: other},
  })
  expect(bench.journal.list(1)).toEqual([])
})

test('too little ETH for gas and value: both amounts are named', async () => {
  await chain.l1.request('anvil_setBalance', [owner.address, numberToHex(10n ** 12n)])
  using bench = makeBench()

  const error = await failureOf(sendAll(bench, transferPlan()))

  expect(error).toMatchObject({
    code: 'BALANCE_LOW',
    exitCode: 5,
    facts: {balanceWei: '1000000000000'},
  })
  expect(BigInt(error.facts['neededWei']!)).toBeGreaterThan(10n ** 12n)
})

test('a trap stops the plan until it is named, whatever else was accepted', async () => {
  using bench = makeBench()
  const ids = ['producing', 'unpaid-blocks'] as const
  const traps = ids.map((id) => ({id, message: `Trap ${id}.`}))
  const plan = transferPlan('1', {traps})

  expect(
    await failureOf(previewPlan(plan, {...choices, overrides: ['producing']}, bench)),
  ).toMatchObject({
    code: 'TRAP',
    exitCode: 5,
    facts: {trap: 'unpaid-blocks'},
    hints: ['Pass `--override unpaid-blocks` if you mean it.'],
  })
  const preview = await previewPlan(
    plan,
    {...choices, overrides: ['unpaid-blocks', 'producing']},
    bench,
  )
  expect(preview.gasLimits[0]).toBeGreaterThan(21_000n)
})
