import {Worker} from 'node:worker_threads'

import {afterEach, expect, test, vi} from 'vitest'

import {SenderRecovery} from '../../src/node/rpc/sender-recovery.ts'
import {RECOVERY_REMEMBERED} from '../../src/node/limits.ts'
import {
  InvalidTransactionError,
  parseTransaction,
  type ParsedTransaction,
} from '../../src/protocol/transaction.ts'
import {accountOf, L2_CHAIN_ID} from '../helpers/l2-chain.ts'

const sender = accountOf('sender')
const rules = {
  ...{chainId: L2_CHAIN_ID, minGasPriceWei: 1n},
  ...{maxGasLimit: 30_000_000n, maxSizeBytes: 131_072},
}

afterEach(() => void vi.restoreAllMocks())

async function signed(nonce: number): Promise<ParsedTransaction> {
  const raw = await sender.signTransaction({
    ...{chainId: L2_CHAIN_ID, nonce, to: sender.address, value: 1n, gas: 21_000n},
    ...{type: 'legacy', gasPrice: 10n ** 9n},
  })
  return parseTransaction(raw, rules)
}

test('a transaction that comes again is not recovered again', async () => {
  const asked = vi.spyOn(Worker.prototype, 'postMessage')
  const recovery = new SenderRecovery(1)
  const transaction = await signed(0)

  const first = await recovery.recover(transaction)
  const again = await recovery.recover(await signed(0))

  expect(first.sender).toBe(sender.address.toLowerCase())
  expect(again).toEqual(first)
  expect(asked).toHaveBeenCalledTimes(1)
  await recovery.close()
})

test('a signature nobody can have made is refused each time', async () => {
  const recovery = new SenderRecovery(1)
  const {signature, ...rest} = await signed(0)
  const broken = {...rest, signature: {...signature, rs: new Uint8Array(64)}}

  for (let round = 0; round < 2; round++) {
    await expect(recovery.recover(broken)).rejects.toBeInstanceOf(InvalidTransactionError)
  }
  await recovery.close()
})

test('the memory is bounded: the oldest is forgotten', async () => {
  const recovery = new SenderRecovery(1)
  const first = await signed(0)
  await recovery.recover(first)
  // Nothing about their bytes is looked at, so copies with other names do.
  const others = Array.from({length: RECOVERY_REMEMBERED}, (_, index) => ({
    ...first,
    raw: `0x${index.toString(16).padStart(8, '0')}` as const,
  }))
  await Promise.all(others.map((other) => recovery.recover(other)))
  const asked = vi.spyOn(Worker.prototype, 'postMessage')

  await recovery.recover(others.at(-1)!)
  expect(asked).toHaveBeenCalledTimes(0)
  await recovery.recover(first)
  expect(asked).toHaveBeenCalledTimes(1)
  await recovery.close()
})
