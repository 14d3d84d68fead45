import {globSync, readFileSync} from 'node:fs'

import {expect, test} from 'vitest'

/** Text that people read, from the sources: string literals of three words and more. */
function sentences(): {file: string; text: string}[] {
  return globSync('src/**/*.{ts,tsx}')
    .filter((file) => !/^src\/(?:chain\/abis|local\/artifacts)\//.test(file))
    .flatMap((file) => {
      const code = readFileSync(file, 'utf8').replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')
      const literals = code.matchAll(
        /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g,
      )
      return [...literals]
        .map(([, single, double, template]) => ({file, text: single ?? double ?? template ?? ''}))
        .filter(({text}) => text.trim().split(/\s+/).length >= 3)
    })
}

/** What STYLE.md rules out, with its reason. */
const ruledOut: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:What|Who|Whoever|Whatever) (?!is |are |does )[a-z][^?]*\.$/,
    'a headless clause is no sentence',
  ],
  [/\. (?:What|Who|Whoever|Whatever) [a-z][^?.]*\.$/, 'a headless clause is no sentence'],
  [/does not hold|passed over|one of both|any more\b|at this moment/, 'it reads translated'],
  [/(?:does|did|do) not answer\b/, 'an endpoint responds'],
  [/\bis it no\b|\bhas to be named\b|\bis told of\b/, 'it reads translated'],
  [/hundredths of a percent/, 'basis points'],
]

test('no sentence that STYLE.md rules out', () => {
  const all = sentences()
  expect(all.length, 'a gate that saw no sentences has checked nothing').toBeGreaterThan(2000)
  const faults = all.flatMap(({file, text}) =>
    ruledOut.flatMap(([pattern, why]) => (pattern.test(text) ? [`${file}: ${why}: ${text}`] : [])),
  )
  expect(faults).toEqual([])
})

test('a count and its noun agree: `counted` says "1 block" and "2,000 blocks"', () => {
  const nouns =
    'batches|blocks|calls|draws|endpoints|epochs|files|messages|notices|peers|processes|requests|samples|sequencers|tickets|transactions|vaults'
  // A limit is never 1, and neither is the second number of "3 of 10 blocks".
  const plural = new RegExp(
    `(?<! of )\\$\\{(?![A-Z_]+\\}|chain\\}|lowest\\}|counted\\(|perSecond\\()[^{}]*\\} (?:${nouns})\\b(?!/)`,
  )
  const shown = sentences().filter(({file}) =>
    /^src\/(?:ui|services|cli|commands|health)\//.test(file),
  )
  expect(shown.length).toBeGreaterThan(1000)
  const faults = shown
    .filter(({text}) => plural.test(text))
    .map(({file, text}) => `${file}: ${text}`)
  expect(faults).toEqual([])
})
