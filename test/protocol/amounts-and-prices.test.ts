/** Small rules: gas with its margin, prices, quotes, tips, keys, blocks that endpoints share, and refusals of nodes. */
import {parseEther, size} from 'viem'
import {expect, test} from 'vitest'

import {commonBlock, isDisagreement, staleEndpoints} from '../../src/protocol/endpoint-agreement.ts'
import {addressOfKey} from '../../src/protocol/secp256k1.ts'
import {describeSpellings} from '../../src/protocol/public-key.ts'
import {sendRefusalOf} from '../../src/protocol/send-refusals.ts'
import {tipOf} from '../../src/protocol/tip.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {gasLimitOf, headroomOf, likelyGasOf, mostGasOf} from '../../src/protocol/gas.ts'
import {builtInNetworks} from '../../src/protocol/built-in-networks.ts'
import {createGoRand} from '../../src/protocol/go-rand.ts'
import {artemisRate, quoteArtemisDeposit} from '../../src/protocol/lst/artemis/rates.ts'
import {
  dateOf,
  parsePriceList,
  priceOn,
  valueOf,
  type Price,
} from '../../src/protocol/price-list.ts'

test('what sends an answer back: the node has it, the place is used, it will not have it, or nobody can tell', () => {
  const of = (code: number, ...texts: string[]) => sendRefusalOf(code, texts)
  for (const code of [-32_000, -32_003, -32_010, -32_602])
    expect(of(code, 'insufficient funds'), `${code}`).toBe('refused')
  for (const code of [-32_005, -32_603, 429])
    expect(of(code, 'insufficient funds'), `${code}`).toBe('cannot-tell')
  expect(of(-32_000, 'already known')).toBe('has-it')
  expect(of(-32_000, 'AlreadyKnown')).toBe('has-it')
  expect(of(-32_603, 'wrapped', 'ALREADY_EXISTS: already exists')).toBe('has-it')
  expect(of(-32_000, 'unknown transaction')).toBe('refused')
  expect(of(-32_000, 'nonce too low')).toBe('place-used')
  expect(of(-32_000, 'upstream timed out')).toBe('cannot-tell')
})

test('a tip is the median of what sufficed, between its bounds, which are in it', () => {
  const gwei = 10n ** 9n
  const blocks = (...tips: bigint[]) => tips.map((tipWei) => ({tipWei, fullness: 1}))
  expect(tipOf(blocks(4n * gwei, gwei, 2n * gwei))).toEqual({wei: 2n * gwei, source: 'history'})
  expect(tipOf(blocks(gwei / 10n))).toEqual({wei: gwei / 10n, source: 'history'})
  expect(tipOf(blocks(gwei / 10n - 1n))).toEqual({wei: gwei / 10n, source: 'floor'})
  expect(tipOf(blocks(5n * gwei))).toEqual({wei: 5n * gwei, source: 'history'})
  expect(tipOf(blocks(5n * gwei + 1n))).toEqual({wei: 5n * gwei, source: 'ceiling'})
  expect(tipOf([{tipWei: 9n * gwei, fullness: 0}])).toMatchObject({source: 'floor'})
})

test('a key in its three spellings, as long as each says; what is no key has no address', () => {
  const key = accountOf('one')
  const spelled = describeSpellings(`0x${key.publicKey.slice(4)}`)
  expect(spelled.map(({publicKey}) => size(publicKey))).toEqual([64, 65, 33])
  expect(spelled.map(({bytes}) => bytes)).toEqual([64, 65, 33])
  expect(spelled[1]!.publicKey).toBe(key.publicKey)
  expect(addressOfKey(key.privateKey)).toBe(key.address.toLowerCase())
  for (const none of [
    `0x${'00'.repeat(32)}`,
    `0x${'ff'.repeat(32)}`,
    `0x${'11'.repeat(31)}`,
  ] as const)
    expect(() => addressOfKey(none)).toThrow('not valid')
})

test('l2geth, which public networks run, prices transactions in the old way', () => {
  expect(builtInNetworks.map(({name, l2}) => [name, l2.legacyTransactions])).toEqual([
    ['andromeda', true],
    ['sepolia', true],
  ])
})

test('a limit is a fifth above what was measured, and is taken back to exactly that', () => {
  expect(gasLimitOf(100_000n)).toBe(120_000n)
  for (const measured of [21_000n, 21_001n, 99_999n])
    expect(likelyGasOf({limit: gasLimitOf(measured), atMost: 0n})).toBe(measured)
  const headroom = headroomOf('L2')
  expect(headroomOf('L1')).toBe(0n)
  expect(likelyGasOf({limit: gasLimitOf(21_001n, headroom), atMost: 0n, headroom})).toBe(21_001n)
  expect(likelyGasOf({limit: null, atMost: 70_000n, headroom})).toBe(70_000n)
  expect(mostGasOf({limit: null, atMost: 70_000n})).toBe(70_000n)
  expect(mostGasOf({limit: 120_000n, atMost: 70_000n})).toBe(120_000n)
  expect([likelyGasOf, mostGasOf].map((of) => of({limit: null, atMost: undefined}))).toEqual([
    ...[0n, 0n],
  ])
})

