import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {dirname, join, normalize} from 'node:path'

import {expect, test} from 'vitest'

const page = readFileSync('docs/architecture.md', 'utf8')

interface Step {
  walk: string
  /** The first file is the step; others it names stand beside it. */
  files: string[]
  /** A file that joins this step with an earlier one. */
  joint: string | undefined
}

const walks = page
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [title = '', ...lines] = section.split('\n')
    const steps = lines
      .filter((line) => /^\d+\. /.test(line))
      .map((line): Step => {
        const [own = '', joint] = line.split('(joined by ')
        return {walk: title, files: filesIn(own), joint: joint && filesIn(joint)[0]}
      })
    return {title, steps}
  })
  .filter(({steps}) => steps.length > 0)

function filesIn(text: string): string[] {
  return [...text.matchAll(/`(src\/[^`]+)`/g)].map(([, file]) => file!)
}

function importsOf(file: string): Set<string> {
  const found = readFileSync(file, 'utf8').matchAll(/(?:from |import\()'(\.[^']+)'/g)
  return new Set([...found].map(([, specifier]) => normalize(join(dirname(file), specifier!))))
}

/** One imports the other; a file of the other's folder may stand for it, as an index does. */
function areJoined(a: string, b: string): boolean {
  return importsOf(a).has(b) || importsOf(b).has(a)
}

test('the walks name files that are there', () => {
  expect(walks.map(({title}) => title)).toEqual([
    'A raw transaction to L1',
    '`stake increase`',
    'An epoch number to the screen',
    'A health issue to an alert',
    'An issue to a message',
    'An error to its page',
  ])
  const named = walks.flatMap(({steps}) => steps.flatMap(({files, joint}) => [...files, joint]))
  expect(named.length).toBeGreaterThan(50)
  expect(named.filter((file) => file && !existsSync(file))).toEqual([])
  const empty = walks.flatMap(({steps}) => steps.filter(({files}) => files.length === 0))
  expect(empty).toEqual([])
})

test.each(walks)('$title: each step is joined to an earlier one by an import', ({steps}) => {
  const errors: string[] = []
  const before: string[] = []
  for (const [index, {files, joint}] of steps.entries()) {
    for (const file of files) {
      const isJoined = before.some((earlier) => areJoined(earlier, file))
      const isBehindJoint =
        joint !== undefined && links(joint, file) && before.some((each) => links(joint, each))
      if (before.length > 0 && !isJoined && !isBehindJoint) errors.push(`${index + 1}. ${file}`)
      before.push(file)
    }
  }
  expect(errors).toEqual([])
})

/** The joint stands between the two, or composes both: it imports one, itself or through one more file, or is imported. */
function links(joint: string, file: string): boolean {
  const direct = [...importsOf(joint)].filter((each) => existsSync(each))
  return areJoined(joint, file) || direct.some((each) => importsOf(each).has(file))
}

test('the table of floors names every layer of src', () => {
  const layers = readdirSync('src', {withFileTypes: true})
    .filter((entry) => entry.isDirectory())
    .map(({name}) => name)
  const table = page.split('## Floors')[1]!.split('## ')[0]!
  const rows = table.split('\n').filter((line) => line.startsWith('| `'))
  const named = rows.flatMap((row) =>
    [...row.split('|')[1]!.matchAll(/`([a-z]+)`/g)].map(([, name]) => name),
  )
  expect(named.toSorted()).toEqual(layers.toSorted())
})
