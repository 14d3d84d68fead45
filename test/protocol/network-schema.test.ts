/** The published schema and the check that decides say the same, whatever is wrong with a document. */
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {Ajv2020} from 'ajv/dist/2020.js'
import {expect, test} from 'vitest'

import {MetisSeqError} from '../../src/lib/errors.ts'
import {builtInNetworks} from '../../src/protocol/built-in-networks.ts'
import {parseNetwork} from '../../src/protocol/network-document.ts'
import {networkSchema} from '../../src/protocol/network-schema.ts'
import {readNetwork} from '../../src/store/networks.ts'
import {runCli} from '../helpers/run-cli.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

const root = join(import.meta.dirname, '../..')

type Json = null | boolean | number | string | Json[] | {[key: string]: Json}
type Path = (string | number)[]

const validate = new Ajv2020({strict: true, allErrors: true}).compile(networkSchema)

function parses(document: unknown): boolean {
  try {
    parseNetwork(document, 'a test')
    return true
  } catch (error) {
    if (error instanceof MetisSeqError && error.code === 'NETWORK_INVALID') return false
    throw error
  }
}

const builtIn = structuredClone(builtInNetworks) as unknown as Record<string, Json>[]
const andromeda = builtIn[0]!
const bundled = {
  genesisFile: '/var/lib/metis/genesis.json',
  fingerprint: `0x${'ab'.repeat(32)}`,
  bootnodes: ['/ip4/127.0.0.1/tcp/18546', 'seq.example:30303'],
  relayer: '0x1111111111111111111111111111111111111111',
  followers: 'registered',
}
/** Has every field there can be. */
const own: Record<string, Json> = {
  ...andromeda,
  $schema: './network.schema.json',
  name: 'own',
  posRestUrl: 'http://127.0.0.1:1317',
  l1: {...(andromeda['l1'] as Record<string, Json>), wsUrl: 'wss://l1.example/key'},
  l2: {...(andromeda['l2'] as Record<string, Json>), wsUrl: 'ws://127.0.0.1:8546', bundled},
}

function pathsOf(value: Json, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at]
  const inner = Object.entries(value).flatMap(([key, item]) =>
    pathsOf(item, [...at, Array.isArray(value) ? Number(key) : key]),
  )
  return [at, ...inner]
}

/** The document with another value at a path; undefined takes the field away. */
function changed(document: Json, [key, ...rest]: Path, value: Json | undefined): Json | undefined {
  if (key === undefined) return value
  if (Array.isArray(document)) {
    return document.flatMap((item, index) => {
      const next = index === key ? changed(item, rest, value) : item
      return next === undefined ? [] : [next]
    })
  }
  const from = document as {[key: string]: Json}
  const next = changed(from[key]!, rest, value)
  const {[key]: _old, ...others} = from
  return next === undefined ? others : {...others, [key]: next}
}

function valueAt(document: Json, path: Path): Json {
  return path.reduce<Json>((at, key) => (at as {[key: string]: Json})[key]!, document)
}

/** Values of every type, and some that only look right. */
function replacements(value: Json): Json[] {
  const text = typeof value === 'string' ? [` ${value}`, `${value} `, value.toUpperCase()] : []
  const number = typeof value === 'number' ? [-value - 1, value + 0.5, String(value), 2 ** 53] : []
  const list = Array.isArray(value)
    ? [
        [...value, null],
        [...value, 'x'],
        [...value, [value[0]!]],
      ]
    : []
  const more = [null, true, 0, 1.5, '', 'x', 'https://', [], {}, [value], {a: value}]
  return [...more, ...text, ...number, ...list]
}

test.each(builtInNetworks)('both take the built-in network $name', (network) => {
  const document: unknown = JSON.parse(JSON.stringify(network))
  expect({schema: validate(document), parse: parses(document)}).toEqual({schema: true, parse: true})
})

test('both take a document that names the schema, and fields of others', () => {
  expect([validate(own), parses(own)]).toEqual([true, true])
  const more = {...own, comment: 'ours'}
  expect([validate(more), parses(more)]).toEqual([true, true])
})

test('both say the same of every field that is gone, of another type, or slightly wrong', () => {
  const documents = [own, ...builtIn]
  const changes = documents.flatMap((whole) =>
    pathsOf(whole).flatMap((path) =>
      [undefined, ...replacements(valueAt(whole, path))].map((value) => ({whole, path, value})),
    ),
  )
  const seen = {changes: changes.length, refused: 0, gone: 0}
  const apart: string[] = []
  for (const {whole, path, value} of changes) {
    const document = changed(whole, path, value)
    const [schema, parse] = [validate(document), parses(document)]
    if (!parse) seen.refused++
    if (value === undefined && !parse) seen.gone++
    if (schema !== parse)
      apart.push(`${path.join('.')} = ${JSON.stringify(value)}: schema ${schema}`)
  }
  expect(apart).toEqual([])
  expect(seen).toEqual({changes: 4098, refused: 3854, gone: 187})
})

test('what only the check sees is known: checksums, odd URLs, numbers in peer addresses', () => {
  const wrong = '0x578c88EeEe23Db03E70aDB2445F0043bEC3C416e'
  const cases: [Path, Json][] = [
    [['l1', 'batchSenders'], [wrong]],
    [['l1', 'poolImplementations'], {[wrong]: 'mainnet'}],
    [['posRestUrl'], 'https://['],
    [['l2', 'bundled', 'bootnodes'], ['/ip4/127.0.0.1/tcp/70000']],
  ]
  for (const [path, value] of cases) {
    const document = changed(own, path, value)
    expect({path, schema: validate(document), parse: parses(document)}).toEqual({
      ...{path, schema: true, parse: false},
    })
  }
})

test('the command prints the published schema, and a document that names it is added', async () => {
  using temp = makeTempHome()
  const published = readFileSync(join(root, 'docs/schemas/network.schema.json'), 'utf8')
  writeFileSync(temp.path('own.json'), JSON.stringify(own))
  writeFileSync(temp.path('wrong.json'), JSON.stringify({...own, name: 'wrong', kind: ['main']}))
  const ask = (line: string) => runCli(line.split(' '), {home: temp.root})

  const [printed, added, wrong] = await Promise.all([
    ask('network schema'),
    ask(`network add ${temp.path('own.json')}`),
    ask(`network add ${temp.path('wrong.json')}`),
  ])

  expect(printed.stdout).toBe(published)
  expect({exitCode: added.exitCode, stderr: added.stderr}).toEqual({exitCode: 0, stderr: ''})
  expect(readNetwork(temp.home, 'own')).toEqual(own)
  // A list of one word is not the word.
  expect(wrong).toMatchObject({exitCode: 3, stderr: expect.stringContaining('kind must be main')})
  expect(wrong.stderr).toContain('hint: Check it against the output of `metis-seq network schema`.')
})
