import {expect, test} from 'vitest'

import {cleanJson, cleanLines} from '../../src/lib/clean-text.ts'
import {exitCodes, type ExitName} from '../../src/lib/exit-codes.ts'
import {isRecord, jsonFault, stringifyJson} from '../../src/lib/json.ts'
import {createLogger} from '../../src/lib/log.ts'
import {redactUrl, redactUrls} from '../../src/lib/redact.ts'
import {createSnapshotStore} from '../../src/lib/snapshot-store.ts'
import {
  formatDuration,
  formatWei,
  plainWei,
  formatWeiShort,
  parseUnitsText,
  readUnits,
  shortHex,
} from '../../src/lib/units.ts'

test('an amount comes back from its own text, at every size', () => {
  for (let exponent = 0; exponent < 60; exponent++) {
    for (const wei of [
      10n ** BigInt(exponent),
      10n ** BigInt(exponent) * 7n + 1n,
      10n ** BigInt(exponent) - 1n,
    ]) {
      expect(parseUnitsText(plainWei(wei))).toBe(wei)
    }
  }
})

test.each([
  ['1', 10n ** 18n],
  ['0', 0n],
  ['0.000000000000000001', 1n],
  ['20_000', 20_000n * 10n ** 18n],
  ['1,000,000', 10n ** 24n],
  ['1,000.5', 10_005n * 10n ** 17n],
  ['20_000.5', 200_005n * 10n ** 17n],
  [' 1 ', 10n ** 18n],
  ['00.10', 10n ** 17n],
])('"%s" is an amount', (text, wei) => expect(parseUnitsText(text)).toBe(wei))

test.each([
  '',
  '.',
  '1.',
  '.5',
  '-1',
  '+1',
  '1e18',
  '0x10',
  '1.0000000000000000001',
  '1,',
  ',1',
  '1 000',
  'NaN',
  'ten',
  '١',
  '０．５',
  '1 000,5',
  '0,001,000',
  '0_001',
  '1,00,000',
  '1,000_000',
  '\u22121',
  '1'.repeat(79),
])('"%s" is no amount', (text) => expect(parseUnitsText(text)).toBeUndefined())

test.each([
  ['0,001', 'may mean 0.001 or 1:'],
  ['0,500', 'may mean 0.500 or 500:'],
  ['1,000', 'may mean 1.000 or 1000:'],
  ['0,5', 'write 0.5 if'],
  ['1234,5', 'write 1234.5 if'],
  ['1.000,50', 'write 1000.50 if'],
  ['1.000.000', 'write 1000000 if'],
  ['1e18', 'has an exponent'],
  ['+1', 'has a sign'],
  ['-1', 'has a sign'],
  ['١', 'another script'],
  ['0.0000000000000000001', 'more than 18 decimals'],
  ['9'.repeat(70), 'more than a contract can store'],
])('"%s" is refused with its readings: %s', (text, words) =>
  expect(readUnits(text)).toMatchObject({fault: expect.stringContaining(words)}),
)

test('decimals that do not count are refused, and never cut', () => {
  expect(readUnits('1.5', 9)).toEqual({units: 1_500_000_000n})
  expect(readUnits('0.0000000001', 9)).toMatchObject({fault: 'has more than 9 decimals'})
})

test('short amounts are cut, grouped, and never rounded up or to nothing', () => {
  const short = (text: string) => formatWeiShort(parseUnitsText(text)!)

  expect(['1999.99999', '0', '0.00001', '1234567.5', '0.9999999'].map(short)).toEqual([
    '1,999.9999',
    '0',
    '< 0.0001',
    '1,234,567.5',
    '0.9999',
  ])
  expect(formatWei(-5n * 10n ** 17n)).toBe('-0.5')
  // People get separators, programs do not.
  expect(formatWei(-1_234_567n * 10n ** 18n)).toBe('-1,234,567')
  expect(formatWei(1_234n * 10n ** 18n + 5_000n)).toBe('1,234.000000000000005')
  expect(plainWei(1_234n * 10n ** 18n + 5_000n)).toBe('1234.000000000000005')
})

