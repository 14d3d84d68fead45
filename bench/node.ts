/**
 * The node under load against its bare engine:
 * `node bench/node.ts [--seconds 20] [--nodes 1,3] [--kinds transfer,erc20,swaps,hostile] [--loads 0.8,1,2,4] [--readers 50]`.
 * Ratios are to the engine measured in the same run on the same machine.
 */
import {parseArgs} from 'node:util'

import {engineCapacity} from './engine-capacity.ts'
import {measureRow, tellRow} from './node-rows.ts'
import type {Kind} from './traffic.ts'

const {values} = parseArgs({
  options: {
    seconds: {type: 'string', default: '20'},
    nodes: {type: 'string', default: '1,3'},
    kinds: {type: 'string', default: 'transfer,erc20'},
    loads: {type: 'string', default: '0.8,2'},
    readers: {type: 'string', default: '0'},
  },
})
const seconds = Number(values.seconds)
const loads = values.loads.split(',').map(Number)
let broken = 0

for (const kind of values.kinds.split(',') as Kind[]) {
  const engine = await engineCapacity(kind, seconds)
  say(`${kind}: bare engine ${engine.toFixed(0)}/s in order, sealing every 2 s`)
  for (const nodes of values.nodes.split(',').map(Number)) {
    const row = await measureRow({
      kind,
      nodes,
      seconds,
      engine,
      loads,
      readers: Number(values.readers),
    })
    for (const line of tellRow(row)) {
      if (line.startsWith('OVER')) broken++
      say(line)
    }
    const reasons = row.loads.flatMap(({refusals}) => Object.entries(refusals))
    for (const [reason, count] of reasons) say(`     ${count} x ${reason}`)
  }
}
process.exit(broken === 0 ? 0 : 1)

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
