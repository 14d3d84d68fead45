import {readdirSync, readFileSync} from 'node:fs'
import {dirname, join, normalize} from 'node:path'

import {expect, test} from 'vitest'

/** Layer -> the layers it may import. */
const mayImport: Record<string, readonly string[]> = {
  lib: [],
  protocol: ['lib'],
  health: ['protocol', 'lib'],
  process: ['lib'],
  store: ['protocol', 'lib'],
  chain: ['protocol', 'lib'],
  node: ['health', 'chain', 'process', 'store', 'protocol', 'lib'],
  pos: ['chain', 'process', 'store', 'protocol', 'lib'],
  services: ['health', 'chain', 'process', 'store', 'protocol', 'lib'],
  local: ['node', 'services', 'health', 'chain', 'process', 'store', 'protocol', 'lib'],
  ui: ['services', 'health', 'protocol', 'lib'],
  // It runs the processes of the node and of the consensus layer, and reads the settings; it starts no program.
  cli: [
    ...['ui', 'local', 'node', 'pos', 'services', 'health'],
    ...['chain', 'store', 'protocol', 'lib'],
  ],
  commands: ['cli', 'ui', 'local', 'services', 'health', 'store', 'protocol', 'lib'],
}

/** What signs, locks, writes the journal or puts a transaction out. Surfaces come to it through the service alone. */
const sendingMachinery =
  /^src\/(?:chain\/(?:signer|remote-signer|fees|reverts)|store\/journal|services\/sending\/(?:account-lock|confirm-sent|replace-transaction|run-unattended|send|send-(?:entry|plan|signed)|session|settle|unsigned-file|wait-transaction))\.ts$/
const surfaces: readonly string[] = ['cli', 'commands', 'ui']

/** Library -> the only layers that may load it at run time. */
const homeOf: Record<string, readonly string[]> = {
  execa: ['process'],
  conf: ['store'],
  keytar: ['store'],
  '@napi-rs/keyring': ['store'],
  ink: ['ui'],
  react: ['ui'],
  uplot: ['ui'],
  '@oclif/core': ['commands', 'cli'],
  'viem/actions': ['chain', 'services', 'local'],
  secp256k1: ['protocol'],
  'hash-wasm': ['node', 'store'],
  libp2p: ['node'],
  '@libp2p/tcp': ['node'],
  '@libp2p/noise': ['node'],
  '@libp2p/yamux': ['node'],
  '@libp2p/identify': ['node'],
  '@libp2p/gossipsub': ['node'],
  '@libp2p/crypto': ['node'],
  '@libp2p/utils': ['node'],
  '@multiformats/multiaddr': ['node'],
  // Served by the node, and asked for heads by `watch-heads.ts`.
  ws: ['chain', 'node'],
  nodemailer: ['services'],
}

/** Beyond it a file holds two things. Below it, it is split by sense and not by size. */
const MAX_FILE_LINES = 500
const MAX_FUNCTION_LINES = 80

interface Source {
  file: string
  layer: string
  text: string
  lines: string[]
}

