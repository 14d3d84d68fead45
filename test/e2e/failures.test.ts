/** Short versions of the drills `failover` and `kills`: processes go in every way, under load. */
import {afterAll, beforeAll, describe, expect, test} from 'vitest'

import {waysToFail} from '../drills/faults.ts'
import {drained, HeadWatch, judge} from '../drills/judge.ts'
import {LocalNetwork} from '../drills/local-network.ts'
import {failOver, killAndMend, targetsOf} from '../drills/rounds.ts'
import {Transfers} from '../drills/transfers.ts'

const RESPAN_SECONDS = 3
/** Kills per run: each kind of process once. */
const KINDS = ['l1', 'l1 engine', 'pos', 'seq-1', 'seq-2 engine']

let network: LocalNetwork
let transfers: Transfers
let watch: HeadWatch

beforeAll(async () => {
  const timing = {slotMs: 250, epochLength: 20, respanDelaySeconds: RESPAN_SECONDS}
  network = await LocalNetwork.up({nodes: 3, basePort: 27_945, ...timing})
  watch = new HeadWatch(network)
  transfers = await Transfers.start(network, {perSecond: 40, senders: 20})
})

afterAll(async () => {
  await watch?.stop()
  await network?.remove()
})

describe('a local network whose processes fail', () => {
  test.each(waysToFail.slice(0, 2))(
    'the producer, by $name: another signer goes on, and it comes back',
    async (way) => {
      const {silentMs} = await failOver(network, way, RESPAN_SECONDS)
      expect(silentMs).toBeGreaterThan(0)
    },
    120_000,
  )

  test.each(KINDS)(
    'kill -9 of %s: `local up` mends it',
    async (kind) => {
      const target = targetsOf(network).find(({name}) => name === kind)!
      await killAndMend(network, target, () => 0.5)
    },
    120_000,
  )

  test('no accepted transaction is lost, nobody signed twice, all nodes are equal', async () => {
    await transfers.stop()
    await watch.stop()
    expect(await drained(network, 60_000)).toEqual([])
    expect(transfers.accepted.size).toBeGreaterThan(50)
    const verdict = await judge(network, transfers.accepted.keys(), watch.seen)
    expect(verdict.broken).toEqual([])
  })
})
