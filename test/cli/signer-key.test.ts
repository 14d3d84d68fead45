import {afterAll, beforeAll, expect, test} from 'vitest'

import {resolveSignerKey} from '../../src/cli/signer-key.ts'
import {builtInNetworks} from '../../src/protocol/built-in-networks.ts'
import {addressOfPublicKey} from '../../src/protocol/public-key.ts'
import {openContext, type Context} from '../../src/services/context.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runBoth} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'

const raw = accountOf('far signer').publicKey.slice(4)

let temp: TempHome
let context: Context
beforeAll(async () => {
  const network = {...builtInNetworks[0]!, name: 'test'}
  temp = await makeOperator(network, {owner: 'owner', signer: 'signer'})
  context = openContext({home: temp.home})
})
afterAll(() => temp[Symbol.dispose]())

/** Bytes as text, and what LockingPool is given. */
const taken: [string, string, string][] = [
  ['64 bytes', raw, raw],
  ['64 bytes with 0x', `0x${raw}`, raw],
  ['64 bytes in capitals', raw.toUpperCase(), raw],
  ['65 bytes that begin with 04', `04${raw}`, raw],
  ['65 bytes that begin with 0x04', `0x04${raw}`, raw],
  ['64 bytes that begin with 04', `04${raw.slice(2)}`, `04${raw.slice(2)}`],
]

test.each(taken)('a key of %s is taken', (_name, given, expected) => {
  expect(resolveSignerKey(context, given)).toEqual({
    publicKey: `0x${expected}`,
    signer: addressOfPublicKey(`0x${expected}`),
  })
})

test('the address of a key without its prefix is that of the account', () => {
  expect(resolveSignerKey(context, `04${raw}`).signer).toBe(accountOf('far signer').address)
  expect(resolveSignerKey(context, undefined).signer).toBe(accountOf('signer').address)
})

const refused: [string, string][] = [
  ['65 bytes that begin with 02', `02${raw}`],
  ['33 bytes', `02${raw.slice(0, 64)}`],
  ['63 bytes', raw.slice(2)],
  ['66 bytes', `0404${raw}`],
  ['half a byte more', `${raw}a`],
  ['no hex', 'zz'.repeat(64)],
  ['nothing', ''],
]

test.each(refused)('a key of %s is refused with what is needed', (_name, given) => {
  expect(() => resolveSignerKey(context, given)).toThrow(
    expect.objectContaining({
      code: 'PUBKEY_INVALID',
      exitCode: 2,
      message: expect.stringContaining('64 bytes'),
    }),
  )
})

test('the command refuses it before a chain is asked', async () => {
  const args = ['sequencer', 'register', '--yes', `--signer-pubkey=02${raw}`]

  const {json, exitCode} = await runBoth(args, {home: temp.root})

  expect({exitCode, code: json.error?.code}).toEqual({exitCode: 2, code: 'PUBKEY_INVALID'})
  expect(json.sources).toEqual([])
})
