import {toHex, type Hex} from 'viem'
import {beforeEach, expect, test} from 'vitest'

import type {Clock} from '../../src/lib/clock.ts'
import {RpcResponseError, type RpcClient} from '../../src/lib/json-rpc.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {Inbox} from '../../src/node/inbox/inbox.ts'
import {BATCH_REPLACE_AFTER_MS, BATCH_REPLACEMENTS} from '../../src/node/limits.ts'
import {parseTransaction} from '../../src/protocol/transaction.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {senderOf} from '../helpers/sign-block.ts'

const GWEI = 10n ** 9n
const rules = {chainId: 31_337, minGasPriceWei: 0n, maxGasLimit: 10n ** 9n, maxSizeBytes: 200_000}

let nowMs: number
let l1: {mined: number; pending: number; baseFeeWei: bigint; balanceWei: bigint; sent: Hex[]}
let inbox: Inbox

beforeEach(() => {
  nowMs = 0
  l1 = {mined: 4, pending: 4, baseFeeWei: GWEI, balanceWei: 10n ** 18n, sent: []}
  inbox = new Inbox({
    l1: {request} as unknown as RpcClient,
    l1ChainId: 31_337,
    batchInbox: '0xff00000000000000000000000000000031337108',
    account: senderOf(accountOf('batcher')),
    maxGasGwei: 100,
    clock: {monotonicMs: () => nowMs} as Clock,
    logger: silentLogger,
  })
})

async function request(method: string, params: readonly unknown[] = []): Promise<unknown> {
  switch (method) {
    case 'eth_getTransactionCount':
      return toHex(params[1] === 'pending' ? l1.pending : l1.mined)
    case 'eth_getBlockByNumber':
      return {baseFeePerGas: toHex(l1.baseFeeWei)}
    case 'eth_maxPriorityFeePerGas':
      return toHex(GWEI)
    case 'eth_getBalance':
      return toHex(l1.balanceWei)
    case 'eth_getTransactionReceipt':
      return null
    case 'eth_sendRawTransaction':
      l1.sent.push(params[0] as Hex)
      l1.pending = Math.max(l1.pending, l1.mined + 1)
      return `0x${'00'.repeat(32)}`
    default:
      throw new RpcResponseError({code: -32_601, message: method})
  }
}

const last = () => parseTransaction(l1.sent.at(-1)!, rules)

test('nothing is sent while L1 gas costs more than the limit', async () => {
  l1.baseFeeWei = 100n * GWEI
  await expect(inbox.send('0x00')).rejects.toMatchObject({code: 'BATCH_GAS_HIGH'})
  expect(l1.sent).toEqual([])
  l1.baseFeeWei = 99n * GWEI
  await inbox.send('0x00')
  expect(last().maxFeePerGasWei).toBe(199n * GWEI)
})

test('an account that cannot pay says so instead of being refused by L1', async () => {
  const gas = 21_000n + 40n
  l1.balanceWei = gas * 3n * GWEI - 1n
  await expect(inbox.send('0x00')).rejects.toMatchObject({
    code: 'BATCH_BALANCE_LOW',
    facts: {needWei: String(gas * 3n * GWEI)},
  })
  l1.balanceWei++
  await inbox.send('0x00')
  expect(l1.sent).toHaveLength(1)
})

test('what is stuck is replaced with the same nonce at a quarter more, and not for ever', async () => {
  await inbox.send('0x01')
  const before = last()
  nowMs += BATCH_REPLACE_AFTER_MS - 1
  expect(await inbox.isFree(1)).toBe(false)
  expect(l1.sent).toHaveLength(1)
  nowMs++
  expect(await inbox.isFree(1)).toBe(false)
  const after = last()
  expect(after.accountNonce).toBe(before.accountNonce)
  expect(after.data).toBe('0x01')
  expect(after.maxFeePerGasWei * 4n).toBeGreaterThan(before.maxFeePerGasWei * 5n)
  for (let count = 1; count < BATCH_REPLACEMENTS; count++) {
    nowMs += BATCH_REPLACE_AFTER_MS
    await inbox.isFree(1)
  }
  expect(l1.sent).toHaveLength(1 + BATCH_REPLACEMENTS)
  nowMs += BATCH_REPLACE_AFTER_MS
  await expect(inbox.isFree(1)).rejects.toMatchObject({code: 'BATCH_STUCK'})
  // The chain decides which of them it takes.
  l1.mined++
  expect(await inbox.isFree(2)).toBe(true)
})

test('what cannot be mined any more does not stand in the way', async () => {
  await inbox.send('0x01')
  // A reorganization took the one before it.
  l1.mined = 3
  l1.pending = 3
  expect(await inbox.isFree(1)).toBe(true)
  await inbox.send('0x02')
  expect(last().accountNonce).toBe(3)
  // The pool of L1 forgot it.
  l1.pending = 3
  expect(await inbox.isFree(1)).toBe(false)
  nowMs += 5_001
  expect(await inbox.isFree(1)).toBe(true)
})
