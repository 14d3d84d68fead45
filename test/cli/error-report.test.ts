import {Errors} from '@oclif/core'
import {expect, test} from 'vitest'

import {exitCodeOf, toErrorReport} from '../../src/cli/error-report.ts'
import {parseAddress, parseAmount, parseWhole} from '../../src/cli/flags.ts'
import {toEnvelope} from '../../src/cli/output.ts'
import {MetisSeqError} from '../../src/lib/errors.ts'
import {RpcResponseError} from '../../src/lib/json-rpc.ts'

const SECRET_URL = 'https://user:SECRET@rpc.example/SECRET?key=SECRET'

test('an operator error keeps code, facts and hints, and loses every secret of a URL', () => {
  const report = toErrorReport(
    new MetisSeqError({
      code: 'CHAIN_UNREACHABLE',
      message: `The endpoint ${SECRET_URL} is wrong.`,
      facts: {chain: SECRET_URL},
      hints: [`Ask ${SECRET_URL} again.`],
    }),
    'metis-seq status',
  )

  expect(report).toEqual({
    code: 'CHAIN_UNREACHABLE',
    message: 'The endpoint https://rpc.example is wrong.',
    facts: {chain: 'https://rpc.example'},
    hints: ['Ask https://rpc.example again.'],
    exit: 'unreachable',
    retryable: true,
  })
  expect(exitCodeOf(report)).toBe(8)
})

test('an operator error inside the errors of libraries is the one that is shown', () => {
  const inner = new MetisSeqError({code: 'HOME_UNKNOWN', message: 'X.'})
  const outer = new Error('wrapped', {cause: new Error('again', {cause: inner})})

  expect(toErrorReport(outer, '').code).toBe('HOME_UNKNOWN')
})

test('a refusal of an endpoint is no fault of ours', () => {
  const refusal = new RpcResponseError({code: -32_005, message: `quota of ${SECRET_URL}`})

  expect(toErrorReport(new Error('call failed', {cause: refusal}), '')).toMatchObject({
    code: 'ENDPOINT_ERROR',
    exit: 'unreachable',
    retryable: true,
    message: 'The endpoint rejected a request: quota of https://rpc.example.',
    facts: {rpcCode: '-32005'},
  })
})

test('usage errors of the parser are USAGE, with the help of that very command', () => {
  const report = toErrorReport(
    new Errors.CLIError('Nonexistent flag: --x\nSee more help with --help'),
    'metis-seq stake show',
  )

  expect(report).toMatchObject({
    code: 'USAGE',
    exit: 'usage',
    message: 'Nonexistent flag: --x',
    hints: ['Run `metis-seq stake show --help`.'],
  })
})

test('missing arguments are told without the note about flags that take several values', () => {
  const note =
    'Note: --override allows multiple values. Because of this you need to provide all arguments before providing that flag.\nAlternatively, you can use "--" to signify the end of the flags and the beginning of arguments.'
  const thrown = new Errors.CLIError(
    `Missing 1 required arg:\nstep  (stake|claim) Step.\n${note}\nSee more help with --help`,
  )
  expect(toErrorReport(thrown, 'metis-seq lst vest').message).toBe(
    'Missing argument: STEP (stake|claim).',
  )
})

test('missing arguments and flags are named as they are typed, without colors of the parser', () => {
  const of = (message: string) => toErrorReport(new Errors.CLIError(message), '').message
  const dim = (text: string) => `\u{1B}[2m${text}\u{1B}[22m`
  expect(
    of(
      'Missing 2 required args:\nprovider  (artemis|enki) Provider.\namount    METIS to deposit; max\n          leaves some for gas.\nSee more help with --help',
    ),
  ).toBe('Missing arguments: PROVIDER (artemis|enki), AMOUNT.')
  expect(
    of(
      `The following errors occurred:\n  ${dim('Missing required flag amount')}\n  ${dim('Missing required flag lp')}\nSee more help with --help`,
    ),
  ).toBe('Missing flags: --amount, --lp.')
  expect(
    of(
      `The following errors occurred:\n  ${dim('Missing required flag kind\n  --a cannot also be provided when using --b')}`,
    ),
  ).toBe('Missing flag: --kind. --a cannot also be provided when using --b')
})

test.each([[new TypeError('x is undefined')], ['a string'], [undefined], [{}]])(
  'anything else (%s) is a bug, with exit 1, and never breaks the report',
  (thrown) => {
    const report = toErrorReport(thrown, 'metis-seq status')

    expect(report).toMatchObject({code: 'BUG', exit: 'internal', retryable: false})
    expect(exitCodeOf(report)).toBe(1)
  },
)

test('an error that is its own cause does not hang the report', () => {
  const loop = new Error('loop')
  loop.cause = loop

  expect(toErrorReport(loop, '').code).toBe('BUG')
})

test('the document is whole when there is nothing to tell', () => {
  const parts = {command: 'stake show', profile: null, network: null, data: undefined}

  expect(
    toEnvelope({...parts, warnings: [], error: null, sources: [], startedMs: performance.now()}),
  ).toMatchObject({schema: 'metis-seq.stake.show/1', ok: true, data: null, error: null})
})

test('wrong values are named, long ones are not repeated', () => {
  expect(() => parseAmount('1e18')).toThrow('"1e18" has an exponent')
  expect(() => parseWhole('-1', 'sequencer id')).toThrow('"-1" is not a sequencer id')
  expect(parseWhole('7', 'sequencer id')).toBe(7n)
  expect(() => parseWhole('9'.repeat(78), 'sequencer id')).toThrow('is not a sequencer id')
  const key = 'ab'.repeat(32)
  expect(() => parseAddress(key)).toThrow('The value is not an address')
  const checksummed = '0xBF578472333179247657a6023D7418D6Dc792Ef3'
  expect(parseAddress(checksummed.toLowerCase())).toBe(checksummed)
  expect(() => parseAddress(checksummed.replace('BF', 'bf'))).toThrow('checksum')
})
