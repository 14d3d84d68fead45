/** Where a file of TypeScript can be broken by one small change, and what it says then. */
import {createHash} from 'node:crypto'
import {basename} from 'node:path'

import {parseAst} from 'rolldown/parseAst'

/** One small change of one file. */
export interface Site {
  /** Says the same as long as the changed words and the function around them are the same. */
  id: string
  file: string
  line: number
  /** The functions and classes around it, outermost first. */
  inside: string
  operator: string
  start: number
  end: number
  from: string
  to: string
  /** Where it can be noted that the site is reached: beside a statement, around an expression. */
  reached: {start: number; end: number; isStatement: boolean}
}

interface Node {
  type: string
  start: number
  end: number
  [key: string]: unknown
}

/** `reached`: a part of the node that is evaluated with it, where the node itself cannot stand in brackets. */
type Report = (operator: string, node: Node, to: string, reached?: Node) => void

const COMPARED: Record<string, string> = {'<': '<=', '<=': '<', '>': '>=', '>=': '>'}
const EQUAL: Record<string, string> = {'===': '!==', '!==': '===', '==': '!=', '!=': '=='}
const CALCULATED: Record<string, string> = {'+': '-', '-': '+', '*': '/', '/': '*', '%': '*'}
const JOINED: Record<string, string> = {'&&': '||', '||': '&&'}
const CALLED: Record<string, string> = {some: 'every', every: 'some', min: 'max', max: 'min'}

/** A code, in contrast to words for people. */
const CODE = /^(?:[A-Z][A-Z0-9_]+|[a-z][a-z0-9]*(?:[-_][a-z0-9]+)+|0x[0-9a-f]*)$/
/** Properties whose values are sentences for people. */
const SENTENCES = /^(?:message|hints|title|text|label|remedy|notes?|words|cause)$/
const LOGGED = /\b(?:log|logger)\.(?:debug|info|warn|error)$/i

/** @returns every site of a file, in its order */
export function sitesOf(file: string, source: string): Site[] {
  const program = parseAst(source, {lang: file.endsWith('x') ? 'tsx' : 'ts'}) as unknown as Node
  const sites: Site[] = []
  const seen = new Map<string, number>()
  const walk = (node: Node, inside: string): void => {
    if (isSkipped(node, source)) return
    const name = nameOf(node)
    const here = name ? (inside ? `${inside}.${name}` : name) : inside
    const report: Report = (operator, {start, end, type}, to, around) => {
      const from = source.slice(start, end)
      // A file that moves keeps its sites.
      const key = [basename(file), here, operator, from, to].join('\0')
      const count = seen.get(key) ?? 0
      seen.set(key, count + 1)
      const id = createHash('sha256').update(`${key}\0${count}`).digest('hex').slice(0, 12)
      const line = source.slice(0, start).split('\n').length
      const isStatement = type.endsWith('Statement')
      const reached = {start: (around ?? {start}).start, end: (around ?? {end}).end, isStatement}
      sites.push({...{id, file, line, inside: here, operator, start, end, from, to}, reached})
    }
    changesOf(node, source, report)
    for (const child of childrenOf(node)) walk(child, here)
  }
  walk(program, '')
  return sites
}

