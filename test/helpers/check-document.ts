import {globSync} from 'node:fs'
import {join} from 'node:path'

import {Ajv2020, type ErrorObject, type ValidateFunction} from 'ajv/dist/2020.js'

import manifest from '../../oclif.manifest.json' with {type: 'json'}
import {isRecord} from '../../src/lib/json.ts'
import {documentSchema} from '../../src/ui/schemas/document.ts'
import {findSchema} from '../../src/ui/schemas/index.ts'

const ajv = new Ajv2020({strict: true, verbose: true, inlineRefs: false, code: {optimize: false}})
const validators = new Map<string, ValidateFunction>()

/** Words of every command there is a file for. */
export const commandWords = globSync('**/*.{ts,tsx}', {
  cwd: join(import.meta.dirname, '../../src/commands'),
})
  .map((name) => name.replace(/\.tsx?$/, '').replaceAll('/', ' '))
  .toSorted()

/** Names that stand for another command. */
const aliases = new Map(
  Object.values(manifest.commands).flatMap(({id, aliases}) =>
    aliases.map((alias): [string, string] => [alias, id.replaceAll(':', ' ')]),
  ),
)

/** What is said of a command line that no command was found for. */
const UNKNOWN = 'unknown'

/**
 * Holds everything a `--json` run wrote against the schema of its command. A stream that was cut off may end
 * in the middle of a line.
 *
 * @throws Error that names the path and value which do not fit
 */
export function checkOutput(args: readonly string[], stdout: string): void {
  if (!args.includes('--json') || args.includes('--help')) return
  const whole = parse(stdout)
  if (whole !== undefined) return checkDocument(whole, args)
  const lines = stdout.split('\n')
  const last = lines.length - 1
  for (const [index, line] of lines.entries()) {
    const document = parse(line)
    if (document === undefined) {
      if (index === last) return
      throw new Error(`${args.join(' ')} printed a line that is not JSON: ${line.slice(0, 200)}`)
    }
    checkDocument(document, args)
  }
}

/**
 * Holds one document against the schema of its command.
 *
 * @param args names the command where the document does not
 * @throws Error that names the path and value which do not fit
 */
export function checkDocument(document: unknown, args: readonly string[] = []): void {
  const command = commandOf(document) ?? commandIn(args)
  const validate = validatorOf(command)
  if (validate(document)) return
  const faults = faultsOf(validate.errors ?? [])
  throw new Error(
    `metis-seq ${command} --json does not fit its schema (src/ui/schemas):\n${faults.join('\n')}`,
  )
}

/** The compiled schema of a command. */
export function validatorOf(command: string): ValidateFunction {
  const known = validators.get(command)
  if (known) return known
  const schema =
    command === UNKNOWN
      ? documentSchema(UNKNOWN, {data: {type: 'null'}})
      : findSchema(command)?.jsonSchema
  if (!schema)
    throw new Error(`There is no schema for metis-seq ${command}: add it to src/ui/schemas.`)
  // As a reader of the printed document has it: without what JSON leaves out.
  const validate = ajv.compile(JSON.parse(JSON.stringify(schema)))
  validators.set(command, validate)
  return validate
}

function commandOf(document: unknown): string | undefined {
  if (!isRecord(document) || typeof document['schema'] !== 'string') return undefined
  return document['schema'].startsWith('metis-seq.') ? String(document['command']) : undefined
}

/** The longest command that the words begin with. */
function commandIn(args: readonly string[]): string {
  const [first = ''] = args
  const words = args.join(' ')
  const found = commandWords
    .filter((command) => words === command || words.startsWith(`${command} `))
    .toSorted((a, b) => b.length - a.length)[0]
  const command = found ?? aliases.get(first)
  if (command === undefined) throw new Error(`No command is known by \`${words}\`.`)
  return command
}

/** The deepest faults: of several shapes that do not fit, the one that is meant fits longest. */
function faultsOf(errors: readonly ErrorObject[]): string[] {
  const depth = ({instancePath}: ErrorObject) => instancePath.split('/').length
  const causes = errors.filter(({keyword}) => keyword !== 'anyOf')
  const deepest = Math.max(...causes.map(depth))
  return causes
    .filter((error) => depth(error) === deepest)
    .map(({instancePath, message, params, data}) => {
      const extra = 'additionalProperty' in params ? ` (${params['additionalProperty']})` : ''
      const value = (JSON.stringify(data) ?? 'undefined').slice(0, 200)
      return `  ${instancePath || '/'} ${message}${extra}: ${value}`
    })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
