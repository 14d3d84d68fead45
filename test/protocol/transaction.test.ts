import {keccak256, parseGwei, type Hex} from 'viem'
import {describe, expect, test} from 'vitest'

import {
  InvalidTransactionError,
  parseTransaction,
  recoverSender,
  type TransactionRules,
} from '../../src/protocol/transaction.ts'
import {accountOf, L2_CHAIN_ID} from '../helpers/l2-chain.ts'

const rules: TransactionRules = {
  chainId: L2_CHAIN_ID,
  minGasPriceWei: 10_000_000n,
  maxGasLimit: 30_000_000n,
  maxSizeBytes: 131_072,
}
const sender = accountOf('sender')
const to = '0x00000000000000000000000000000000000000AA'
const price = parseGwei('1')
const base = {chainId: L2_CHAIN_ID, nonce: 7, gas: 100_000n, to, value: 5n, data: '0x00ff'} as const
const legacy = {...base, type: 'legacy', gasPrice: price} as const
const eip1559 = {
  ...base,
  type: 'eip1559',
  maxFeePerGas: price * 2n,
  maxPriorityFeePerGas: price,
} as const

function reasonOf(raw: string, changed: Partial<TransactionRules> = {}): string {
  try {
    recoverSender(parseTransaction(raw, {...rules, ...changed}))
    return 'accepted'
  } catch (error) {
    if (error instanceof InvalidTransactionError) return error.reason
    throw error
  }
}

test.each([
  ['legacy', legacy, price, price],
  ['eip2930', {...base, type: 'eip2930', gasPrice: price}, price, price],
  ['eip1559', eip1559, price * 2n, price],
] as const)('decodes %s and recovers its sender', async (type, transaction, maxFee, tip) => {
  const raw = await sender.signTransaction(transaction)
  const decoded = recoverSender(parseTransaction(raw, rules))
  expect(decoded).toMatchObject({
    type,
    hash: keccak256(raw),
    raw,
    sender: sender.address.toLowerCase(),
    accountNonce: 7,
    gasLimit: 100_000n,
    maxFeePerGasWei: maxFee,
    tipPerGasWei: tip,
    to: to.toLowerCase(),
    valueWei: 5n,
    data: '0x00ff',
    intrinsicGas: 21_020n,
  })
})

test('intrinsic gas: creation code by the word, access lists by the entry', async () => {
  const creation = await sender.signTransaction({
    ...{type: 'legacy', chainId: L2_CHAIN_ID, nonce: 0, gas: 100_000n, gasPrice: price},
    data: `0x${'00'.repeat(33)}`,
  })
  // 21,000 + 32,000 + 33 zero bytes + two words of creation code.
  expect(parseTransaction(creation, rules)).toMatchObject({intrinsicGas: 53_136n, to: null})
  const listed = await sender.signTransaction({
    ...eip1559,
    accessList: [{address: to, storageKeys: [keccak256('0x01'), keccak256('0x02')]}],
  })
  expect(parseTransaction(listed, rules).intrinsicGas).toBe(21_020n + 2400n + 2n * 1900n)
})

describe('refuses, with the reason', () => {
  test.each([
    ['a price below the minimum', {...legacy, gasPrice: 9_999_999n}, 'gas-price'],
    ['a price of zero', {...legacy, gasPrice: 0n}, 'gas-price'],
    ['a tip of zero', {...eip1559, maxPriorityFeePerGas: 0n}, 'gas-price'],
    ['another chain id', {...legacy, chainId: 1088}, 'chain-id'],
    ['another chain id, typed', {...eip1559, chainId: 1088}, 'chain-id'],
    ['too much gas', {...legacy, gas: 30_000_001n}, 'gas-limit'],
    ['too little gas', {...legacy, gas: 21_019n}, 'intrinsic-gas'],
  ] as const)('%s', async (_name, transaction, reason) => {
    expect(reasonOf(await sender.signTransaction(transaction))).toBe(reason)
  })

  test('no chain id at all', async () => {
    const {chainId: _chainId, ...withoutChain} = legacy
    expect(reasonOf(await sender.signTransaction(withoutChain))).toBe('chain-id')
  })

  test('bytes behind the end, and bytes that are missing', async () => {
    for (const transaction of [legacy, eip1559]) {
      const raw = await sender.signTransaction(transaction)
      expect(reasonOf(`${raw}00`)).toBe('not-canonical')
      expect(reasonOf(raw.slice(0, -2))).toBe('not-canonical')
    }
  })

  test('the twin of a signature, which would give the same transaction a second hash', async () => {
    const raw = await sender.signTransaction(eip1559)
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
    const s = BigInt(`0x${raw.slice(-64)}`)
    const twin = `${raw.slice(0, -64)}${(order - s).toString(16).padStart(64, '0')}`
    expect(reasonOf(twin)).toBe('signature')
  })

  test.each([
    ['blob transactions', '0x03c0', 'type-not-supported'],
    ['nothing', '0x', 'empty'],
    ['odd hex', '0x123', 'not-hex'],
    ['text', 'hello', 'not-hex'],
    ['an empty list', '0xc0', 'not-canonical'],
    ['a list of lists', '0xc9c0c0c0c0c0c0c0c0c0', 'not-canonical'],
    ['a length of four gigabytes', '0xfbffffffff00', 'not-canonical'],
  ])('%s', (_name, raw, reason) => {
    expect(reasonOf(raw)).toBe(reason)
  })

  test('numbers with leading zeros', async () => {
    const raw = await sender.signTransaction({...legacy, value: 0n})
    // The value 0x80 (empty) becomes 0x00, which is the same number written differently.
    const at = raw.indexOf('808200ff')
    expect(at).toBeGreaterThan(0)
    expect(reasonOf(`${raw.slice(0, at)}00${raw.slice(at + 2)}`)).toBe('not-canonical')
  })

  test('more bytes than allowed', async () => {
    expect(reasonOf(await sender.signTransaction(legacy), {maxSizeBytes: 50})).toBe('too-large')
  })
})

test('never throws anything but its own error, whatever is flipped', async () => {
  const raw = await sender.signTransaction(eip1559)
  for (let at = 2; at < raw.length; at++) {
    for (const digit of ['0', '8', 'f']) {
      expect(typeof reasonOf(`${raw.slice(0, at)}${digit}${raw.slice(at + 1)}` as Hex)).toBe(
        'string',
      )
    }
  }
})
