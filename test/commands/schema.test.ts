import {expect, test} from 'vitest'

import {isRecord} from '../../src/lib/json.ts'
import {findSchema, listSchemas} from '../../src/ui/schemas/index.ts'
import {checkDocument, checkOutput, commandWords, validatorOf} from '../helpers/check-document.ts'
import {runBoth, runCli} from '../helpers/run-cli.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

const schemas = listSchemas()

test('every command has a schema, and every schema a command', () => {
  expect(commandWords.length).toBeGreaterThan(80)
  expect(schemas.map(({command}) => command)).toEqual(commandWords)
})

test.each(schemas)('$command: the schema compiles in strict mode', ({command}) => {
  expect(validatorOf(command)).toBeTypeOf('function')
})

/** Every schema inside a schema, with its place. */
function* nodesOf(value: unknown, path = ''): Generator<[string, Record<string, unknown>]> {
  if (Array.isArray(value)) {
    for (const [index, child] of value.entries()) yield* nodesOf(child, `${path}/${index}`)
  }
  if (!isRecord(value)) return
  yield [path, value]
  for (const [name, child] of Object.entries(value)) yield* nodesOf(child, `${path}/${name}`)
}

test('every field is described, and no object is open unawares', () => {
  let seen = 0
  const faults: string[] = []
  for (const {command} of schemas) {
    for (const [path, node] of nodesOf(findSchema(command)?.jsonSchema)) {
      const fault = faultOf(path, node)
      if (fault) faults.push(`${command} ${path}: ${fault}`)
      seen++
    }
  }
  expect(seen).toBeGreaterThan(5000)
  expect(faults).toEqual([])
})

function faultOf(path: string, node: Record<string, unknown>): string | undefined {
  if (node['type'] === 'object' && node['additionalProperties'] === undefined) return 'is open'
  const isField = /\/properties\/[^/]+$/.test(path)
  // What the envelope says a second time, by the value of `ok`.
  const isNarrowed = /^(?:\/anyOf\/1)?\/anyOf\/[01]\/properties\/(?:ok|error|data)$/.test(path)
  if (!isField || isNarrowed || '$ref' in node) return undefined
  return typeof node['description'] === 'string' ? undefined : 'is not described'
}
