/**
 * `npm run bench`: the node under load against its bare engine, as one table, and what starting a command costs. Ends with 1
 * when something is over its budget. Scenes are as short as a slot of two seconds allows; `node bench/node.ts` takes its time.
 */
import {spawnSync} from 'node:child_process'
import {join} from 'node:path'

const benches = [
  ['node.ts', '--seconds', '3'],
  ['start.ts', '--pairs', '9'],
]

for (const [program, ...args] of benches) {
  const file = join(import.meta.dirname, program!)
  const {status} = spawnSync(process.execPath, [file, ...args], {stdio: 'inherit'})
  if (status !== 0) process.exitCode = 1
}
