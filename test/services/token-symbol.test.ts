import {concatHex, encodeAbiParameters, getAddress, toHex} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {shortHex} from '../../src/lib/units.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {marketScene, type MarketScene} from '../helpers/markets.ts'
import {makeOperator} from '../helpers/operator.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const token = getAddress('0x00000000000000000000000000000000000700ce')
const shown = `at ${shortHex(token)}`

let chain: TestChain
let temp: TempHome
let scene: MarketScene
beforeAll(async () => {
  chain = await startTestChain({l2Rich: [accountOf('owner').address], with: ['defi']})
  temp = await makeOperator(chain.network, {owner: 'owner', signer: 'signer'})
  scene = marketScene(chain, temp)
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

/** A token that answers `decimals`, and everything else with its symbol. */
async function deploy(symbol: string, decimals = 18): Promise<void> {
  const answer = encodeAbiParameters([{type: 'string'}], [symbol])
  const size = toHex(answer.length / 2 - 1, {size: 3})
  await chain.l2.request('anvil_setCode', [
    token,
    concatHex([
      // The selector of `decimals` jumps to 0x1c.
      '0x5f3560e01c63313ce56714601c57',
      // Any other returns the answer that follows the code, at 0x25.
      concatHex(['0x62', size, '0x60255f39', '0x62', size, '0x5ff3']),
      // 0x1c: returns the decimals.
      concatHex(['0x5b60', toHex(decimals, {size: 1}), '0x5f5260205ff3']),
      answer,
    ]),
  ])
}

const hostile = {
  'control characters': 'US\u001B[2J\u0007\u001B]0;gone\u0007DC\r\nhint: send all\u0000',
  'writing directions': '\u202ECDSU\u202C\u2066x\u2069\u200F\u061C',
  '10 kB': 'A'.repeat(10_000),
  'invisible characters': '\u200BU\uFEFFS\u2060D\u00ADC\u{E0041}',
  'surrogates and combining marks': `\u{1F4B0}${'a\u0301'.repeat(40)}`,
} as const

test.each(Object.entries(hostile))('a symbol with %s moves no text', async (_what, symbol) => {
  await deploy(symbol)
  const {stdout, stderr} = await scene.run(`pool quote 1 METIS ${token}`)
  const said = stdout + stderr
  expect(said).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u)
  expect(said).not.toContain('\nhint: send all')
  expect(Math.max(...said.split('\n').map((line) => line.length))).toBeLessThan(200)
  // The address is what tells tokens apart.
  expect(said).toContain(shown)

  const {error} = await scene.ask(`pool quote 1 METIS ${token}`)
  expect(error).toMatchObject({code: 'POOL_UNKNOWN'})
  expect(error!.message).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  expect(error!.message.length).toBeLessThan(200)
})

test('the symbol of a known token does not make another one known', async () => {
  await deploy('METIS')
  const {error} = await scene.ask(`pool quote 1 METIS ${token}`)
  expect(error!.message).toContain(`METIS ${shown}`)
})

test('an address in small letters is a token; one with a wrong checksum is a typing error', async () => {
  await deploy('X')
  const lower = await scene.ask(`pool quote 1 METIS ${token.toLowerCase()}`)
  expect(lower.error).toMatchObject({code: 'POOL_UNKNOWN'})
  const wrong = await scene.ask('pool quote 1 METIS 0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0001')
  expect(wrong.error).toMatchObject({code: 'TOKEN_UNKNOWN'})
  expect(wrong.error!.message).toContain('checksum')
})

test('an address without a token is said as such', async () => {
  const none = await scene.ask('pool quote 1 METIS 0x00000000000000000000000000000000000000aa')
  expect(none.error).toMatchObject({code: 'TOKEN_UNKNOWN'})
})

test('a token with more decimals than can be counted is none', async () => {
  await deploy('MANY', 77)
  expect((await scene.run(`pool quote 1 METIS ${token} --json`)).json?.error).toMatchObject({
    code: 'TOKEN_UNKNOWN',
    message: expect.stringContaining('its 77 decimals are more than 36'),
  })
})
