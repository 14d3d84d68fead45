/**
 * Breaks the code in one place at a time and looks whether a test fails. What can be broken unnoticed is not tested.
 *
 *   npm run mutations -- [WORDS]                 rules of our contracts; those whose rule has these words
 *   npm run mutations -- ts [AREA] [--minutes N] [--fresh]   the sources; ends after N minutes and goes on at the next run
 */
import process from 'node:process'
import {parseArgs} from 'node:util'

import {runContracts} from './mutations/contracts.ts'
import {runTypeScript} from './mutations/typescript.ts'

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {minutes: {type: 'string'}, fresh: {type: 'boolean'}},
})
const [first, ...rest] = positionals
const minutes = Number(values.minutes ?? Infinity)
const untilMs = Date.now() + minutes * 60_000
const unnoticed =
  first === 'ts'
    ? await runTypeScript({words: rest.join(' '), untilMs, isFresh: values.fresh === true})
    : runContracts(positionals.join(' '))
process.exitCode = unnoticed === 0 ? 0 : 1
