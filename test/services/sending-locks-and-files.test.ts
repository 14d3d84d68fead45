/** An account is one command's at a time; and what comes signed, or is to be signed, is looked at first. */
import {afterEach, beforeEach, expect, test, vi} from 'vitest'

import {createLocalSigner} from '../../src/chain/signer.ts'
import {systemClock} from '../../src/lib/clock.ts'
import {l2Addresses} from '../../src/local/l2-plan.ts'
import {openContext, type Context} from '../../src/services/context.ts'
import type {
  DecodedInput,
  DecodedTransaction,
} from '../../src/services/explain/decode-transaction.ts'
import {lockAccount} from '../../src/services/sending/account-lock.ts'
import type {News, OperationHost} from '../../src/services/sending/host.ts'
import {toSignedBatch} from '../../src/services/sending/send-signed.ts'
import {assertHarmless, assertSignable, signFile} from '../../src/services/sending/sign-file.ts'
import {cautionsOf, type Judged} from '../../src/services/sending/transaction-cautions.ts'
import {saveNetwork} from '../../src/store/networks.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'
import {networkOf} from '../helpers/test-chain.ts'

const owner = accountOf('owner')
const other = accountOf('other').address
const at = {
  ...{metis: other, lockingPool: other, lockingInfo: other, bridge: other, addressManager: other},
  ...{deploymentBlock: 1n, implementations: {lockingPool: other}},
} as unknown as Parameters<typeof networkOf>[2]
const network = networkOf(['http://127.0.0.1:9'], ['http://127.0.0.1:9'], at, l2Addresses)

let temp: TempHome
let context: Context
let said: News[]

beforeEach(() => {
  temp = makeTempHome()
  saveNetwork(temp.home, network, {replace: true})
  context = openContext({network: 'test', home: temp.home})
  said = []
})
afterEach(() => {
  context.close()
  temp[Symbol.dispose]()
})

const host = {say: (news) => void said.push(news)} as OperationHost
const account = {chain: 'L1', from: owner.address} as const
const lock = (
  wanted: Parameters<typeof lockAccount>[1] = account,
  purpose: 'send' | 'replace' = 'send',
  signal = new AbortController().signal,
) => lockAccount(context, wanted, {purpose, signal, host})

test('one command sends for an account; the next says once that it waits, and goes on', async () => {
  using sleep = vi.spyOn(systemClock, 'sleep')
  const release = await lock()
  let second: (() => void) | undefined
  const waiting = lock().then((free) => (second = free))
  await expect.poll(() => said.length).toBe(1)
  expect(said).toMatchObject([{kind: 'step', text: expect.stringContaining('waiting')}])
  // In any spelling it is the same account; on another chain, and to replace, it is another place.
  const upper = {...account, from: owner.address.toLowerCase() as typeof owner.address}
  const stop = new AbortController()
  const stopped = lock(upper, 'send', stop.signal)
  await expect.poll(() => said.length).toBe(2)
  for (const free of [await lock({...account, chain: 'L2'}), await lock(account, 'replace')]) free()
  stop.abort(new Error('Enough.'))
  await expect(stopped).rejects.toThrow('Enough.')
  // It has looked several times by now, and said it once.
  await expect.poll(() => sleep.mock.calls.length).toBeGreaterThan(5)
  expect(said).toHaveLength(2)
  expect(second).toBeUndefined()
  release()
  release()
  await waiting
  expect(second).toBeDefined()
  second?.()
  expect(said).toHaveLength(2)
})

/** One transaction of a file that has all fields. */
function transaction(change: Partial<DecodedTransaction> = {}): DecodedTransaction {
  return {
    ...{type: 'eip1559', chainId: network.l1.chainId, to: other, accountNonce: 4, valueWei: 5n},
    ...{gasLimit: 21_000n, maxFeePerGasWei: 10n, priorityFeePerGasWei: 1n, data: '0x'},
    ...{sender: null, hash: null, raw: null, label: 'Give', chain: null, contract: null},
    ...{call: null, maxCostWei: null, cautions: []},
    ...change,
  } as DecodedTransaction
}
const file = (
  transactions: DecodedTransaction[],
  change: Partial<DecodedInput> = {},
): DecodedInput => ({
  ...{form: 'unsigned eip1559', source: 'file', from: owner.address, action: 'stake increase'},
  ...{transactions, ...change},
})
const signer = createLocalSigner(owner.privateKey)

