/** The producer is killed, stopped in mid-air or cut off, again and again, under load. */
import type {Drill} from './drill.ts'
import {waysToFail} from './faults.ts'
import {drained, HeadWatch, judge} from './judge.ts'
import {LocalNetwork} from './local-network.ts'
import {moveIntoNamespaces} from './namespaces.ts'
import {failOver, type Round} from './rounds.ts'
import {Transfers} from './transfers.ts'
import {loadOfMachine, percentile} from './usage.ts'

export const drill: Drill = {
  options: {rounds: 50, how: 0, delay: 6, perSecond: 50, slotMs: 2000, port: 29_545},
  async run(options, say) {
    const {rounds = 50, how = 0, delay = 6, perSecond = 50, slotMs = 2000, port = 29_545} = options
    const way = waysToFail[how]
    if (!way) throw new Error('--how is 0 (kill), 1 (stop) or 2 (partition).')
    const settings = {nodes: 3, basePort: port, slotMs, respanDelaySeconds: delay}
    const network = await LocalNetwork.up(settings)
    const cut = way.name === 'partition' ? await moveIntoNamespaces(network) : undefined
    try {
      const watch = new HeadWatch(network)
      const transfers = await Transfers.start(network, {
        perSecond,
        senders: Math.max(200, 3 * perSecond),
      })
      const results: Round[] = []
      const broken: string[] = []
      for (let round = 1; round <= rounds; round++) {
        try {
          const result = await failOver(network, way, delay)
          results.push(result)
          say(
            `${round} ${result.victim}: another signer after ${seconds(result.silentMs)}, in sync ` +
              `after ${seconds(result.backMs)}, accepted ${transfers.accepted.size}`,
          )
        } catch (error) {
          broken.push(`round ${round}: ${String(error)}`)
          say(broken.at(-1)!)
          break
        }
      }
      await transfers.stop()
      broken.push(...(await drained(network, 60_000)))
      await network.settled(60_000)
      await watch.stop()
      const verdict = await judge(network, transfers.accepted.keys(), watch.seen)
      report(results, transfers, verdict, say)
      return [
        ...broken,
        ...verdict.broken,
        ...tooLate(results, delay * 1000 + 2 * slotMs),
        ...brokenPromises(results, transfers, verdict, slotMs, say),
      ]
    } finally {
      await cut?.remove()
      await network.remove()
    }
  },
}

function report(
  results: Round[],
  transfers: Transfers,
  verdict: Awaited<ReturnType<typeof judge>>,
  say: (line: string) => void,
): void {
  const silent = results.map(({silentMs}) => silentMs)
  const back = results.map(({backMs}) => backMs)
  const figures = (values: number[]) =>
    `p50 ${seconds(percentile(values, 0.5))}, p95 ${seconds(percentile(values, 0.95))}, ` +
    `most ${seconds(Math.max(...values))}`
  say(`${results.length} rounds; another signer: ${figures(silent)}; in step: ${figures(back)}`)
  say(
    `${verdict.blocks} blocks, ${verdict.transactions} transactions, ${verdict.forkedHeights} ` +
      `heights with two signed blocks (of different signers)`,
  )
  say(`accepted ${transfers.accepted.size} of ${transfers.offered} offered; ${loadOfMachine()}`)
  for (const [reason, count] of transfers.refusals) say(`refused ${count}: ${reason}`)
}

/**
 * What the dead producer had accepted is confirmed within two slots of the takeover. Its first block is the recommitment,
 * which takes no slot of its own, and the two slots after it bring a block each.
 */
function brokenPromises(
  results: Round[],
  {accepted}: Transfers,
  {blockOf}: Awaited<ReturnType<typeof judge>>,
  slotMs: number,
  say: (line: string) => void,
): string[] {
  let promised = 0
  let late = 0
  const inBlock = new Map<number, number>()
  for (const {victim, begunMs, firstBlock} of results) {
    for (const [hash, {node, atMs}] of accepted) {
      if (node !== victim || atMs > begunMs || atMs < begunMs - 2 * slotMs) continue
      promised++
      const after = (blockOf.get(hash) ?? Infinity) - firstBlock
      inBlock.set(after, (inBlock.get(after) ?? 0) + 1)
      if (after > 2) late++
    }
  }
  const places = [...inBlock].sort(([a], [b]) => a - b)
  say(
    `${promised} accepted by the victims in their last two slots, in blocks after the takeover: ` +
      places.map(([after, count]) => `${count} in ${after}`).join(', '),
  )
  return late > 0 ? [`${late} promises of dead producers came later than two slots after`] : []
}

function tooLate(results: Round[], limitMs: number): string[] {
  const p95 = percentile(
    results.map(({silentMs}) => silentMs),
    0.95,
  )
  return p95 > limitMs ? [`p95 ${seconds(p95)} is later than ${seconds(limitMs)}`] : []
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
