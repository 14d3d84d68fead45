/** A header is told as soon as it is known, once, and again when another block takes its place. */
import type {Hash} from 'viem'
import {expect, test} from 'vitest'

import type {BlockEvent, History} from '../../src/node/history/history.ts'
import type {ChainReader} from '../../src/node/history/reader.ts'
import {Feeds} from '../../src/node/rpc/feeds.ts'
import type {Mempool} from '../../src/node/mempool/mempool.ts'
import type {NodeEvents} from '../../src/node/node-events.ts'

const hashOf = (name: string) => `0x${name}` as Hash

async function toldOf(events: readonly [BlockEvent['type'], number, string][]): Promise<string[]> {
  let tell: (event: BlockEvent) => void = () => {}
  let current = {number: 0, hash: hashOf('')}
  const history = {listen: (listener: typeof tell) => ((tell = listener), () => {})}
  const reader = {
    headerNow: () => ({sealed: current}),
    headerObject: ({sealed}: {sealed: typeof current}) => `${sealed.number}${sealed.hash}`,
  }
  const feeds = new Feeds({
    history: history as unknown as History,
    reader: reader as unknown as ChainReader,
    mempool: {} as Mempool,
    watch: {onAccepted: () => {}} as unknown as NodeEvents,
    chainId: 1,
    head: () => 10,
  })
  const told: string[] = []
  feeds.subscribe('newHeads', undefined, ({value}) => told.push(String(value)), 'one')
  for (const [type, number, name] of events) {
    current = {number, hash: hashOf(name)}
    tell({type, number, hash: hashOf(name), logs: []})
  }
  await new Promise((resolve) => setImmediate(resolve))
  return told
}

test('when it is seen, and not again with its receipts', async () => {
  expect(
    await toldOf([
      ['added', 10, 'a'],
      ['seen', 11, 'a'],
      ['added', 11, 'a'],
      ['seen', 12, 'a'],
      ['added', 12, 'a'],
    ]),
  ).toEqual(['110xa', '120xa'])
})

test('a block that takes the place of one that was only seen', async () => {
  expect(
    await toldOf([
      ['seen', 11, 'a'],
      ['seen', 11, 'b'],
      ['added', 11, 'b'],
    ]),
  ).toEqual(['110xa', '110xb'])
})

test('a branch that takes the place of another', async () => {
  expect(
    await toldOf([
      ['seen', 11, 'a'],
      ['added', 11, 'a'],
      ['seen', 12, 'a'],
      ['removed', 11, 'a'],
      ['seen', 11, 'b'],
      ['added', 11, 'b'],
      ['seen', 12, 'b'],
    ]),
  ).toEqual(['110xa', '120xa', '110xb', '120xb'])
})
