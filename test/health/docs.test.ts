import {readFileSync} from 'node:fs'

import {expect, test} from 'vitest'

import {issueIds} from '../../src/health/issue.ts'

test('the page for operators has every issue once, and no other', () => {
  const page = readFileSync('docs/health.md', 'utf8')
  const named = [...page.matchAll(/^\| `([\w-]+)` +\|/gm)].map(([, id]) => id)

  expect(named.toSorted()).toEqual([...issueIds].toSorted())
})
