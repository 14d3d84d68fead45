import {writeFileSync} from 'node:fs'

import {
  encodeErrorResult,
  encodeFunctionData,
  numberToHex,
  parseAbi,
  parseEther,
  type Hex,
} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {openJournal} from '../../src/store/journal.ts'
import {deadUrl, rpcAnswer, startHttpStub} from '../helpers/http-stub.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runBoth, runCli, type Document} from '../helpers/run-cli.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'
import {L1_CHAIN_ID, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('member')
const stranger = accountOf('stranger')
const standard = parseAbi(['error Error(string)', 'error Panic(uint256)'])
const words = (reason: string) =>
  encodeErrorResult({abi: standard, errorName: 'Error', args: [reason]})

let chain: TestChain
let temp: TempHome

beforeAll(async () => {
  chain = await startTestChain()
  await chain.fund(owner.address)
  await chain.fund(stranger.address, {whitelist: false})
  const {metis, lockingInfo, lockingPool} = chain.at
  await chain.act(owner.address, metis, erc20Abi, 'approve', [lockingInfo, parseEther('20000')])
  const signer = accountOf('member signer')
  const args = [
    signer.address,
    owner.address,
    parseEther('20000'),
    `0x${signer.publicKey.slice(4)}`,
  ]
  await chain.act(owner.address, lockingPool, lockingPoolAbi, 'lockWithRewardRecipient', args)
  temp = await makeOperator(chain.network, {owner: 'member', signer: 'member signer'})
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

interface Data {
  readAs: string
  error: {code: string; exits: {exitCode: number}[]; retry: string; next: string[]} | null
  revert: {name: string; reason: string | null} | null
  refusals: {code: string; subject: string; selector: string}[]
  findings: {label: string; seen: string; isCause: boolean | null}[]
  functions: {signature: string; contracts: string[]}[]
  events: {signature: string}[]
  contracts: string[]
  call: {functionName: string; contract: string} | null
  transaction: {state: string; failure: {reason: string} | null} | null
}
const dataOf = (json: Document) => json.data as unknown as Data

/** A transaction that is mined whether it succeeds or not. */
async function mined(
  from: Hex,
  fn: 'withdraw' | 'relock',
  args: readonly unknown[],
  gas = 500_000,
) {
  const data = encodeFunctionData({abi: lockingPoolAbi, functionName: fn, args: args as never})
  const call = {from, to: chain.at.lockingPool, data, gas: `0x${gas.toString(16)}`}
  return String(await chain.l1.request('eth_sendTransaction', [call])) as Hex
}

const offline: [string, string, Partial<Record<keyof Data, unknown>>][] = [
  [
    'an error selector',
    '0x584A7938',
    {readAs: 'selector', refusals: [expect.objectContaining({code: 'NOT_WHITELISTED'})]},
  ],
  [
    'a function selector',
    '0x262c0e66',
    {functions: [expect.objectContaining({signature: 'unlock(uint256,uint32)'})]},
  ],
  [
    'a topic',
    '0xe6f1eb1f1d0ca344d03cf47b9e6ece8a7d3b196e38dd7dd2307cca75e26682a8',
    {readAs: 'topic', events: [expect.objectContaining({contracts: ['LockingInfo']})]},
  ],
  [
    'Error(string) as data',
    words('withdraw throttle'),
    {
      readAs: 'revert data',
      revert: {name: 'Error', reason: 'withdraw throttle', args: []},
      refusals: [expect.objectContaining({code: 'WITHDRAW_THROTTLED'})],
    },
  ],
  [
    'a bridge fee with its number',
    words('insufficient fee supplied. send at least 200000000000000'),
    {refusals: [expect.objectContaining({code: 'BRIDGE_FEE_LOW'})]},
  ],
  [
    'a panic as data',
    encodeErrorResult({abi: standard, errorName: 'Panic', args: [18n]}),
    {refusals: [expect.objectContaining({subject: '0x12'})]},
  ],
  [
    'an error with arguments',
    encodeErrorResult({
      abi: parseAbi(['error NotMatureYet(uint256 now, uint64 maturity)']),
      args: [5n, 9n],
    }),
    {revert: {name: 'NotMatureYet', reason: null, args: ['5', '9']}},
  ],
  [
    'call data',
    encodeFunctionData({abi: lockingPoolAbi, functionName: 'unlock', args: [1n, 0]}),
    {readAs: 'call data', call: expect.objectContaining({functionName: 'unlock'})},
  ],
  [
    'an error name',
    'NotSeqOwner()',
    {refusals: [expect.objectContaining({selector: '0xa91da8ff'})]},
  ],
  [
    'the words of a node around it',
    'Error: execution reverted: BFT restriction',
    {refusals: [expect.objectContaining({code: 'BFT_RESTRICTION'})]},
  ],
  [
    'the words of a library around it',
    "VM Exception while processing transaction: reverted with reason string 'locked>maxLock'",
    {refusals: [expect.objectContaining({subject: 'locked>maxLock'})]},
  ],
  [
    'a code of an error of ours, which contracts can cause too',
    'not_whitelisted',
    {
      readAs: 'error code',
      error: expect.objectContaining({
        ...{code: 'NOT_WHITELISTED', exits: [{exit: 'precondition', exitCode: 5}], retry: 'no'},
        next: expect.arrayContaining([expect.stringContaining('`metis-seq sequencer eligible`')]),
      }),
      refusals: [expect.objectContaining({selector: '0x584a7938'})],
    },
  ],
  [
    'a function name',
    'unlockClaim',
    {
      functions: expect.arrayContaining([
        expect.objectContaining({signature: 'unlockClaim(uint256,uint32)'}),
      ]),
    },
  ],
  [
    'an address',
    '0x0fe382b74C3894B65c10E5C12ae60Bbd8FAf5b48',
    {contracts: ['LockingInfo on L1 of andromeda', 'MetisSequencerSet on L2 of andromeda']},
  ],
]

test.each(offline)('%s is explained without any network', async (_name, input, expected) => {
  using empty = makeTempHome()

  const {text, json, exitCode} = await runBoth(['explain', input], {home: empty.root})

  expect(exitCode).toBe(0)
  expect(dataOf(json)).toMatchObject({findings: [], transaction: null, ...expected})
  expect(json.sources).toEqual([])
  expect(text.stdout).toMatch(/^Read as /)
})

test('the contract and the call choose among two meanings', async () => {
  using empty = makeTempHome()
  const args = ['explain', 'invalid amount', '--contract', 'LockingPool', '--function', 'withdraw']

  const {json} = await runBoth(args, {home: empty.root})

  expect(dataOf(json).refusals[0]).toMatchObject({
    source: expect.stringContaining('LockingInfo.withdrawLocking'),
  })
})

test('--list is the whole catalogue, offline', async () => {
  using empty = makeTempHome()

  const {text, json} = await runBoth(['explain', '--list'], {home: empty.root})

  const {refusals} = json.data as {refusals: unknown[]}
  expect(refusals.length).toBeGreaterThan(190)
  expect(text.stdout.trimEnd().split('\n')).toHaveLength(refusals.length + 1)
})

test('unknown input says what it was tried as and what to run', async () => {
  using empty = makeTempHome()

  const {json, exitCode} = await runBoth(['explain', '0x01020304'], {home: empty.root})

  expect(exitCode).toBe(4)
  expect(json.error).toMatchObject({
    code: 'EXPLAIN_UNKNOWN',
    facts: {triedAs: 'error selector, function selector'},
    hints: expect.arrayContaining([expect.stringContaining('explain --list')]),
  })
})

const hostile: [string, string][] = [
  ['control characters in revert data', words('\u001B[2J\u0007stop\u202Egnp\u0000')],
  ['control characters in a text', '\u001B]0;owned\u0007\u009B2J'],
  ['a reason of 60,000 letters', words('A'.repeat(60_000))],
  ['a text of 120,000 letters', 'z '.repeat(60_000)],
  ['120,000 digits of hex', `0x${'ab'.repeat(60_000)}`],
]

test.each(hostile)('%s: short, clean and quick', async (_name, input) => {
  using empty = makeTempHome()
  const started = performance.now()

  const {text, json} = await runBoth(['explain', input.replaceAll('\0', '')], {home: empty.root})

  const shown = text.stdout + text.stderr + (json.error?.message ?? '')
  expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  expect(shown.length).toBeLessThan(4000)
  expect(performance.now() - started).toBeLessThan(20_000)
})

test('with a network: whether the cause holds now, of whom', async () => {
  const {text, json} = await runBoth(['explain', 'withdraw throttle'], {home: temp.root})

  expect(dataOf(json).findings).toEqual([
    {label: 'current reward batch', seen: '1', isCause: null},
    {label: 'last change of sequencer 1', seen: 'batch 1', isCause: true},
  ])
  expect(text.stdout).toContain('Now, op on test:')
  expect(text.stdout).toContain('CAUSE last change of sequencer 1: batch 1')
})

test('with a network: a cause that does not hold is said not to', async () => {
  const {json} = await runBoth(['explain', 'NotWhitelisted'], {home: temp.root})

  expect(dataOf(json).findings).toEqual([
    {label: 'whitelist', seen: `${owner.address} is on it`, isCause: false},
  ])
})

/** Every question about the state is asked of real contracts; the rules that foretell a refusal say what is a cause. */
const questions = [
  ['Pausable: paused', 'LockingPool', false],
  // No rule foretells this one, so whether it is paused only informs.
  ['Pausable: not paused', 'LockingPool', null],
  ['OwnedSequencer', 'sequencer of the owner', true],
  ['NoRewardRecipient', 'reward recipient', false],
  ['NotSeqOwner', 'owner of sequencer 1', false],
  // That the signer is in use is what a signer is for.
  ['NotSeqSigner', 'signer of the profile', null],
  ['SeqNotActive', 'sequencer 1', false],
  ['SignerExisted', 'signer of the profile', true],
  ['locked>maxLock', 'can be added', null],
  ['ERC20: insufficient allowance', 'allowance for LockingInfo', true],
  ['BFT restriction', 'one more exit', true],
  ['insufficient fee supplied. send at least 1', 'bridge fee now', null],
  ['Not allowed to cliam', 'sequencer 1', true],
  ['ERC20: insufficient allowance', 'reward payer', false],
  ['The latest epoch producing', 'L2 head', null],
  ['AMTWithdrawalManager: no withdraw request', 'open withdrawal requests', null],
] as const

test.each(questions)('%s: the state says %s', async (input, label, isCause) => {
  const {json, stderr} = await runCli(['explain', input, '--json'], {home: temp.root})

  expect(json?.warnings, stderr).toEqual([])
  expect(dataOf(json!).findings).toContainEqual({label, seen: expect.anything(), isCause})
})

test('a dead endpoint leaves the general part, with a warning', async () => {
  using dead = await makeOperator(
    {...chain.network, l1: {...chain.network.l1, rpcUrls: [await deadUrl()]}},
    {owner: 'member', signer: 'member signer'},
  )

  const {text, json, exitCode} = await runBoth(['explain', 'withdraw throttle'], {home: dead.root})

  expect(exitCode).toBe(0)
  expect(json.warnings).toMatchObject([{code: 'ENDPOINT_UNREACHABLE'}])
  expect(dataOf(json)).toMatchObject({findings: [], refusals: [{code: 'WITHDRAW_THROTTLED'}]})
  expect(text.stdout).toContain('Only one withdrawal or signer update is allowed')
  expect(text.stderr).toContain('warning: L1 could not be reached.')
})

test('an endpoint that refuses to answer leaves the general part as well', async () => {
  await using refusing = await startHttpStub(
    rpcAnswer({eth_chainId: () => numberToHex(L1_CHAIN_ID)}),
  )
  using other = await makeOperator(
    {...chain.network, l1: {...chain.network.l1, rpcUrls: [refusing.url]}},
    {owner: 'member', signer: 'member signer'},
  )

  const {json, exitCode} = await runBoth(['explain', 'NotWhitelisted'], {home: other.root})

  expect(exitCode).toBe(0)
  expect(json.warnings).toMatchObject([{code: 'ENDPOINT_ERROR'}])
  expect(dataOf(json).refusals).toHaveLength(1)
})

test('--offline asks nobody, though a network is in use', async () => {
  const {json} = await runBoth(['explain', 'NotWhitelisted', '--offline'], {home: temp.root})

  expect(json.sources).toEqual([])
  expect(dataOf(json).findings).toEqual([])
})

test('a failed transaction is run again, and its reason explained with the state of its sender', async () => {
  const hash = await mined(stranger.address, 'withdraw', [1n, 1n])

  const {text, json, exitCode} = await runBoth(['explain', hash], {home: temp.root})

  expect(exitCode).toBe(0)
  expect(dataOf(json)).toMatchObject({
    readAs: 'transaction',
    transaction: {state: 'failed', failure: {reason: 'revert'}},
    call: {contract: 'LockingPool', functionName: 'withdraw'},
    refusals: [{code: 'NOT_WHITELISTED'}],
    findings: [{seen: `${stranger.address} is not on it`, isCause: true}],
  })
  expect(text.stdout).toContain('and failed: nothing changed, but the fee was paid')
  expect(text.stdout).toContain('call   LockingPool.withdraw')
})

test('the failure of a call is explained for that call', async () => {
  const hash = await mined(owner.address, 'relock', [1n, parseEther('90000'), false])

  const {json} = await runBoth(['explain', hash], {home: temp.root})

  expect(dataOf(json)).toMatchObject({
    refusals: [{subject: 'locked>maxLock'}],
    findings: expect.arrayContaining([
      {label: 'can be added', seen: '80,000 METIS', isCause: null},
    ]),
  })
})

test('a transaction that ran out of gas is said to have', async () => {
  const hash = await mined(owner.address, 'relock', [1n, 1n, false], 30_000)

  const {text, json} = await runBoth(['explain', hash], {home: temp.root})

  expect(dataOf(json).transaction?.failure?.reason).toBe('out-of-gas')
  expect(text.stdout).toContain('It ran out of gas.')
})

test('a hash that no chain knows is not repeated: it may be a private key', async () => {
  const secret = `0x${'5e'.repeat(32)}`

  const {text, json, exitCode} = await runBoth(['explain', secret], {home: temp.root})

  expect({exitCode, code: json.error?.code}).toEqual({exitCode: 4, code: 'TX_NOT_FOUND'})
  expect(text.stderr + JSON.stringify(json)).not.toContain('5e5e5e')
})

test('with a dead chain the journal still tells what was sent', async () => {
  using dead = await makeOperator(
    {...chain.network, l1: {...chain.network.l1, rpcUrls: [await deadUrl()]}},
    {owner: 'member', signer: 'member signer'},
  )
  const raw = await owner.signTransaction({
    ...{type: 'eip1559', chainId: L1_CHAIN_ID, nonce: 9, gas: 100_000n, to: chain.at.lockingPool},
    data: encodeFunctionData({abi: lockingPoolAbi, functionName: 'unlock', args: [1n, 0]}),
  })
  const hash: Hex = `0x${'7a'.repeat(32)}`
  const journal = openJournal(dead.home.journalFile)
  journal.prepare({
    ...{action: 'exit start', label: 'Start the exit', network: 'test', chainId: L1_CHAIN_ID},
    ...{from: owner.address, to: chain.at.lockingPool, nonce: 9, valueWei: 0n, hash, raw},
  })
  journal.close()

  const {json, exitCode} = await runBoth(['explain', hash], {home: dead.root})

  expect(exitCode).toBe(0)
  expect(json.warnings).toMatchObject([{code: 'ENDPOINT_UNREACHABLE'}])
  expect(json.data).toMatchObject({
    transaction: {state: 'unknown', journal: {label: 'Start the exit', status: 'prepared'}},
    call: {functionName: 'unlock', args: [{name: 'seqId', value: '1'}, {name: 'l2Gas'}]},
  })
  expect(JSON.stringify(json)).not.toContain(raw.slice(2))
})

test('settings that cannot be read are an error, not silence', async () => {
  using broken = makeTempHome()
  writeFileSync(broken.path('config.json'), '{')

  const {exitCode} = await runBoth(['explain', 'NotWhitelisted'], {home: broken.root})

  expect(exitCode).toBe(3)
})
