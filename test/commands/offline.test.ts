/** Planned on one machine, signed on another that reaches nothing, sent from the first. */
import {existsSync, readFileSync, statSync, writeFileSync} from 'node:fs'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {accountOf} from '../helpers/l2-chain.ts'
import {statusesIn} from '../helpers/journal.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runCli, type CliResult} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner').address

let chain: TestChain
/** Reaches the chain and has no key of the owner. */
let online: TempHome
/** Has the key; its network names endpoints that nobody serves. */
let offline: TempHome

beforeAll(async () => {
  chain = await startTestChain({withL2: false})
  await chain.fund(owner)
  online = await makeOperator(chain.network, {owner: 'someone else', signer: 'signer'})
  const {l1, l2} = chain.network
  const dead = ['http://127.0.0.1:9']
  offline = await makeOperator(
    {...chain.network, l1: {...l1, rpcUrls: dead}, l2: {...l2, rpcUrls: dead}},
    {owner: 'owner', signer: 'other signer'},
  )
})
afterAll(async () => {
  online[Symbol.dispose]()
  offline[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

const at = (home: TempHome, line: string): Promise<CliResult> =>
  runCli([...line.split(' '), '--json'], {home: home.root})

const sentByOwner = async () =>
  Number(await chain.l1.request('eth_getTransactionCount', [owner, 'latest']))

test('register: two transactions, prepared watch-only, signed offline, sent and mined', async () => {
  const unsigned = online.path('register.json')
  const signed = online.path('register.signed')
  const plan = `sequencer register --amount 20000 --from ${owner}`

  const written = await at(online, `${plan} --unsigned ${unsigned}`)
  expect(written.json?.error).toBeNull()
  const again = await at(online, `${plan} --unsigned ${unsigned}`)
  expect(again.json?.error).toMatchObject({code: 'FILE_EXISTS', exitCode: 5})
  const stdout = await runCli([...plan.split(' '), '--unsigned', '-'], {home: online.root})
  const document = await at(online, `${plan} --unsigned -`)
  expect(JSON.parse(stdout.stdout)).toEqual(JSON.parse(readFileSync(unsigned, 'utf8')))
  expect(document.json?.data['document']).toEqual(JSON.parse(stdout.stdout))

  const signing = await at(
    offline,
    `tx sign ${unsigned} --output ${signed} --yes --override unknown-recipient`,
  )
  expect(signing.json?.error).toBeNull()
  expect(statSync(signed).mode & 0o777).toBe(0o600)
  expect(await sentByOwner()).toBe(0)

  const dry = await at(online, `tx send ${signed} --dry-run`)
  expect(dry.json?.data).toMatchObject({chain: 'L1', from: owner, action: 'sequencer register'})
  const sent = await at(online, `tx send ${signed} --yes`)
  expect(sent.json?.data['transactions']).toMatchObject([
    {
      label: expect.stringMatching(/^METIS\.approve\(.*20,000 METIS\)/),
      blockNumber: expect.any(String),
    },
    {label: expect.stringMatching(/^LockingPool\.lockWith/), blockNumber: expect.any(String)},
  ])
  const shown = await at(online, 'sequencer show 1')
  expect(shown.json?.data).toMatchObject({status: 'active', owner})
  expect(statusesIn(online)).toEqual(['mined', 'mined'])
})

test('the same file once more: nothing is sent, and why is said', async () => {
  const before = await sentByOwner()

  const {json} = await at(online, `tx send ${online.path('register.signed')} --yes`)

  expect(json?.error).toMatchObject({code: 'DONE_EARLIER', exitCode: 5})
  expect(await sentByOwner()).toBe(before)
})

test('refused: another key, a file without all fields, a Safe batch, one that is not signed', async () => {
  const file = online.path('increase.json')
  const plan = `stake increase 1 --amount 1 --from ${owner} --unsigned`
  await at(online, `${plan} ${file}`)
  const out = online.path('out.signed')
  const wrongKey = await at(
    offline,
    `tx sign ${file} --output ${out} --key other-signer --yes --override unknown-recipient`,
  )
  expect(wrongKey.json?.error).toMatchObject({code: 'WRONG_KEY', exitCode: 13})

  const document = JSON.parse(readFileSync(file, 'utf8')) as {transactions: {nonce?: string}[]}
  delete document.transactions[0]!.nonce
  writeFileSync(file, JSON.stringify(document))
  const noNonce = await at(
    offline,
    `tx sign ${file} --output ${out} --yes --override unknown-recipient`,
  )
  expect(noNonce.json?.error).toMatchObject({code: 'FILE_NOT_SIGNABLE', exitCode: 2})
  expect(noNonce.json?.error?.message).toContain('it has no nonce')

  const safe = online.path('safe.json')
  await at(online, `${plan} ${safe} --format safe`)
  const batch = await at(
    offline,
    `tx sign ${safe} --output ${out} --yes --override unknown-recipient`,
  )
  expect(batch.json?.error).toMatchObject({code: 'FILE_NOT_SIGNABLE'})
  expect(existsSync(out)).toBe(false)
  const notSigned = await at(online, `tx send ${file} --yes`)
  expect(notSigned.json?.error).toMatchObject({code: 'NOT_SIGNED', exitCode: 2})
})

test('a nonce that is not the next one would wait for ever: refused', async () => {
  const file = online.path('gap.json')
  const signed = online.path('gap.signed')
  const plan = `stake increase 1 --amount 1 --from ${owner}`
  const early = await at(online, `${plan} --nonce 9 --unsigned ${file}`)
  expect(early.json?.error).toMatchObject({code: 'NONCE_GAP', facts: {nonce: '9'}})
  expect(existsSync(file)).toBe(false)

  // The file was changed on its way.
  await at(online, `${plan} --unsigned ${file}`)
  const written = JSON.parse(readFileSync(file, 'utf8')) as {transactions: object[]}
  const [first] = written.transactions
  writeFileSync(file, JSON.stringify({...written, transactions: [{...first, nonce: '0x9'}]}))
  await at(offline, `tx sign ${file} --output ${signed} --yes`)
  const {json} = await at(online, `tx send ${signed} --yes`)

  expect(json?.error).toMatchObject({code: 'NONCE_GAP', facts: {nonce: '9'}})
})

test('without a terminal and without --yes nothing is signed', async () => {
  const file = online.path('gap.json')
  const out = online.path('never.signed')

  const {json} = await at(offline, `tx sign ${file} --output ${out} --override unknown-recipient`)

  expect(json?.error).toMatchObject({code: 'CONFIRMATION_NEEDED', exitCode: 9})
  expect(existsSync(out)).toBe(false)
})
