import {parseEther} from 'viem'
import {afterAll, afterEach, beforeAll, beforeEach, expect, test} from 'vitest'

import {MetisSeqError} from '../../src/lib/errors.ts'
import {openContext, type Context} from '../../src/services/context.ts'
import type {Plan} from '../../src/services/sending/plan.ts'
import {planCall} from '../../src/services/sending/planned-call.ts'
import type {OperationHost} from '../../src/services/sending/host.ts'
import type {SendRequest} from '../../src/services/sending/request.ts'
import {
  runOperation,
  type Operation,
  type Verification,
} from '../../src/services/sending/run-operation.ts'
import {openJournal} from '../../src/store/journal.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner').address
const other = accountOf('other').address

let chain: TestChain
let temp: TempHome
let context: Context
/** What happened, in order. */
let told: string[]

beforeAll(async () => {
  chain = await startTestChain({withL2: false})
  await chain.fund(owner, {metis: '100'})
  await chain.keep()
})
afterAll(() => chain[Symbol.asyncDispose]())
beforeEach(async () => {
  await chain.reset()
  temp = await makeOperator(chain.network, {owner: 'owner', signer: 'signer'})
  context = openContext({home: temp.home})
  told = []
})
afterEach(() => {
  context.close()
  temp[Symbol.dispose]()
})

/** Ends of the run, as a command has them. */
interface Ends {
  shown: (() => void)[]
  ended: (() => void)[]
}

function hostOf(ends: Ends, ask: () => void = () => {}): OperationHost {
  return {
    say: (news) => void told.push(news.kind === 'warning' ? news.code : news.kind),
    async ask() {
      told.push('ask')
      ask()
    },
    progress() {},
    onShown: (act) => void ends.shown.push(act),
    onEnd: (release) => void ends.ended.push(release),
  }
}

const request: SendRequest = {
  ...{dryRun: false, unsigned: undefined, format: undefined, overrides: [], nonce: undefined},
  ...{maxFeeWei: undefined, priorityFeeWei: undefined, wait: 'confirmed', asked: 'this'},
  ...{password: {}, signal: new AbortController().signal},
}

function transfer(change: Partial<Operation> = {}): Operation {
  return {
    ...{action: 'test transfer', chain: 'L1', from: owner},
    async plan(): Promise<Plan> {
      told.push('plan')
      const to = chain.at.metis
      const call = planCall({
        ...{contract: 'METIS', to, functionName: 'transfer', args: [other, parseEther('1')]},
        label: () => 'Give 1 METIS',
      })
      return {
        ...{action: 'test transfer', title: 'Give', chain: 'L1', from: owner, role: 'owner'},
        calls: [call],
        ...{conditions: [], effects: [], figures: [], traps: []},
      }
    },
    async verify(): Promise<Verification> {
      told.push('verify')
      return {differences: [{id: 'x', expected: '1', actual: '2'}]}
    },
    done: () => ({text: 'Given.'}),
    ...change,
  }
}

async function run(operation: Operation, ask?: () => void, asked: Partial<SendRequest> = {}) {
  const ends: Ends = {shown: [], ended: []}
  try {
    const host = hostOf(ends, ask)
    const outcome = await runOperation(context, operation, {...request, ...asked}, host)
    for (const act of ends.shown) act()
    return outcome
  } finally {
    for (const release of ends.ended) release()
  }
}

function entries() {
  const journal = openJournal(temp.home.journalFile)
  try {
    return journal.list(10)
  } finally {
    journal.close()
  }
}

test('plan, preview, ask, send, verify, done; what differs is a remark', async () => {
  const outcome = await run(transfer())

  expect(told).toEqual([
    ...['plan', 'step', 'proposed', 'ask', 'step', 'step', 'sent', 'verify', 'FIGURE_DIFFERS'],
  ])
  expect(outcome).toMatchObject({state: 'sent', shown: {text: 'Given.'}, sent: [{receipt: {}}]})
  expect(entries()).toMatchObject([{status: 'mined', asked: 'this'}])
})

test('a no, and a look, send nothing and leave the account free', async () => {
  const no = () => {
    throw new MetisSeqError({code: 'DECLINED', message: 'No.'})
  }

  await expect(run(transfer(), no)).rejects.toMatchObject({code: 'DECLINED'})
  await expect(run(transfer(), no, {dryRun: true})).resolves.toMatchObject({state: 'previewed'})
  const unsigned = {file: '-', replace: false}
  await expect(run(transfer(), no, {unsigned})).resolves.toMatchObject({
    state: 'written',
    written: {format: 'eip1559', document: {transactions: [{nonce: expect.anything()}]}},
  })

  expect(entries()).toEqual([])
  await expect(run(transfer())).resolves.toMatchObject({state: 'sent'})
})

test('the chain falls silent after it: a remark; it shows something else: an error', async () => {
  const silent = async () => {
    throw new MetisSeqError({
      ...{code: 'ENDPOINT_UNREACHABLE', message: 'It is silent.'},
      facts: {endpoint: 'http://127.0.0.1'},
      retryable: true,
    })
  }
  const otherThan = async () => {
    throw new MetisSeqError({code: 'POST_STATE', message: 'Not there.', facts: {account: other}})
  }

  const outcome = await run(transfer({verify: silent}))
  expect(outcome).toMatchObject({shown: {text: expect.stringContaining('not compared')}})
  expect(told).toContain('NOT_COMPARED')
  await expect(run(transfer({verify: otherThan}))).rejects.toMatchObject({
    code: 'POST_STATE',
  })
})

test('an end that nobody was told of is told by the next run, once; a repeatable one goes on', async () => {
  // A call of METIS counts as the way to an action, so this one goes to an account without code.
  const value: Partial<Operation> = {
    plan: async () => {
      const plan = await transfer().plan()
      return {...plan, calls: [{...plan.calls[0]!, to: other, valueWei: 1n}]}
    },
  }
  const unseen = async () => {
    const ends: Ends = {shown: [], ended: []}
    await runOperation(context, transfer(value), request, hostOf(ends))
    for (const release of ends.ended) release()
  }
  await unseen()
  await expect(run(transfer(value))).rejects.toMatchObject({code: 'DONE_EARLIER'})
  await expect(run(transfer(value))).resolves.toMatchObject({state: 'sent'})

  await unseen()
  const nothing = async () => {
    throw new MetisSeqError({
      code: 'NOTHING_TO_CHANGE',
      message: 'Done.',
      facts: {condition: 'a change', seen: 'none'},
    })
  }
  await expect(run(transfer({isRepeatable: true, plan: nothing}))).rejects.toMatchObject({
    code: 'DONE_EARLIER',
  })
  await unseen()
  expect(told).not.toContain('EARLIER_SETTLED')
  await expect(run(transfer({...value, isRepeatable: true}))).resolves.toMatchObject({
    state: 'sent',
  })
  expect(told).toContain('EARLIER_SETTLED')
})
