/** A transaction that is stuck, and what takes its place: decided, asked, signed, and exactly one of both mined. */
import {keccak256, parseEther} from 'viem'
import {afterAll, afterEach, beforeAll, beforeEach, expect, test} from 'vitest'

import {MetisSeqError} from '../../src/lib/errors.ts'
import {openContext, type Context} from '../../src/services/context.ts'
import {lockAccount} from '../../src/services/sending/account-lock.ts'
import {confirmSent} from '../../src/services/sending/confirm-sent.ts'
import type {OperationHost} from '../../src/services/sending/host.ts'
import type {Plan} from '../../src/services/sending/plan.ts'
import {replaceTransaction, type ReplaceRequest} from '../../src/services/sending/replace.ts'
import {runOperation} from '../../src/services/sending/run-operation.ts'
import {showTransaction} from '../../src/services/sending/transactions.ts'
import {waitForHash} from '../../src/services/sending/wait-hash.ts'
import {openJournal, type Journal} from '../../src/store/journal.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner').address
const other = accountOf('other').address
const GWEI = 10n ** 9n

let chain: TestChain
let temp: TempHome
let context: Context
let journal: Journal
let told: string[]
/** Runs when a transaction is out. */
let onSent: () => Promise<unknown>

beforeAll(async () => {
  chain = await startTestChain({withL2: false})
  await chain.fund(owner, {metis: '100', eth: '10'})
  await chain.keep()
})
afterAll(() => chain[Symbol.asyncDispose]())
beforeEach(async () => {
  await chain.reset()
  await chain.l1.request('evm_setAutomine', [false])
  temp = await makeOperator(chain.network, {owner: 'owner', signer: 'signer'})
  context = openContext({home: temp.home})
  journal = openJournal(temp.home.journalFile)
  told = []
  onSent = () => chain.l1.request('evm_mine')
})
afterEach(() => {
  journal.close()
  context.close()
  temp[Symbol.dispose]()
})

const ended: (() => void)[] = []
const progress: (string | null)[] = []
function hostOf(ask: () => unknown): OperationHost {
  return {
    say(news) {
      if (news.kind === 'warning') told.push(news.code)
      else told.push(news.kind === 'proposed' ? news.proposal.kind : news.kind)
      if (news.kind === 'step' && news.text.startsWith('Sent: ')) void onSent()
    },
    async ask({text}) {
      told.push(text)
      await ask()
    },
    progress: (text) => void progress.push(text),
    onShown: (act) => act(),
    onEnd: (release) => void ended.push(release),
  }
}

async function replace(
  kind: 'speed-up' | 'cancel',
  {
    wanted,
    ask = () => {},
    ...asked
  }: Partial<ReplaceRequest> & {wanted?: string; ask?(): unknown} = {},
) {
  const request: ReplaceRequest = {
    ...{dryRun: false, maxFeeWei: undefined, priorityFeeWei: undefined, password: {}},
    ...{signal: new AbortController().signal, ...asked},
  }
  try {
    return await replaceTransaction(context, {kind, wanted}, request, hostOf(ask))
  } finally {
    for (const release of ended.splice(0)) release()
  }
}

/** Gives something away, and does not wait for the block. */
async function run() {
  const calls = [
    {label: 'Give', contract: 'other', to: other, data: '0x1234', valueWei: 7n},
  ] as const
  const plan = async (): Promise<Plan> => ({
    ...{action: 'test transfer', title: 'Give', chain: 'L1', from: owner, role: 'owner'},
    ...{calls: [...calls], conditions: [], effects: [], figures: [], traps: []},
  })
  try {
    await runOperation(
      context,
      {
        ...{action: 'test transfer', chain: 'L1', from: owner, plan},
        ...{verify: async () => ({differences: []}), done: () => ({text: ''})},
      },
      {
        ...{dryRun: false, unsigned: undefined, format: undefined, overrides: []},
        ...{nonce: undefined, maxFeeWei: 10n * GWEI, priorityFeeWei: GWEI, wait: 'none'},
        ...{asked: 'this', password: {}, signal: new AbortController().signal},
      },
      hostOf(() => {}),
    )
  } finally {
    for (const release of ended.splice(0)) release()
  }
}

/** A transaction that no block takes yet. */
async function stuck() {
  const before = onSent
  onSent = async () => {}
  await run()
  onSent = before
  told = []
  return journal.list(1)[0]!
}

const statuses = () =>
  journal
    .list(10)
    .map(({action, status}) => `${action}: ${status}`)
    .toReversed()
const balance = async () =>
  BigInt(String(await chain.l1.request('eth_getBalance', [other, 'latest'])))

