/**
 * The node under load against its bare engine:
 * `node bench/node.ts [--seconds 20] [--nodes 1,3] [--kinds transfer,erc20,swap,swaps,hostile] [--loads 0.8,1,2,4]
 * [--senders 3000] [--readers 50] [--figures]`.
 * Ratios are to the engine measured in the same run on the same machine.
 */
import {parseArgs} from 'node:util'

import {engineCapacity} from './engine-capacity.ts'
import {conclude, type Figures} from './figures.ts'
import {isWithinBudgets, measureRow, tellRow, type Row} from './node-rows.ts'
import {SENDERS} from './node-scene.ts'
import {tableOf} from './node-table.ts'
import {kinds, type Kind} from './traffic.ts'

const {values} = parseArgs({
  options: {
    seconds: {type: 'string', default: '20'},
    nodes: {type: 'string', default: '1,3'},
    kinds: {type: 'string', default: 'transfer,erc20'},
    loads: {type: 'string', default: '0.8,2'},
    senders: {type: 'string', default: String(SENDERS)},
    readers: {type: 'string', default: '0'},
    figures: {type: 'boolean', default: false},
  },
})
const seconds = Number(values.seconds)
const senders = Number(values.senders)
const readers = Number(values.readers)
const loads = values.loads.split(',').map(Number)
const rows: Row[] = []
const MOST_ENGINE_SECONDS = 20

for (const kind of values.kinds.split(',').map(kindOf)) {
  // Longer says nothing new, and all of it is signed beforehand.
  const engine = await engineCapacity(kind, Math.min(MOST_ENGINE_SECONDS, seconds))
  let oneNode: number | undefined
  say(`${kind}: bare engine ${engine.toFixed(0)}/s in order, sealing every 2 s`)
  for (const nodes of values.nodes.split(',').map(Number)) {
    const row = await measureRow({kind, nodes, seconds, senders, engine, loads, readers, oneNode})
    if (nodes === 1) oneNode = row.capacity
    rows.push(row)
    for (const line of tellRow(row)) say(line)
    const reasons = row.loads.flatMap(({refusals}) => Object.entries(refusals))
    for (const [reason, count] of reasons) say(`     ${count} x ${reason}`)
  }
}
say(`\n${tableOf(rows)}\n`)
conclude(values.figures, Object.assign({}, ...rows.map(figuresOf)), rows.every(isWithinBudgets))
process.exit()

function figuresOf({kind, nodes, ratio, loads: offered, mismatches}: Row): Figures {
  const name = `${kind}.${nodes}`
  const figures: Figures = {[`${name}.ratio`]: ratio, [`${name}.mismatches`]: mismatches}
  for (const {load, p50Ms, p99Ms, unconfirmed} of offered) {
    const at = `${name}.at${load * 100}`
    Object.assign(figures, {[`${at}.p50Ms`]: p50Ms, [`${at}.p99Ms`]: p99Ms})
    figures[`${at}.unconfirmed`] = unconfirmed
  }
  return figures
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function kindOf(word: string): Kind {
  const kind = kinds.find((each) => each === word)
  if (!kind) throw new Error(`--kinds: ${word} is none of ${kinds.join(', ')}`)
  return kind
}
