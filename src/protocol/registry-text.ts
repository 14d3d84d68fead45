import type {RegistryEntry} from './registry.ts'

/**
 * A JSON text as the registry's lint expects it: two spaces, every object and list expanded.
 * Strings and numbers stay exactly as written, which `JSON.stringify` would not do for `\u00e9`.
 *
 * @param text valid JSON
 */
export function formatJson(text: string): string {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []
  let depth = 0
  const line = () => `\n${'  '.repeat(depth)}`
  const parts = tokens.map((token, index) => {
    const isEmpty = ['{}', '[]'].includes(`${tokens[index - 1]}${token}`)
    if (token === '}' || token === ']') {
      depth--
      return isEmpty ? token : `${line()}${token}`
    }
    if (token === '{' || token === '[') {
      depth++
      const opens = ['{}', '[]'].includes(`${token}${tokens[index + 1]}`)
      return opens ? token : `${token}${line()}`
    }
    if (token === ',') return `,${line()}`
    return token === ':' ? ': ' : token
  })
  return `${parts.join('')}\n`
}

/**
 * The list with an entry appended. Nothing before the last bracket changes.
 *
 * @param text a JSON list
 */
export function appendEntry(text: string, entry: RegistryEntry): string {
  const head = text.slice(0, text.lastIndexOf(']')).trimEnd()
  const lines = JSON.stringify(entry, null, 2).split('\n')
  const body = lines.map((line) => `  ${line}`).join('\n')
  return `${head}${head.endsWith('[') ? '' : ','}\n${body}\n]\n`
}
