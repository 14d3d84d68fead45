/** Whoever installs the package reads the same documents, and every link in them leads somewhere. */
import {existsSync, globSync, readFileSync} from 'node:fs'
import {dirname, join, normalize} from 'node:path'

import {expect, test} from 'vitest'

import pjson from '../package.json' with {type: 'json'}

const root = join(import.meta.dirname, '..')
/** npm packs these whatever the list says. */
const ALWAYS = ['README.md', 'LICENSE', 'package.json']

const ships = (path: string) =>
  [...ALWAYS, ...pjson.files].some((entry) => path === entry || path.startsWith(`${entry}/`))

const documents = globSync(['*.md', 'docs/**/*.md', 'src/*/README.md'], {cwd: root}).filter(ships)

/** Text, target and anchor of every link that names no host; code is no text. */
function linksIn(file: string): {target: string; anchor: string | undefined}[] {
  const text = readFileSync(join(root, file), 'utf8').replaceAll(/```[^]*?```|`[^`\n]*`/g, '')
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!)
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path, anchor] = target.split('#')
      return {target: path ? normalize(join(dirname(file), path)) : file, anchor}
    })
}

test('the package holds the documents of operators', () => {
  expect(documents).toEqual(
    expect.arrayContaining([
      ...['README.md', 'CHANGELOG.md', 'docs/commands.md', 'docs/health.md', 'docs/traps.md'],
      ...['docs/glossary.md', 'docs/performance.md', 'src/node/README.md', 'src/pos/README.md'],
    ]),
  )
  expect(globSync('docs/adr/*.md', {cwd: root}).every(ships)).toBe(true)
})

test('every relative link in a document of the package leads to a file of the package', () => {
  let seen = 0
  const dead: string[] = []
  for (const file of documents) {
    for (const {target, anchor} of linksIn(file)) {
      seen++
      const path = target.replace(/\/$/, '')
      if (!existsSync(join(root, path)) || !ships(path)) dead.push(`${file}: ${target}`)
      else if (anchor && !anchorsOf(path).includes(anchor))
        dead.push(`${file}: ${target}#${anchor}`)
    }
  }
  expect(seen).toBeGreaterThan(10)
  expect(dead).toEqual([])
})

/** As code hosts make them of headings. */
function anchorsOf(file: string): string[] {
  const headings = readFileSync(join(root, file), 'utf8').matchAll(/^#+ (.+)$/gm)
  return [...headings].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