test('a file is signed by the key that it is for, transaction by transaction', async () => {
  const signed = await signFile(file([transaction(), transaction({accountNonce: 5})]), signer)
  expect(signed).toMatchObject({
    ...{chainId: network.l1.chainId, from: owner.address, action: 'stake increase'},
    transactions: [{raw: expect.stringMatching(/^0x02/)}, {raw: expect.stringMatching(/^0x02/)}],
  })
  expect(new Set(signed.transactions.map(({hash}) => hash)).size).toBe(2)
  const unnamed = await signFile(file([transaction()], {from: null, action: null}), signer)
  expect(unnamed.action).toBe('tx send')
  expect(await signFile(file([]), signer)).toMatchObject({chainId: 0, transactions: []})
  const legacy = transaction({type: 'legacy', priorityFeePerGasWei: null})
  expect((await signFile(file([legacy]), signer)).transactions[0]!.raw).toMatch(/^0xf8/)
  await expect(signFile(file([transaction()], {from: other}), signer)).rejects.toMatchObject({
    ...{code: 'WRONG_KEY', facts: {needed: other, key: owner.address}},
  })
})

test.each<[string, Partial<DecodedTransaction>]>([
  ['chainId', {chainId: null}],
  ['to', {to: null}],
  ['nonce', {accountNonce: null}],
  ['gas', {gasLimit: null}],
  ['price of gas', {maxFeePerGasWei: null}],
  ['price of gas', {priorityFeePerGasWei: null}],
])('a file without %s is not signed', (missing, change) => {
  expect(() => assertSignable(file([transaction(), transaction(change)]))).toThrow(
    expect.objectContaining({
      ...{code: 'FILE_NOT_SIGNABLE', message: expect.stringContaining(`has no ${missing}.`)},
    }),
  )
})

test('only a file with all fields is signed', () => {
  expect(() => assertSignable(file([transaction()]))).not.toThrow()
  for (const form of ['unsigned safe', 'raw unsigned', 'signed file'] as const)
    expect(() => assertSignable(file([transaction()], {form})), form).toThrow(/all fields/)
})

test('a file for another network, or of dear gas, is a trap that has to be named', () => {
  const trapOf = (
    input: DecodedInput,
    expected: typeof network | undefined = network,
    overrides: string[] = [],
  ) => {
    try {
      assertHarmless(input, expected, overrides)
      return undefined
    } catch (error) {
      return (error as {facts: Record<string, string>}).facts['trap']
    }
  }
  const foreign = file([transaction({chainId: 5})])
  expect(trapOf(foreign)).toBe('other-network')
  expect(trapOf(foreign, network, ['other-network'])).toBeUndefined()
  expect(() => assertHarmless(foreign, undefined, [])).not.toThrow()
  expect(trapOf(file([transaction({chainId: network.l2.chainId})]))).toBeUndefined()
  // Each of them is cheap enough; both together are not.
  const dear = (gasLimit: bigint) => transaction({gasLimit, maxFeePerGasWei: 10n ** 12n})
  expect(trapOf(file([dear(125_000n), dear(125_000n)]))).toBeUndefined()
  expect(trapOf(file([dear(125_000n), dear(125_001n)]))).toBe('absurd-fee')
  expect(trapOf(file([transaction({gasLimit: null, maxFeePerGasWei: null})]))).toBeUndefined()
})

/** What is said about a call, where no account is known. */
const cautions = (
  transaction: Partial<Judged['transaction']>,
  contract: Judged['contract'] = 'METIS',
) =>
  cautionsOf({
    ...{layer: 'L1', contract, call: null, isKnown: () => false},
    transaction: {
      ...{type: 'eip1559', chainId: 1, to: other, accountNonce: 0, valueWei: 0n, data: '0x'},
      ...{gasLimit: 21_000n, maxFeePerGasWei: 1n, priorityFeePerGasWei: 1n},
      ...{hash: null, sender: null, ...transaction},
    },
  }).filter(({id}) => id !== 'unknown-call')

