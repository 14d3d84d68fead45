import {expect, test} from 'vitest'

import {Mempool} from '../../src/node/mempool/mempool.ts'
import {lowerCase} from '../../src/protocol/block.ts'
import {parseTransaction, recoverSender} from '../../src/protocol/transaction.ts'
import {L2_CHAIN_ID, users} from '../sim/setup.ts'
import {transferOf} from '../sim/users.ts'

test('who waits longer than a block takes is looked at again: another with its nonce may be in one', () => {
  const rules = {
    chainId: L2_CHAIN_ID,
    ...{minGasPriceWei: 1n, maxGasLimit: 30_000_000n, maxSizeBytes: 131_072},
  }
  const user = users[0]!
  const account = {accountNonce: 0, balanceWei: 10n ** 18n}
  const held = recoverSender(parseTransaction(transferOf(user, 0), rules))
  const mempool = new Mempool()
  mempool.add(held, {kind: 'ordinary'}, account, 1_000)
  // A block with a dearer one that this pool never saw.
  mempool.included([transferOf(user, 0, true)])
  expect(mempool.has(held.hash)).toBe(true)
  expect(mempool.waitingSenders(10)).toEqual([])
  expect(mempool.waitingSenders(10, 1_000)).toEqual([])
  expect(mempool.waitingSenders(10, 1_001)).toEqual([lowerCase(user.address)])
  mempool.setAccount(lowerCase(user.address), {...account, accountNonce: 1})
  expect(mempool.has(held.hash)).toBe(false)
})
