/**
 * The node under load against its bare engine: `node bench/node.ts [--seconds 20] [--nodes 1,3]`.
 * Ratios are to the engine measured in the same run on the same machine.
 */
import {parseArgs} from 'node:util'

import {confirmationAt, measureCapacity, openScene, type Scene} from './node-scene.ts'
import {engineCapacity} from './engine-capacity.ts'
import {percentile, type LoadResult} from './load.ts'
import type {Kind} from './traffic.ts'

const {values} = parseArgs({
  options: {
    seconds: {type: 'string', default: '20'},
    nodes: {type: 'string', default: '1,3'},
    kinds: {type: 'string', default: 'transfer,erc20'},
  },
})
const seconds = Number(values.seconds)
const kinds = values.kinds.split(',') as Kind[]

/** Reason of each budget: design, "Numbers to hold". */
const budgets = {ratio: 0.9, p50Ms: 1200, p99Ms: 2200}
let broken = 0

for (const kind of kinds) {
  const engine = await engineCapacity(kind, seconds)
  say(`${kind}: bare engine ${engine.toFixed(0)}/s in order, sealing every 2 s`)
  for (const nodes of values.nodes.split(',').map(Number)) {
    const scene = await openScene(kind, nodes)
    try {
      await benchScene(scene, kind, nodes, engine)
    } finally {
      await scene.close()
    }
  }
}
process.exit(broken === 0 ? 0 : 1)

async function benchScene(scene: Scene, kind: Kind, nodes: number, engine: number): Promise<void> {
  const name = `${kind}, ${nodes} node${nodes === 1 ? '' : 's'}`
  const capacity = await measureCapacity(scene, seconds, engine)
  const ratio = capacity / engine
  // Several nodes execute every block again on the same two cores, so only one node has a budget here.
  check(
    `${name}: capacity ${capacity.toFixed(0)}/s, ${ratio.toFixed(2)} x engine`,
    nodes > 1 || ratio >= budgets.ratio,
  )
  const calm = await confirmationAt(scene, 0.8 * capacity, seconds)
  const calmP50 = percentile(calm.latenciesMs, 0.5)
  const calmP99 = percentile(calm.latenciesMs, 0.99)
  check(`${name}: at 80 % ${describe(calm)}`, calmP50 <= budgets.p50Ms && calmP99 <= budgets.p99Ms)
  const flood = await confirmationAt(scene, 2 * capacity, seconds)
  check(
    `${name}: at 200 % ${describe(flood)}`,
    percentile(flood.latenciesMs, 0.99) <= budgets.p99Ms && flood.unconfirmed === 0,
  )
  for (const [reason, count] of Object.entries(flood.refusals)) say(`     ${count} x ${reason}`)
  const mismatches = await scene.mismatches()
  check(`${name}: ${mismatches} hash mismatches`, mismatches === 0)
}

function describe({offered, accepted, refused, unconfirmed, latenciesMs}: LoadResult): string {
  const at = (part: number) => `${percentile(latenciesMs, part).toFixed(0)} ms`
  return (
    `p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)}; ` +
    `${offered} offered, ${accepted} accepted, ${refused} refused, ${unconfirmed} not confirmed`
  )
}

function check(line: string, holds: boolean): void {
  if (!holds) broken++
  say(`${holds ? 'ok  ' : 'OVER'} ${line}`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
