import {expect, test} from 'vitest'

import {isRecord} from '../../src/lib/json.ts'
import {importKey} from '../../src/services/keys/keys.ts'
import {findSchema, listSchemas} from '../../src/ui/schemas/index.ts'
import {checkDocument, checkOutput, commandWords, validatorOf} from '../helpers/check-document.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {keyAccessOf} from '../helpers/operator.ts'
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

test('the words may be several or one, and an alias is as good', async () => {
  using temp = makeTempHome()
  const home = {home: temp.root}
  const {text, json} = await runBoth(['schema', 'reward', 'show'], home)
  const quoted = await runCli(['schema', 'reward show'], home)
  const alias = await runCli(['schema', 'rotation', '--json'], home)
  const printed: unknown = JSON.parse(text.stdout)

  expect(text.stdout).toBe(`${JSON.stringify(findSchema('reward show')?.jsonSchema, null, 2)}\n`)
  expect(json.data).toMatchObject({command: 'reward show', stream: false, jsonSchema: printed})
  expect(quoted.stdout).toBe(text.stdout)
  expect(alias.json?.data).toMatchObject({command: 'epoch watch', stream: true})
})

test('the nearest command is the first hint', async () => {
  using temp = makeTempHome()
  const {json} = await runBoth(['schema', 'reward', 'shw'], {home: temp.root})
  expect(json.error?.hints[0]).toBe('Run `metis-seq schema reward show`?')
})

test('documents that no other test asks for', async () => {
  using temp = makeTempHome()
  const {address} = accountOf('hot')
  const ask = async (line: string, env: Record<string, string> = {}) => {
    const {json, stdout} = await runCli([...line.split(' '), '--json'], {home: temp.root, env})
    expect(json?.error, stdout).toBeNull()
    return json?.data
  }
  const access = keyAccessOf(temp)
  const open = {METIS_SEQ_PASSWORD_FILE: access.passwordFile ?? ''}
  const wanted = {name: 'hot', backend: 'file', rememberPasswordFile: false} as const
  await importKey(accountOf('hot').privateKey, wanted, access)
  await ask('profile add one --network andromeda --owner hot')
  await ask('profile add two --network andromeda')

  expect(await ask('profile use one')).toMatchObject({name: 'one', inUse: true, owner: address})
  expect(await ask('profile remove two')).toEqual({removed: 'two'})
  expect(await ask('profile list')).toMatchObject({profiles: [{name: 'one'}]})
  expect(await ask('network list')).toMatchObject({networks: [{source: 'built in'}, {}]})
  expect(await ask('key move hot --backend file', open)).toMatchObject({removedFrom: []})
  const themis = await ask(`key export-themis hot --output ${temp.path('t')} --reveal --yes`, open)
  expect(themis).toMatchObject({name: 'hot', address})
})

/** A document as `sequencer show --json` prints it. */
function sequencerDocument(changes: Record<string, unknown> = {}) {
  const account = `0x${'1a'.repeat(20)}`
  return {
    schema: 'metis-seq.sequencer.show/1',
    ok: true,
    command: 'sequencer show',
    profile: null,
    network: 'andromeda',
    at: '2026-01-31T12:00:00.000Z',
    data: {
      sequencerId: '7',
      amountMetisWei: '20000000000000000000000',
      rewardMetisWei: '0',
      activationBatch: '1',
      updatedBatch: '0',
      deactivationBatch: '0',
      unlockClaimTimeSeconds: '0',
      operationNonce: '1',
      owner: account,
      signer: account,
      publicKey: `0x${'1a'.repeat(64)}`,
      rewardRecipient: null,
      status: 'active',
      provider: null,
      amountDisplay: '20000',
      rewardDisplay: '0',
      ...changes,
    },
    warnings: [],
    error: null,
    sources: [{name: 'L1', endpoint: 'https://rpc.example', state: 'fresh', latencyMs: 3}],
    elapsedMs: 12,
  }
}

test('a document that is right passes', () => {
  expect(() => checkDocument(sequencerDocument())).not.toThrow()
})

const wrong: [string, unknown, string][] = [
  [
    'a field more',
    sequencerDocument({extra: 1}),
    '/data must NOT have additional properties (extra)',
  ],
  [
    'a number for wei',
    sequencerDocument({rewardMetisWei: 5}),
    '/data/rewardMetisWei must be string: 5',
  ],
  [
    'wei with decimals',
    sequencerDocument({rewardMetisWei: '1.5'}),
    '/data/rewardMetisWei must match pattern',
  ],
  ['a short address', sequencerDocument({owner: '0x1a'}), '/data/owner must match pattern'],
  [
    'an unknown word',
    sequencerDocument({status: 'exiting'}),
    '/data/status must be equal to one of',
  ],
  [
    'a missing field',
    sequencerDocument({signer: undefined}),
    "/data must have required property 'signer'",
  ],
  [
    'an envelope with more',
    {...sequencerDocument(), extra: 1},
    '/ must NOT have additional properties',
  ],
  ['data of a failure', {...sequencerDocument(), ok: false}, '/data must be null'],
  ['no such command', {...sequencerDocument(), command: 'sequencer shw'}, 'There is no schema'],
]

test.each(wrong)('%s does not pass', (_name, document, fault) => {
  // As it is printed: without fields that are undefined.
  const printed: unknown = JSON.parse(JSON.stringify(document))
  expect(() => checkDocument(printed)).toThrow(fault)
})

test('every line of a stream is checked, and a line that was cut off is not', () => {
  const line = {
    ...{type: 'resumed', atMs: 1, level: 'info', text: 'Over.'},
    ...{headBlock: '7', epoch: null, issue: null},
  }
  const whole = JSON.stringify(line)
  const args = ['rotation', '--json', '--count', '2']
  const broken = JSON.stringify({...line, headBlock: 7})

  expect(() => checkOutput(args, `${whole}\n${whole}\n{"type":"resu`)).not.toThrow()
  expect(() => checkOutput(args, `${whole}\n${broken}\n`)).toThrow(
    '/headBlock must be string,null: 7',
  )
  expect(() => checkOutput(args, `${whole}\nSent.\n`)).toThrow('printed a line that is not JSON')
})
