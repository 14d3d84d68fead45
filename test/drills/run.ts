/**
 * Long rehearsals of what can go wrong, each with its own figures: `npm run drill -- NAME [--option value]`.
 * A drill is too long for the test suite; short versions of each are in it.
 * `--busy N` runs N processes beside it that take all the CPU they get.
 */
import {spawn} from 'node:child_process'
import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import {parseArgs} from 'node:util'

import type {Drill} from './drill.ts'

const [name = '', ...rest] = process.argv.slice(2)
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.drill.ts'))
  .map((file) => file.replace('.drill.ts', ''))

if (!names.includes(name)) {
  process.stderr.write(
    `Usage: npm run drill -- NAME [--option value]\nDrills: ${names.join(', ')}\n`,
  )
  process.exit(2)
}

const {drill} = (await import(join(import.meta.dirname, `${name}.drill.ts`))) as {drill: Drill}
const {values} = parseArgs({
  args: rest,
  options: Object.fromEntries(
    [...Object.keys(drill.options), 'busy'].map((option) => [option, {type: 'string' as const}]),
  ),
})
const settings = Object.entries(drill.options).map(([option, usual]) => {
  const value = Number(values[option] ?? usual)
  if (!Number.isFinite(value)) throw new Error(`--${option} is not a number.`)
  return [option, value] as const
})
const say = (line: string) => process.stdout.write(`${line}\n`)
const busy = Array.from({length: Number(values['busy'] ?? 0)}, () =>
  spawn(process.execPath, ['-e', 'for (;;);'], {stdio: 'ignore'}),
)
process.once('exit', () => busy.forEach((child) => child.kill('SIGKILL')))
const broken = await drill.run(Object.fromEntries(settings), say)
for (const line of broken) say(`BROKEN ${line}`)
say(broken.length === 0 ? `ok ${name}` : `failed ${name}`)
process.exit(broken.length === 0 ? 0 : 1)