function childrenOf(node: Node): Node[] {
  return Object.entries(node).flatMap(([key, value]) => {
    if (key === 'key' && node['computed'] !== true) return []
    return (Array.isArray(value) ? value : [value]).filter(isNode)
  })
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

function isSkipped(node: Node, source: string): boolean {
  const {type} = node
  if (/^(?:Import|ExportAll)/.test(type) || type === 'TemplateLiteral') return true
  if (type.startsWith('TS') && !/^TS(?:As|NonNull|Satisfies)/.test(type)) return true
  if (type === 'Property' && isNode(node['key'])) {
    const {key} = node
    return SENTENCES.test(source.slice(key.start, key.end))
  }
  if (type !== 'CallExpression' || !isNode(node['callee'])) return false
  return LOGGED.test(source.slice(node['callee'].start, node['callee'].end))
}

function nameOf(node: Node): string | undefined {
  const named = /^(?:FunctionDeclaration|ClassDeclaration)$/.test(node.type)
    ? node['id']
    : node.type === 'MethodDefinition'
      ? node['key']
      : node.type === 'VariableDeclarator'
        ? node['id']
        : undefined
  if (!isNode(named) || !/^(?:Private)?Identifier$/.test(named.type)) return undefined
  return `${named.type === 'PrivateIdentifier' ? '#' : ''}${String(named['name'])}`
}

function changesOf(node: Node, source: string, report: Report): void {
  changesOfExpression(node, source, report)
  changesOfStatement(node, source, report)
  const {test} = node
  if (!isNode(test) || !/^(?:If|While|DoWhile|Conditional)/.test(node.type)) return
  // These have their own change, which says the same.
  const isEquality = test.type === 'BinaryExpression' && EQUAL[String(test['operator'])]
  if (isEquality || test.type === 'UnaryExpression') return
  report('negated condition', test, `!(${source.slice(test.start, test.end)})`)
}

function changesOfExpression(node: Node, source: string, report: Report): void {
  const text = (part: unknown) => (isNode(part) ? source.slice(part.start, part.end) : '')
  if (node.type === 'Literal') return changesOfLiteral(node, source, report)
  if (node.type === 'UnaryExpression' && node['operator'] === '!')
    report('no negation', node, `(${text(node['argument'])})`)
  if (node.type === 'BinaryExpression' || node.type === 'LogicalExpression') {
    const operator = String(node['operator'])
    const [left, right] = [text(node['left']), text(node['right'])]
    // Brackets around a side belong to neither side.
    const exchanged = (other: string) => {
      const [until, from] = [(node['left'] as Node).end, (node['right'] as Node).start]
      const between = source.slice(until, from).replace(operator, other)
      return source.slice(node.start, until) + between + source.slice(from, node.end)
    }
    const bound = COMPARED[operator]
    if (bound) report('bound', node, exchanged(bound))
    const equal = EQUAL[operator]
    if (equal) report('equality', node, exchanged(equal))
    const joined = JOINED[operator]
    if (joined) report('and, or', node, `(${left}) ${joined} (${right})`)
    const other = CALCULATED[operator]
    if (other && !/['"`]/.test(left + right)) report('arithmetic', node, exchanged(other))
    if (operator === '??') report('without the default', node, `(${left})!`)
  }
  if (node.type === 'CallExpression') changesOfCall(node, source, report)
}

function changesOfCall(node: Node, source: string, report: Report): void {
  const {callee} = node
  if (!isNode(callee)) return
  const {property} = callee
  if (isNode(property) && callee['computed'] !== true) {
    const other = CALLED[source.slice(property.start, property.end)]
    if (other) report('other method', property, other, (node['arguments'] as Node[])[0] ?? node)
  }
  const [first, second, ...rest] = node['arguments'] as Node[]
  if (source.slice(callee.start, callee.end).startsWith('Math.')) return
  if (!first || !second || rest.length > 0) return
  const simple = /^(?:Identifier|MemberExpression|Literal)$/
  if (!simple.test(first.type) || first.type !== second.type) return
  const [a, b] = [first, second].map(({start, end}) => source.slice(start, end))
  const call = source.slice(node.start, first.start)
  if (a !== b) report('swapped arguments', node, `${call}${b}, ${a})`, first)
}

function changesOfLiteral(node: Node, source: string, report: Report): void {
  const text = source.slice(node.start, node.end)
  const value = node['value']
  if (typeof value === 'boolean') report('other truth', node, `${!value}`)
  if (typeof value === 'string' && CODE.test(value)) report('empty code', node, `''`)
  if (typeof node['bigint'] === 'string') {
    const number = BigInt(node['bigint'])
    report('constant', node, `${number < 1000n ? number + 1n : number * 2n}n`)
  } else if (typeof value === 'number') {
    // One more of thousands is what no test should have to tell.
    const changed = value < 1000 ? value + 1 : value * 2
    if (/^[\d_]+$/.test(text)) report('constant', node, `${changed}`)
  }
}

function changesOfStatement(node: Node, source: string, report: Report): void {
  if (node.type === 'ThrowStatement') report('without the refusal', node, ';')
  if (node.type === 'ExpressionStatement' && isNode(node['expression'])) {
    const {type, start, end} = node['expression']
    const text = source.slice(start, end)
    const counts = /^(?:Call|Assignment|Await|Update)/.test(type) && !text.startsWith('super(')
    if (counts && !LOGGED.test(text.split('(')[0]!)) report('without the statement', node, ';')
  }
  // Where one returns early without a value, nothing else of it is returned either.
  if (node.type === 'ReturnStatement' && !node['argument']) report('goes on', node, ';')
}

/** The file with one site changed. */
export function changed(source: string, {start, end, to}: Site): string {
  return source.slice(0, start) + to + source.slice(end)
}

/** The file as it is, which notes in `globalThis.siteReached` each site that is reached. */
export function noting(source: string, sites: readonly Site[]): string {
  const inserts = sites.flatMap(({id, reached: {start, end, isStatement}}) => {
    const note = `globalThis.siteReached?.('${id}')`
    const [before, after] = isStatement ? [`{${note};`, '}'] : [`(${note}, `, ')']
    return [
      // A statement can be as long as its expression, and is outside of it.
      {at: start, text: before, isEnd: false, length: end - start + (isStatement ? 0.5 : 0)},
      {at: end, text: after, isEnd: true, length: end - start + (isStatement ? 0.5 : 0)},
    ]
  })
  // From the back, so that places hold; at one place the wider brackets come outside.
  inserts.sort((a, b) => {
    if (a.at !== b.at) return b.at - a.at
    if (a.isEnd !== b.isEnd) return a.isEnd ? 1 : -1
    return a.isEnd ? b.length - a.length : a.length - b.length
  })
  return inserts.reduce(
    (text, {at, text: part}) => text.slice(0, at) + part + text.slice(at),
    source,
  )
}