function sources(root: string): Source[] {
  return readdirSync(root, {recursive: true, encoding: 'utf8'})
    .filter((name) => /\.tsx?$/.test(name) && !/^(chain\/abis|local\/artifacts)\//.test(name))
    .map((name) => {
      const text = readFileSync(join(root, name), 'utf8')
      return {file: join(root, name), layer: name.split('/')[0]!, text, lines: text.split('\n')}
    })
}

/** Static imports, re-exports and dynamic imports: [whole, is it types only, specifier]. */
function importsOf({text}: Source): {typeOnly: boolean; specifier: string}[] {
  const fixed = text.matchAll(/^(?:import|export) (type )?(?:[^'";]*? from )?'([^']+)'/gms)
  const dynamic = text.matchAll(/import\('([^']+)'\)/g)
  return [
    ...[...fixed].map(([, type, specifier]) => ({
      typeOnly: type !== undefined,
      specifier: specifier!,
    })),
    ...[...dynamic].map(([, specifier]) => ({typeOnly: false, specifier: specifier!})),
  ]
}

const all = sources('src')

test('imports point down, and each library has one home', () => {
  const errors: string[] = []
  let checked = 0
  for (const source of all) {
    for (const {typeOnly, specifier} of importsOf(source)) {
      checked++
      const home = homeOf[specifier]
      if (home && !typeOnly && !home.includes(source.layer)) {
        errors.push(`${source.file}: ${specifier} lives in ${home.join(', ')}`)
      }
      if (!specifier.startsWith('.')) continue
      const [root, target = ''] = normalize(join(dirname(source.file), specifier)).split('/')
      const allowed = mayImport[source.layer]
      if (root === 'src' && allowed && target !== source.layer && !allowed.includes(target)) {
        errors.push(`${source.file}: ${source.layer} may not import ${target}`)
      }
    }
  }
  expect(checked, 'a gate that saw no imports has checked nothing').toBeGreaterThan(800)
  expect(errors).toEqual([])
})

test('what is sent is sent by the service: commands parse, ask and show', () => {
  const errors: string[] = []
  let ways = 0
  for (const source of all.filter(({layer}) => surfaces.includes(layer))) {
    for (const {typeOnly, specifier} of importsOf(source)) {
      if (typeOnly || !specifier.startsWith('.')) continue
      const target = normalize(join(dirname(source.file), specifier))
      if (sendingMachinery.test(target)) errors.push(`${source.file} imports ${target}`)
      if (target.startsWith('src/services/sending/')) ways++
    }
  }
  const machinery = all.filter(({file}) => sendingMachinery.test(file))
  expect(machinery.length, 'the names of what sends have changed').toBe(17)
  expect(ways, 'a gate that saw nobody send has checked nothing').toBeGreaterThan(2)
  expect(errors).toEqual([])
})

test('directories are made by makeDirectory, and what a person names is parsed by parseJson', () => {
  // Node.js asks for ever where a directory cannot be made; a deep document ends whoever walks through it.
  const recursive = all.filter(({text}) => /mkdirSync\(.*recursive: true/.test(text))
  expect(recursive.map(({file}) => file)).toEqual([])
  const named = /JSON\.parse\(\s*readBoundedText\([^;]*DOCUMENT_FILE_BYTES/
  expect(all.filter(({text}) => named.test(text)).map(({file}) => file)).toEqual([
    // Written by the node alone.
    'src/store/batch-cursor.ts',
  ])
})

test('nothing is named after a liquid-staking provider outside of its folders', () => {
  // `lst/providers.ts` of each floor is the list of them; ABIs and artifacts are generated.
  const names = /artemis|artmetis|\bAMT(?:[A-Z]|_)|enki|\b(?:e|se)Metis\b|RedemptionTicket/i
  // Error codes are public and stand in one closed list.
  const isOfProvider = (file: string) =>
    /\/(?:artemis|enki)\/|\/lst\/(?:providers|backends)\.ts$|^src\/lib\/error-(?:codes|words)\//.test(
      file,
    )
  expect(all.filter(({file}) => isOfProvider(file)).length).toBeGreaterThan(8)
  const hits = all
    .filter(({file, text}) => !isOfProvider(file) && names.test(text))
    .flatMap(({file, lines}) =>
      lines.flatMap((line, index) =>
        names.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [],
      ),
    )
  expect(hits).toEqual([])
})

test('nothing is named after a market outside of its folders', () => {
  // `defi/markets.ts` and `providers.ts` of a kind are the lists of them; ABIs and artifacts are generated.
  const names = /netswap|algebra|hercules|\baave|shoebill|qidao|stableqi|stablis/i
  const isOfMarket = (file: string) =>
    /\/(?:netswap|algebra|aave|shoebill|qidao|stablis)\/|\/defi\/markets\.ts$|\/defi\/(?:pools|lending|cdp)\/providers\.ts$/.test(
      file,
    )
  expect(all.filter(({file}) => isOfMarket(file)).length).toBeGreaterThan(25)
  const hits = all
    .filter(({file, text}) => !isOfMarket(file) && names.test(text))
    .flatMap(({file, lines}) =>
      lines.flatMap((line, index) =>
        names.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [],
      ),
    )
  expect(hits).toEqual([])
})

test('which engine there is stays in its folder, and reads of it name their block', () => {
  const outside = all.filter(({file}) => /^src\/(?:node|cli|local)\//.test(file))
  const parts =
    /engine\/(?:anvil-engine|anvil-flags|engine-process|engine-answers|limits|snapshot-file|state-parts)\.ts$/
  const imports = outside
    .filter(({file}) => !file.startsWith('src/node/engine/'))
    .flatMap((source) => importsOf(source).map(({specifier}) => `${source.file} ${specifier}`))
  expect(imports.filter((line) => line.endsWith('create-engine.ts')).length).toBeGreaterThan(3)
  expect(imports.filter((line) => parts.test(line))).toEqual([])
  const reads = outside.filter(({text}) => /engine\s*\.read(?:All)?\([^;]*'latest'/.test(text))
  expect(reads.map(({file}) => file)).toEqual([])
})

test('what a node can do is asked of its runtime, and not guessed from what runs it', () => {
  const guess = /\bbundled\s*[!=]==\s*null|\bnodeRuntime\s*[!=]==\s*'/
  const asks = all.filter(({text}) => /\bcapabilities(?:Of|OfNodes)?\b|\bcanDo\(/.test(text))
  expect(asks.length).toBeGreaterThan(10)
  expect(all.filter(({text}) => guess.test(text)).map(({file}) => file)).toEqual([
    // The one place that knows what the document of a network says of its nodes.
    'src/protocol/node-runtime.ts',
    // `nodeExpected` of the JSON document: it is about the kind.
    'src/services/health/status.ts',
  ])
})

test('the scan sees every form of import', () => {
  const text = [
    "import {a} from './a.ts'",
    "import type {B} from 'b'",
    "import {\n  c,\n} from './c.ts'",
    "export {d} from '../d.ts'",
    "const e = await import('./e.ts')",
    "import 'f'",
  ].join('\n')
  const found = importsOf({file: '', layer: '', text, lines: []}).map(({specifier}) => specifier)
  expect(found).toEqual(['./a.ts', 'b', './c.ts', '../d.ts', 'f', './e.ts'])
})

test('commands do not import each other', () => {
  const errors = all
    .filter(({layer}) => layer === 'commands')
    .flatMap((source) =>
      importsOf(source)
        .filter(({specifier}) => specifier.startsWith('.'))
        .map(({specifier}) => normalize(join(dirname(source.file), specifier)))
        .filter((target) => target.startsWith('src/commands/'))
        .map((target) => `${source.file} imports ${target}`),
    )
  expect(errors).toEqual([])
})

test(`no file is longer than ${MAX_FILE_LINES} lines`, () => {
  const files = [...all, ...sources('test'), ...sources('scripts'), ...sources('bench')]
  const long = files.filter(({lines}) => lines.length > MAX_FILE_LINES + 1)
  expect(files.length).toBeGreaterThan(150)
  expect(long.map(({file, lines}) => `${file}: ${lines.length} lines`)).toEqual([])
})

test(`no function is longer than ${MAX_FUNCTION_LINES} lines`, () => {
  let seen = 0
  const long: string[] = []
  for (const {file, lines} of all) {
    for (const {name, length} of functionsOf(lines)) {
      seen++
      if (length > MAX_FUNCTION_LINES) long.push(`${file}: ${name} has ${length} lines`)
    }
  }
  expect(seen).toBeGreaterThan(600)
  expect(long).toEqual([])
})

/** Functions and methods by their indentation, which the formatter guarantees. */
function functionsOf(lines: readonly string[]): {name: string; length: number}[] {
  const found: {name: string; length: number}[] = []
  const start =
    /^(\s*)(?:export )?(?:default )?(?:async )?(?:function\*? (\w+)|(?:(?:static|private|protected|public|override|async|get|set) )*(#?\w+)(?:<.*>)?\()/
  for (const [index, line] of lines.entries()) {
    const match = start.exec(line)
    if (!match || /^\s*(?:if|for|while|switch|return|await|catch)\b/.test(line)) continue
    const indent = match[1]!
    const later = lines.slice(index)
    // A signature ends on its own line or on the line that closes its brackets; a call has no brace.
    if (!line.endsWith('{') && !line.endsWith('(')) continue
    const opens = line.endsWith('{') ? 0 : later.findIndex((at) => at.startsWith(`${indent})`))
    if (opens < 0 || !later[opens]!.endsWith('{') || later[opens]!.endsWith('({')) continue
    const closes = later.findIndex(
      (at, offset) => offset > opens && new RegExp(`^${indent}}[,;]?$`).test(at),
    )
    if (
      closes < 0 ||
      later.slice(opens + 1, closes).some((at) => at !== '' && !at.startsWith(`${indent} `))
    )
      continue
    const end = index + closes
    found.push({name: match[2] ?? match[3]!, length: end - index + 1})
  }
  return found
}

test('the scan of functions sees declarations, methods and long ones', () => {
  const body = Array.from({length: 80}, () => '  act()')
  const text = ['export async function long(', '  a: string,', '): Promise<void> {', ...body, '}']
  expect(functionsOf(text)).toEqual([{name: 'long', length: 84}])
  expect(functionsOf(['class A {', '  private async b() {', '    act()', '  }', '}'])).toEqual([
    {name: 'b', length: 3},
  ])
})

test('nothing is left over: no marks for later, no switched-off types, no skipped tests', () => {
  const tests = sources('test').filter(({file}) => !file.endsWith('tidy.test.ts'))
  const files = [...all, ...tests, ...sources('scripts'), ...sources('bench')]
  const leftovers =
    /\b(?:TODO|FIXME|XXX|HACK)\b|:\s*any\s*(?:[,;)=\]>|&]|$)|\bas any\b|@ts-ignore|@ts-expect-error|(?:oxlint|eslint)-disable|\b(?:it|test|describe)\.(?:skip|only|todo)\b|retry: *[1-9]/
  const hits = files.flatMap(({file, lines}) =>
    lines.flatMap((line, index) =>
      leftovers.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [],
    ),
  )
  expect(files.length).toBeGreaterThan(150)
  expect(hits).toEqual([])
})

test('tests wait for conditions, never for a fixed time', () => {
  const hits = sources('test')
    .filter(({file}) => !file.endsWith('tidy.test.ts'))
    .flatMap(({file, lines}) =>
      lines.flatMap((line, index) =>
        /await (?:sleep|setTimeout|delay)\(\s*[\d_]{3,}/.test(line) ? [`${file}:${index + 1}`] : [],
      ),
    )
  expect(hits).toEqual([])
})

test('services are rooms, and the README of each room names files that are there', () => {
  const rooms = readdirSync('src/services', {withFileTypes: true})
  expect(rooms.filter((entry) => entry.isFile()).map(({name}) => name)).toEqual([
    'README.md',
    'context.ts',
  ])
  const errors: string[] = []
  let named = 0
  for (const {name} of rooms.filter((entry) => entry.isDirectory())) {
    const files = readdirSync(join('src/services', name))
    const readme = readFileSync(join('src/services', name, 'README.md'), 'utf8')
    for (const [, file] of readme.matchAll(/`([a-z0-9-]+\.ts)`/g)) {
      named++
      if (!files.includes(file!)) errors.push(`${name}/README.md: ${file} is not there`)
    }
    const listed = readFileSync('src/services/README.md', 'utf8')
    if (!listed.includes(`(${name}/README.md)`)) errors.push(`README.md: no ${name}`)
  }
  expect(named, 'a gate that saw no names has checked nothing').toBeGreaterThan(40)
  expect(errors).toEqual([])
})