test('looking sends nothing and asks nobody; a no neither', async () => {
  const original = await stuck()
  const looked = await replace('speed-up', {dryRun: true})
  expect(looked).toMatchObject({
    ...{state: 'previewed', chain: 'L1'},
    replacement: {
      ...{kind: 'speed-up', originalPriceWei: 10n * GWEI, balanceWei: parseEther('10')},
      transaction: {
        ...{to: other, data: '0x1234', valueWei: 7n, nonce: original.nonce},
        // A quarter more of both, and one wei.
        fees: {maxFeePerGas: 12_500_000_001n, maxPriorityFeePerGas: 1_250_000_001n},
      },
    },
  })
  expect(told).toEqual([])
  const {replacement} = looked
  const {gasLimit, valueWei} = replacement.transaction
  expect(replacement.maxCostWei).toBe(gasLimit * 12_500_000_001n + valueWei)
  const no = () => {
    throw new MetisSeqError({code: 'DECLINED', message: 'No.'})
  }
  await expect(replace('speed-up', {ask: no})).rejects.toMatchObject({code: 'DECLINED'})
  expect(told).toEqual(['replacement', 'Send this transaction on test?'])
  expect(statuses()).toEqual(['test transfer: sent'])
})

test('one command replaces for an account at a time; looking neither takes the place nor waits for it', async () => {
  await stuck()
  const lock = () =>
    lockAccount(
      context,
      {chain: 'L1', from: owner},
      {...{purpose: 'replace', signal: AbortSignal.abort()}, host: hostOf(() => {})},
    )
  await expect(
    replace('speed-up', {
      async ask() {
        await expect(lock()).rejects.toMatchObject({name: 'AbortError'})
        throw new MetisSeqError({code: 'DECLINED', message: 'No.'})
      },
    }),
  ).rejects.toMatchObject({code: 'DECLINED'})
  const release = await lock()
  told = []
  await expect(replace('speed-up', {dryRun: true})).resolves.toMatchObject({state: 'previewed'})
  expect(told).toEqual([])
  release()
})

test('a speed-up is the same call; it is mined and the original is not', async () => {
  await stuck()
  const before = await balance()
  const done = await replace('speed-up')
  expect(done).toMatchObject({state: 'sent', replaced: {mined: 'replacement'}})
  expect(statuses()).toEqual(['test transfer: replaced', 'test transfer: mined'])
  expect(await balance()).toBe(before + 7n)
})

test('a cancel gives nothing to nobody, at the price of a plain transfer', async () => {
  await stuck()
  const before = await balance()
  const done = await replace('cancel')
  expect(done).toMatchObject({
    ...{state: 'sent', replaced: {mined: 'replacement'}},
    replacement: {
      transaction: {to: owner.toLowerCase(), data: '0x', valueWei: 0n, gasLimit: 21_000n},
    },
  })
  expect(statuses()).toEqual(['test transfer: replaced', 'tx cancel: mined'])
  expect(journal.list(1)[0]).toMatchObject({label: 'Cancel: Give'})
  expect(await balance()).toBe(before)
})

test('a price is a tenth above the original or refused; a named ceiling bounds the tip as well', async () => {
  await stuck()
  const priced = (maxFeeWei: bigint) => replace('cancel', {dryRun: true, maxFeeWei})
  await expect(priced(11n * GWEI - 1n)).rejects.toMatchObject({
    ...{code: 'FEE_TOO_LOW', facts: {offeredWei: '10999999999', neededWei: '11000000001'}},
  })
  await expect(priced(11n * GWEI)).resolves.toMatchObject({state: 'previewed'})
  await expect(priced(20n * GWEI)).resolves.toMatchObject({
    ...{replacement: {transaction: {fees: {maxFeePerGas: 20n * GWEI}}}},
  })
  await chain.l1.request('anvil_setBalance', [owner, '0x5af3107a4000'])
  await expect(priced(20n * GWEI)).rejects.toMatchObject({
    ...{code: 'BALANCE_LOW', facts: {balanceWei: `${10n ** 14n}`, neededWei: `${420_000n * GWEI}`}},
  })
})

test('which one: the only one, by number or hash; of several in one place the newest', async () => {
  await expect(replace('cancel', {dryRun: true})).rejects.toMatchObject({code: 'NOTHING_OPEN'})
  const first = await stuck()
  const next = {nonce: first.nonce + 1, hash: keccak256('0x02')}
  const second = journal.prepare({...first, ...next})
  const of = async (wanted?: string) => {
    const found = await replace('cancel', {dryRun: true, ...(wanted ? {wanted} : {})})
    return found.replacement.original.id
  }
  await expect(of()).rejects.toMatchObject({
    ...{code: 'TX_AMBIGUOUS', facts: {[`${first.id}`]: expect.stringContaining(first.hash)}},
    hints: [expect.stringContaining(`pass ${first.id}.`)],
  })
  expect(await of(`${second.id}`)).toBe(second.id)
  expect(await of(first.hash.toUpperCase().replace('0X', '0x'))).toBe(first.id)
  await expect(of('99')).rejects.toMatchObject({
    ...{code: 'TX_NOT_OPEN', exit: 'not-found'},
    facts: {network: 'test', open: `${second.id}, ${first.id}`},
  })
  // A speed-up that is open itself offers most: it is the one to outbid.
  const newer = journal.prepare({...first, hash: keccak256('0x03')})
  expect(await of(`${first.id}`)).toBe(newer.id)
  journal.mark(newer.id, 'rejected')
  journal.mark(second.id, 'mined')
  expect(await of()).toBe(first.id)
  journal.mark(first.id, 'reverted')
  await expect(of('99')).rejects.toMatchObject({facts: {open: 'none'}})
})

