import {globSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {expect, test} from 'vitest'

import {trapIds} from '../../src/services/sending/plan.ts'

const root = join(import.meta.dirname, '../..')
const read = (name: string) => readFileSync(join(root, name), 'utf8')

test('every trap is told in the docs, set somewhere and met in a test', () => {
  const docs = read('docs/traps.md')
  const tests = globSync('test/**/*.test.ts', {cwd: root})
    .filter((name) => !name.endsWith('services/traps.test.ts'))
    .map(read)
    .join('\n')
  const documented = [...docs.matchAll(/^\| `([a-z-]+)`/gm)].map(([, id]) => id)

  expect(documented).toEqual(trapIds)
  const unmet = trapIds.filter((id) => !new RegExp(`trap: '${id}'`).test(tests))
  expect(unmet).toEqual([])
})