const [first, second, third] = [
  ...['0x1111111111111111111111111111111111111111', '0x2222222222222222222222222222222222222222'],
  '0x3333333333333333333333333333333333333333',
]
const word = (value: string) => value.slice(2).padStart(64, '0')
const three = [first, second, third].map((value) => word(value!)).join('')

test.each([
  ['approve', '0x095ea7b3', 'unknown-spender', first],
  ['increaseAllowance', '0x39509351', 'unknown-spender', first],
  ['permit', '0xd505accf', 'unknown-spender', second],
  ['transfer', '0xa9059cbb', 'unknown-recipient', first],
  ['transferFrom', '0x23b872dd', 'unknown-recipient', second],
])('%s of a token: the account that gets it is named', (_name, selector, id, account) => {
  const said = cautions({data: `${selector}${three}` as `0x${string}`})
  expect(said.map((caution) => caution.id)).toContain(id)
  for (const {message} of said) expect(message).toContain(account)
})

test('to approve for all is without limit; to revoke, or to approve nothing, is harmless', () => {
  const data = (selector: string, amount: bigint) =>
    `${selector}${word(first!)}${word(`0x${amount.toString(16)}`)}` as `0x${string}`
  const ids = (selector: string, amount: bigint) =>
    cautions({data: data(selector, amount)}).map(({id}) => id)
  expect(ids('0xa22cb465', 1n)).toEqual(['unlimited-approval', 'unknown-spender'])
  expect(ids('0xa22cb465', 0n)).toEqual([])
  expect(ids('0x095ea7b3', 1n)).toEqual(['unknown-spender'])
  expect(ids('0x095ea7b3', 0n)).toEqual([])
  expect(ids('0x095ea7b3', 2n ** 256n - 1n)).toEqual(['unlimited-approval', 'unknown-spender'])
  // The amount of a permit is its third word.
  const permit = `0xd505accf${word(first!)}${word(second!)}` as const
  expect(cautions({data: `${permit}${'f'.repeat(64)}`}).map(({id}) => id)).toEqual([
    ...['unlimited-approval', 'unknown-spender'],
  ])
  expect(cautions({data: permit})).toEqual([])
})

test('coins to an account that nobody knows are a trap from the first wei', () => {
  const ids = (valueWei: bigint) => cautions({valueWei}, null).map(({id}) => id)
  expect(ids(0n)).toEqual([])
  expect(ids(1n)).toEqual(['unknown-recipient'])
})

const signed = (change: Partial<DecodedTransaction> = {}) =>
  transaction({raw: '0x02', hash: '0x01', sender: owner.address, ...change})

test('a signed file: one account, one chain of the network, in the order of its nonces', () => {
  const batch = toSignedBatch(file([signed({accountNonce: 6}), signed()]), network)
  expect(batch).toMatchObject({action: 'stake increase', chain: 'L1', from: owner.address})
  expect(batch.transactions.map(({nonce}) => nonce)).toEqual([4, 6])
  const onL2 = file([signed({chainId: network.l2.chainId})], {action: null})
  expect(toSignedBatch(onL2, network)).toMatchObject({chain: 'L2', action: 'tx send'})
})

test.each<[string, DecodedTransaction[]]>([
  ['NOT_SIGNED', [signed({raw: null})]],
  ['NOT_SIGNED', [signed({hash: null})]],
  ['NOT_SIGNED', [signed({to: null})]],
  ['NOT_SIGNED', [signed({accountNonce: null})]],
  ['NOT_SIGNED', [signed({sender: null})]],
  ['NOT_SIGNED', []],
  ['SENDERS_DIFFER', [signed(), signed({sender: other})]],
  ['SENDERS_DIFFER', [signed(), signed({chainId: network.l2.chainId})]],
  ['WRONG_NETWORK', [signed({chainId: 5})]],
  ['WRONG_NETWORK', [signed({chainId: null})]],
])('%s', (code, transactions) => {
  expect(() => toSignedBatch(file(transactions), network)).toThrow(expect.objectContaining({code}))
})