test('a price list: heading, empty lines and quotes are taken; a fault names its line', () => {
  const list = '\uFEFFDate,Price,Currency\r\n\r\n2026-01-02,"21.5",EUR\n2026-01-01,20,EUR\n'
  expect(parsePriceList(list)).toEqual({
    ok: true,
    prices: [
      {date: '2026-01-01', text: '20', scaled: parseEther('20'), currency: 'EUR'},
      {date: '2026-01-02', text: '21.5', scaled: parseEther('21.5'), currency: 'EUR'},
    ],
  })
  const good = '2026-01-01,20,EUR\n'
  const faults: [string, number, RegExp][] = [
    [`${good}2026-01-02,21\n`, 2, /three cells/],
    [`${good}2026-01-02,21,EUR,x\n`, 2, /three cells/],
    [`${good}\n2026-02-30,21,EUR\n`, 3, /not a date/],
    [`${good}2026-1-02,21,EUR\n`, 2, /not a date/],
    [`${good}2026-01-02,-1,EUR\n`, 2, /price/],
    [`${good}2026-01-02,21,€\n`, 2, /currency is not/],
    [`${good}2026-01-02,21,USD\n`, 2, /one currency/],
    // A heading is the first line or none.
    [`${good}date,price,currency\n`, 2, /not a date/],
  ]
  for (const [text, line, fault] of faults)
    expect(parsePriceList(text), text).toEqual({
      ok: false,
      line,
      fault: expect.stringMatching(fault),
    })
})

test('a day has the newest price on it or before it, for a week', () => {
  const price = (date: string): Price => ({
    date,
    text: '2',
    scaled: parseEther('2'),
    currency: 'EUR',
  })
  const prices = [price('2026-01-01'), price('2026-01-10')]
  const found = ['2025-12-31', '2026-01-01', '2026-01-08', '2026-01-09', '2026-01-10', '2026-01-11']
  expect(found.map((date) => priceOn(prices, date)?.date)).toEqual([
    ...[undefined, '2026-01-01', '2026-01-01', undefined, '2026-01-10', '2026-01-10'],
  ])
  expect(dateOf(Date.UTC(2026, 0, 31, 23, 59, 59) / 1000)).toBe('2026-01-31')
})

test('a value has eight decimals, and what is below them is cut', () => {
  const at = (text: string): Price => ({
    ...{date: '2026-01-01', text, scaled: parseEther(text), currency: 'EUR'},
  })
  expect(valueOf(parseEther('1.5'), at('20'))).toBe('30.00000000')
  expect(valueOf(parseEther('0.333333333'), at('1'))).toBe('0.33333333')
  expect(valueOf(1n, at('20'))).toBe('0.00000000')
  expect(valueOf(parseEther('100000'), at('12.34567891'))).toBe('1234567.89100000')
})

test('a deposit mints by the rate after the harvest, which keeps the fee of the provider', () => {
  const figures = {
    ...{totalDepositsMetisWei: parseEther('1000'), supplyWei: parseEther('800')},
    // Of 200 METIS that wait a tenth is the fee: 1180 METIS stand behind 800.
    ...{pendingRewardMetisWei: parseEther('200'), feeRate: parseEther('0.1')},
  }
  expect(artemisRate(figures)).toEqual({
    ...{rate: parseEther('1.25'), afterHarvest: parseEther('1.475')},
  })
  expect(quoteArtemisDeposit(figures, parseEther('118'))).toBe(parseEther('80'))
  const empty = {...figures, totalDepositsMetisWei: 0n, pendingRewardMetisWei: 0n, supplyWei: 0n}
  expect(artemisRate(empty)).toEqual({rate: parseEther('1'), afterHarvest: parseEther('1')})
  expect(quoteArtemisDeposit(empty, 5n)).toBe(5n)
})

test('endpoints are compared at a block that each of them has; the one far behind is stale', () => {
  const head = (endpoint: string, number: bigint, timeSeconds: number) => ({
    ...{endpoint, number, timeSeconds},
  })
  const [a, b, c] = [head('a', 100n, 1000), head('b', 90n, 940), head('c', 80n, 939)]
  expect(commonBlock([a, b, c], 10n)).toBe(70n)
  expect([commonBlock([c], 80n), commonBlock([c], 81n)]).toEqual([0n, 0n])
  // A minute behind is still fresh, and so is one whose clock alone is behind.
  expect(staleEndpoints([b, a, c])).toEqual([c])
  expect(staleEndpoints([a, head('d', 100n, 0)])).toEqual([])
  expect(isDisagreement(['0x1', null, '0x1'])).toBe(false)
  expect(isDisagreement(['0x1', '0x2'])).toBe(true)
})

test('a draw above the last whole multiple of the limit is thrown away, so that none is likelier', () => {
  const limit = (1n << 62n) + 1n
  let thrownAway = 0
  for (let seed = 1n; seed <= 20n; seed++) {
    const raw = createGoRand(seed)
    let draw = raw.int63()
    // One whole multiple fits below 2^63.
    while (draw >= limit) {
      thrownAway++
      draw = raw.int63()
    }
    expect(createGoRand(seed).int63n(limit)).toBe(draw)
  }
  expect(thrownAway).toBeGreaterThan(5)
})