test('one that is mined meanwhile is noted, and nothing takes its place', async () => {
  const {id} = await stuck()
  await chain.l1.request('evm_mine')
  await expect(replace('cancel', {dryRun: true})).rejects.toMatchObject({
    ...{code: 'TX_NOT_OPEN', exit: 'precondition', facts: {state: 'mined'}},
  })
  expect(journal.find({id})).toMatchObject({status: 'mined'})
})

test('the original comes first: said so, and the replacement is off the list', async () => {
  await stuck()
  const mined = await replace('cancel', {
    ask: () => chain.l1.request('evm_mine'),
  }).catch((error: unknown) => error)
  expect(mined).toMatchObject({replaced: {mined: 'original'}})
  expect(statuses()).toEqual(['test transfer: mined', 'tx cancel: replaced'])
})

test('what an earlier run left open is settled first, and said; looking at a plan says that it is looked at', async () => {
  const {id} = await stuck()
  await chain.l1.request('evm_mine')
  expect(journal.find({id})).toMatchObject({status: 'sent'})
  progress.length = 0
  await expect(run()).rejects.toMatchObject({code: 'DONE_EARLIER'})
  expect(told).toEqual(['EARLIER_SETTLED'])
  expect(journal.find({id})).toMatchObject({status: 'mined'})
  told = []
  await run()
  expect(progress.filter((text) => text !== null)).toEqual(['Checking and simulating on L1'])
})

test('what was mined a moment ago is open until it is proven anew, so that a crash leaves it open', async () => {
  const {id, hash, label} = await stuck()
  await chain.l1.request('evm_mine')
  const marks: string[] = []
  const noting: Journal = {
    ...journal,
    mark(of, status, block) {
      marks.push(`${of} ${status}`)
      journal.mark(of, status, block)
    },
  }
  const receipt = {hash, blockNumber: 1n, gasUsed: 1n, feeWei: 1n}
  const confirmed = await confirmSent(context, [{label, hash, receipt}], {
    ...{goal: 'confirmed', journal: noting, signal: new AbortController().signal},
    onProgress() {},
  })
  expect(marks).toEqual([`${id} sent`, `${id} mined`])
  // With the block that it is in, whatever was believed before.
  expect(confirmed[0]!.receipt!.blockNumber).toBeGreaterThan(1n)
  expect(
    await confirmSent(context, [{label, hash, receipt: null}], {
      ...{goal: 'confirmed', journal: noting, signal: new AbortController().signal},
      onProgress() {},
    }),
  ).toEqual([{label, hash, receipt: null}])
  expect(marks).toHaveLength(2)
})

test('its depth counts its own block; bytes that no contract of ours reads are no call', async () => {
  const entry = await stuck()
  const shown = async () => (await showTransaction(context, entry.hash, entry)).view
  expect(await shown()).toMatchObject({state: 'pending', inclusion: null, call: null})
  await chain.l1.request('evm_mine')
  expect(await shown()).toMatchObject({state: 'mined', inclusion: {confirmations: 1n}})
  await chain.l1.request('anvil_mine', ['0x2'])
  await expect
    .poll(shown)
    .toMatchObject({contract: null, call: null, inclusion: {confirmations: 3n}})
})

test('a block that is lost during the wait is named, and the wait begins again', async () => {
  const {hash, raw} = await stuck()
  const before = await chain.l1.request('evm_snapshot')
  await chain.l1.request('evm_mine')
  const lost = (await chain.l1.request('eth_getBlockByNumber', ['latest', false])) as {hash: string}
  const said: string[] = []
  const steps = [
    async () => {
      await chain.l1.request('evm_revert', [before])
    },
    async () => {
      await chain.l1.request('eth_sendRawTransaction', [raw]).catch(() => {})
      await chain.l1.request('evm_increaseTime', ['0x64'])
      await chain.l1.request('anvil_mine', ['0x3'])
    },
  ]
  const waited = await waitForHash(context, hash, undefined, {
    ...{goal: 'confirmed', confirmations: 3n, limitMs: 60_000, pollMs: 100},
    clock: {nowMs: () => 0, monotonicMs: () => 0, sleep: async () => steps.shift()?.()},
    signal: new AbortController().signal,
    onProgress: (text) => void said.push(text),
  })
  expect(waited).toMatchObject({succeeded: true, confirmations: 3n, lostBlocks: [lost.hash]})
  expect(said.some((text) => text.includes('was reorged'))).toBe(true)
})
