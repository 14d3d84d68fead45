/** Any process of the network is killed at a random moment, again and again, under load. */
import type {Drill} from './drill.ts'
import {drained, HeadWatch, judge, verifyFromL1} from './judge.ts'
import {LocalNetwork} from './local-network.ts'
import {killAndMend, targetsOf} from './rounds.ts'
import {Transfers} from './transfers.ts'
import {loadOfMachine, percentile} from './usage.ts'

const VERIFY_LIMIT_MS = 600_000

export const drill: Drill = {
  options: {rounds: 200, delay: 6, perSecond: 50, slotMs: 1000, seed: 1, port: 29_345},
  async run(options, say) {
    const {
      rounds = 200,
      delay = 6,
      perSecond = 50,
      slotMs = 1000,
      seed = 1,
      port = 29_345,
    } = options
    const settings = {nodes: 3, basePort: port, slotMs, respanDelaySeconds: delay}
    const network = await LocalNetwork.up(settings)
    try {
      const watch = new HeadWatch(network)
      const transfers = await Transfers.start(network, {perSecond})
      const broken: string[] = []
      const backMs: number[] = []
      const random = randomFrom(seed)
      for (let round = 1; round <= rounds && broken.length === 0; round++) {
        const targets = targetsOf(network)
        const target = targets[Math.floor(random() * targets.length)]!
        try {
          const ms = await killAndMend(network, target, random)
          backMs.push(ms)
          say(`${round} ${target.name}: mended after ${(ms / 1000).toFixed(1)} s`)
        } catch (error) {
          broken.push(`round ${round}, ${target.name}: ${String(error)}`)
        }
      }
      await transfers.stop()
      broken.push(...(await drained(network, 90_000)))
      await watch.stop()
      const verdict = await judge(network, transfers.accepted.keys(), watch.seen)
      say(
        `${backMs.length} kills, mended after p50 ${percentile(backMs, 0.5).toFixed(0)} ms, p95 ` +
          `${percentile(backMs, 0.95).toFixed(0)} ms; ${loadOfMachine()}`,
      )
      say(
        `${verdict.blocks} blocks, ${verdict.transactions} transactions, accepted ` +
          `${transfers.accepted.size} of ${transfers.offered} offered, ${verdict.forkedHeights} ` +
          `heights with two signed blocks (of different signers)`,
      )
      for (const [reason, count] of transfers.refusals) say(`refused ${count}: ${reason}`)
      broken.push(...(await verifyFromL1(network, VERIFY_LIMIT_MS, say)))
      return [...broken, ...verdict.broken]
    } finally {
      await network.remove()
    }
  },
}

/** Numbers from 0 to 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
