import type {Address, Hash} from 'viem'
import {expect, test} from 'vitest'

import {Copies} from '../../src/node/peers/copies.ts'
import type {PeerView} from '../../src/node/peers/exchange.ts'
import type {HeldTransaction} from '../../src/node/mempool/mempool.ts'

const peers = ['0xa1', '0xb2'] as Address[]

/** Four transactions of each of two senders, who belong to different peers. */
const held = [0, 1].flatMap((sender) =>
  [0, 1, 2, 3].map(
    (nonce) =>
      ({hash: `0x${sender}${nonce}`, sender: `0x000${sender}`}) as unknown as HeldTransaction,
  ),
)

function copiesTo(send: (peer: Address, hashes: Hash[]) => Promise<boolean>) {
  const taken: Record<string, Hash[]> = {}
  const copies = new Copies({
    peers: () => peers.map((address) => ({address}) as PeerView),
    get: (hash) => held.find((each) => each.hash === hash),
    async send({address}, sent) {
      const hashes = sent.map(({hash}) => hash)
      const isTaken = await send(address, hashes)
      if (isTaken) taken[address] = [...(taken[address] ?? []), ...hashes]
      return isTaken
    },
  })
  const addAll = () => held.forEach(({hash}) => copies.add(hash))
  return {copies, taken, addAll}
}

const ofSender = (sender: number) => [0, 1, 2, 3].map((nonce) => `0x${sender}${nonce}`)

test('all of a sender go to one peer, in their order', async () => {
  const {taken, addAll} = copiesTo(() => Promise.resolve(true))
  addAll()
  await expect.poll(() => taken).toEqual({'0xa1': ofSender(0), '0xb2': ofSender(1)})
})

test('a peer that says nothing keeps no other waiting; what it did not take goes to another one', async () => {
  const silent = Promise.withResolvers<boolean>()
  const {copies, taken, addAll} = copiesTo((peer) =>
    peer === '0xa1' ? silent.promise : Promise.resolve(true),
  )
  addAll()
  await expect.poll(() => taken).toEqual({'0xb2': ofSender(1)})
  silent.resolve(false)
  await expect.poll(() => taken).toEqual({'0xb2': [...ofSender(1), ...ofSender(0)]})
  // It is asked again after the next block.
  copies.renew()
  addAll()
  await expect.poll(() => taken['0xb2']?.length).toBe(16)
  expect(taken['0xa1']).toBeUndefined()
})

test('with nobody to hold it, a copy is not kept for later', async () => {
  let asked = 0
  const {taken, addAll} = copiesTo(() => {
    asked++
    return Promise.resolve(false)
  })
  addAll()
  await expect.poll(() => asked).toBe(2)
  expect(taken).toEqual({})
})
