import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {expect, test} from 'vitest'

const root = 'docs/adr'
const files = readdirSync(root).filter((name) => /^\d{4}-/.test(name))
const textOf = (name: string) => readFileSync(join(root, name), 'utf8')
const headingsOf = (text: string) => [...text.matchAll(/^## (.+)$/gm)].map(([, name]) => name)

function section(text: string, name: string): string {
  return (text.split(`\n## ${name}\n`)[1]?.split(/^## /m)[0] ?? '').trim()
}

const template = headingsOf(textOf('template.md'))

test.each(files)('%s has the sections of the template, each with something in it', (name) => {
  const text = textOf(name)
  const number = Number(name.slice(0, 4))
  const expected = template.filter(
    (heading) => heading !== 'Not chosen' || text.includes('\n## Not chosen\n'),
  )
  expect(text.split('\n')[0]).toMatch(new RegExp(`^# ${number}\\. .{8,}$`))
  expect(headingsOf(text)).toEqual(expected)
  expect(expected.filter((heading) => section(text, heading!).length < 8)).toEqual([])
  expect(section(text, 'Status')).toMatch(/^(?:Accepted|Superseded), 20\d\d-\d\d-\d\d\b/)
})

test('a record that changes another one is named by it, so that a reader of either knows which holds', () => {
  let seen = 0
  const silent: string[] = []
  for (const name of files) {
    const number = Number(name.slice(0, 4))
    const supersedes = section(textOf(name), 'Supersedes')
    for (const [, target] of supersedes.matchAll(/\]\((\d{4}-[\w-]+\.md)\)/g)) {
      seen++
      const status = section(textOf(target!), 'Status')
      if (!new RegExp(`\\bADR ${number}\\b`).test(status))
        silent.push(`${target} does not name ADR ${number}`)
    }
    if (!supersedes.startsWith('Nothing.') && !/\]\(\d{4}-/.test(supersedes))
      silent.push(`${name} links nothing`)
  }
  expect(template).toEqual([
    'Status',
    'Context',
    'Decision',
    'Consequences',
    'Not chosen',
    'Supersedes',
  ])
  expect(seen).toBeGreaterThan(3)
  expect(silent).toEqual([])
})