test('durations say their two largest parts', () => {
  const seconds = [0, 42, 200, 7500, 1_814_400, 90_061, -5]

  expect(seconds.map(formatDuration)).toEqual([
    '0 s',
    '42 s',
    '3 min 20 s',
    '2 h 5 min',
    '21 d',
    '1 d 1 h',
    '0 s',
  ])
  expect(shortHex('0x1234567890abcdef')).toBe('0x1234…cdef')
  expect(shortHex('0x12345678')).toBe('0x12345678')
})

test('a URL keeps scheme and host, and nothing else', () => {
  const secrets = 'https://user:pw@rpc.example:8545/v3/key?apikey=key#key'

  expect(redactUrl(secrets)).toBe('https://rpc.example:8545')
  expect(redactUrl('no url')).toBe('(invalid URL)')
  expect(redactUrls(`asked ${secrets}, then "${secrets}" (${secrets}).`)).toBe(
    'asked https://rpc.example:8545, then "https://rpc.example:8545" (https://rpc.example:8545).',
  )
  expect(redactUrls('HTTPS://U:P@A.example/x wss://u:p@b.example/x')).toBe(
    'https://a.example wss://b.example',
  )
})

test('JSON: amounts become decimal strings, faults show no piece of the text', () => {
  expect(stringifyJson({wei: 2n ** 70n, list: [1n]})).toBe(
    '{"wei":"1180591620717411303424","list":["1"]}',
  )
  for (const text of ['{"a": SECRET}', '{"a": "x" SECRET}', 'SECRET', '{"a": "SECRET', '[SECRET']) {
    let fault = ''
    try {
      JSON.parse(text)
    } catch (error) {
      fault = jsonFault(error)
    }
    expect(fault, text).not.toBe('')
    expect(fault, text).not.toContain('SECRET')
  }
  expect([null, [], 'x', 1].map(isRecord)).toEqual([false, false, false, false])
})

test('log lines are JSON, filtered by level, with URLs cut', () => {
  const lines: string[] = []
  const logger = createLogger({part: 'node', level: 'info', write: (line) => lines.push(line)})

  logger.debug('hidden')
  logger.child('rpc').warn('down', {url: 'http://u:p@a.example/key', height: 2n ** 60n})

  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 'warn',
    part: 'rpc',
    event: 'down',
    url: 'http://a.example',
    height: '1152921504606846976',
  })
})

test('a snapshot store tells every listener until it leaves', () => {
  const store = createSnapshotStore(1)
  const seen: number[] = []
  const leave = store.subscribe(() => seen.push(store.get()))

  store.set(2)
  leave()
  store.set(3)

  expect(seen).toEqual([2])
  expect(store.get()).toBe(3)
})

test('exit codes are a contract: each number has one name', () => {
  expect(exitCodes).toMatchInlineSnapshot(`
    {
      "busy": 15,
      "condition-false": 10,
      "config": 3,
      "critical": 12,
      "declined": 9,
      "degraded": 11,
      "interlock": 14,
      "internal": 1,
      "not-found": 4,
      "ok": 0,
      "precondition": 5,
      "reverted": 6,
      "sigint": 130,
      "signer": 13,
      "sigterm": 143,
      "stale": 16,
      "timeout": 124,
      "tx-unknown": 7,
      "unreachable": 8,
      "usage": 2,
    }
  `)
  const names = Object.keys(exitCodes) as ExitName[]
  expect(new Set(Object.values(exitCodes)).size).toBe(names.length)
})

test('a decimal comma is refused, never read as a thousands mark', () => {
  for (const text of ['20,5', '1,2,3', '2,0000', '1,00', '1,000_000', ',5']) {
    expect(parseUnitsText(text), text).toBeUndefined()
  }
  expect(parseUnitsText('1,000')).toBeUndefined()
  expect(parseUnitsText('12_345_678.5')).toBe(123456785n * 10n ** 17n)
})

test('foreign text in lines of ours moves no cursor, and JSON with it still says the same', () => {
  const nasty = 'a\u001b[2Jb\u009b1mc\u202ed\u{e0041}\te\nf'
  expect(cleanLines(nasty)).toBe('a\uFFFD[2Jb\uFFFD1mc\uFFFDd\uFFFD\te\nf')
  const json = cleanJson(JSON.stringify({nasty}, null, 2))
  expect(json.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u)
  expect(JSON.parse(json)).toEqual({nasty})
})
