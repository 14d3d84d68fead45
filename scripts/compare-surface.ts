/**
 * `npm run surface -- REVISION`: what scripts of operators rely on, held against an earlier revision: the schemas of
 * `--json` documents, exit codes, codes of errors with their exits, and the commands with their arguments and flags. Each
 * line is one difference; words for people are counted apart. Ends with 1 when anything but words differs.
 */
import {execFileSync} from 'node:child_process'
import {existsSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import process from 'node:process'
import {pathToFileURL} from 'node:url'

import {parseAst} from 'rolldown/parseAst'

const root = join(import.meta.dirname, '..')

type Values = Map<string, string>

/** Fields whose value is a sentence for people. */
const WORDS = /(?:^|\.)(?:description|summary|examples|title|helpValue|helpGroup|helpLabel)(?:\.|$)/

/** Every value of a document by its path. */
function flatten(value: unknown, path: string, into: Values): void {
  if (typeof value !== 'object' || value === null) {
    into.set(path, JSON.stringify(value) ?? 'undefined')
    return
  }
  // Their order says nothing.
  const isSet = Array.isArray(value) && /\.(?:required|enum|type)$/.test(path)
  const entries = isSet ? value.map((each) => [String(each), each] as const) : Object.entries(value)
  if (entries.length === 0) into.set(path, Array.isArray(value) ? '[]' : '{}')
  for (const [name, each] of entries) flatten(each, path === '' ? name : `${path}.${name}`, into)
}

interface Schemas {
  listSchemas(): {command: string}[]
  findSchema(command: string): unknown
}

async function schemasOf(tree: string): Promise<Values> {
  const load = (file: string) => import(pathToFileURL(join(tree, file)).href)
  const {listSchemas, findSchema} = (await load('src/ui/schemas/index.ts')) as Schemas
  const values: Values = new Map()
  for (const {command} of listSchemas()) flatten(findSchema(command), `${command}:`, values)
  const network = readFileSync(join(tree, 'docs/schemas/network.schema.json'), 'utf8')
  flatten(JSON.parse(network), 'network document:', values)
  return values
}

async function exitCodesOf(tree: string): Promise<Values> {
  const file = pathToFileURL(join(tree, 'src/lib/exit-codes.ts')).href
  const {exitCodes} = (await import(file)) as {exitCodes: Record<string, number>}
  return new Map(Object.entries(exitCodes).map(([name, code]) => [name, `${code}`]))
}

interface Node {
  type: string
  [key: string]: unknown
}

/** Exits of a code; an error that is made from a table has none beside its code before the registry. */
type Exits = Map<string, Set<string>>

/** Each code of an error, with the exits it is made with: those of the registry, or of its makers. */
async function errorsOf(tree: string): Promise<Exits> {
  const exits: Exits = new Map()
  const add = (code: string, exit?: string) => {
    const known = exits.get(code) ?? new Set()
    exits.set(code, exit === undefined ? known : known.add(exit))
  }
  const registry = join(tree, 'src/lib/error-codes/index.ts')
  if (existsSync(registry)) {
    const {errorCodes} = (await import(pathToFileURL(registry).href)) as {
      errorCodes(): Record<string, {exit: string | string[]}>
    }
    for (const [code, {exit}] of Object.entries(errorCodes()))
      for (const each of [exit].flat()) add(code, each)
    return exits
  }
  for (const file of globSync('src/**/*.{ts,tsx}', {cwd: tree})) {
    const source = readFileSync(join(tree, file), 'utf8')
    const program = parseAst(source, {lang: file.endsWith('x') ? 'tsx' : 'ts'})
    visit(program as unknown as Node, add)
  }
  return exits
}

/** Literals with a code, and the exit beside it. */
function visit(node: Node, add: (code: string, exit?: string) => void): void {
  if (node.type === 'Literal' && /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/.test(String(node['value'])))
    add(String(node['value']))
  if (node.type === 'ObjectExpression') {
    const literal = (wanted: string) => {
      const found = (node['properties'] as Node[]).find(
        ({key}) => (key as {name?: string} | undefined)?.name === wanted,
      )
      return literalsOf(found?.['value'] as Node | undefined)
    }
    for (const code of literal('code')) for (const exit of literal('exit')) add(code, exit)
  }
  for (const value of Object.values(node))
    for (const child of [value].flat())
      if (typeof child === 'object' && child !== null && 'type' in child) visit(child as Node, add)
}

/** A code may be new; none may be gone, and none may end otherwise than it did. */
function compareErrors(before: Exits, now: Exits): number {
  const lines: string[] = []
  for (const [code, exits] of before) {
    const lost = [...exits].filter((exit) => !now.get(code)?.has(exit))
    if (lost.length > 0) lines.push(`${code}: no longer ends with ${lost.join(', ')}`)
  }
  for (const code of now.keys()) if (!before.has(code)) lines.push(`${code}: new`)
  process.stdout.write(`errors: ${now.size} codes, ${lines.length} differ\n`)
  for (const line of lines) process.stdout.write(`  ${line}\n`)
  return lines.length
}

function literalsOf(node: Node | undefined): string[] {
  if (node?.type === 'ConditionalExpression')
    return [node['consequent'], node['alternate']].flatMap((each) => literalsOf(each as Node))
  return typeof node?.['value'] === 'string' ? [node['value']] : []
}

function manifestOf(tree: string): Values {
  const values: Values = new Map()
  const text = readFileSync(join(tree, 'oclif.manifest.json'), 'utf8')
  flatten((JSON.parse(text) as {commands: object}).commands, '', values)
  return values
}

/** @returns how many differ that are no words */
function compare(name: string, before: Values, now: Values): number {
  const paths = [...new Set([...before.keys(), ...now.keys()])].toSorted()
  const differing = paths.filter((path) => before.get(path) !== now.get(path))
  const words = differing.filter((path) => WORDS.test(path))
  const rest = differing.filter((path) => !WORDS.test(path))
  process.stdout.write(
    `${name}: ${now.size} values, ${rest.length} differ, and ${words.length} in words\n`,
  )
  for (const path of [...rest, ...words]) {
    const [old, current] = [before, now].map((values) => values.get(path) ?? '(none)')
    process.stdout.write(`  ${WORDS.test(path) ? 'words ' : ''}${path}: ${old} -> ${current}\n`)
  }
  return rest.length
}

function treeOf(revision: string): string {
  const tree = mkdtempSync(join(tmpdir(), 'metis-seq-surface-'))
  const archive = execFileSync('git', ['archive', revision], {cwd: root, maxBuffer: 2 ** 30})
  execFileSync('tar', ['-x', '-C', tree], {input: archive})
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  return tree
}

const [revision] = process.argv.slice(2)
if (!revision) throw new Error('Name the revision to compare with.')
const tree = treeOf(revision)
try {
  const parts: [string, (of: string) => Values | Promise<Values>][] = [
    ['schemas', schemasOf],
    ['exit codes', exitCodesOf],
    ['commands', manifestOf],
  ]
  let differing = 0
  for (const [name, read] of parts) differing += compare(name, await read(tree), await read(root))
  differing += compareErrors(await errorsOf(tree), await errorsOf(root))
  process.exitCode = differing === 0 ? 0 : 1
} finally {
  rmSync(tree, {recursive: true, force: true})
}
