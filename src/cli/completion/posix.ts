import type {CompletionModel} from './model.ts'
import {tablesOf, type Table} from './tables.ts'

/** The tables as functions for both bash and zsh. */
export function posixTables(model: CompletionModel): string {
  return tablesOf(model, ':').map(tableText).join('\n\n')
}

function tableText({name, comment, rows}: Table): string {
  const cases = rows.map(({key, lines}) => {
    const pattern = key.startsWith('* ') ? `*${quote(key.slice(1))}` : quote(key)
    return `    ${pattern}) ${lines.length > 0 ? `printf '%s\\n' ${lines.map(quote).join(' ')}` : ':'} ;;`
  })
  return [
    `# ${comment}`,
    `__metis_seq_${name}() {`,
    '  case "$1" in',
    ...cases,
    '    *) return 1 ;;',
    '  esac',
    '}',
  ].join('\n')
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
