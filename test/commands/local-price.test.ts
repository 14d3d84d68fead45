import {mkdirSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {marketTokenAbi} from '../../src/chain/abis/market-token.ts'
import {localAave} from '../../src/local/defi/lending/aave/plan.ts'
import {localTokens} from '../../src/local/defi/tokens.ts'
import {localPaths} from '../../src/local/settings.ts'
import {importKey} from '../../src/services/keys/keys.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {marketScene, type MarketScene} from '../helpers/markets.ts'
import {keyAccessOf, makeOperator} from '../helpers/operator.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {governance, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const METIS = 10n ** 18n

let chain: TestChain
let temp: TempHome
let scene: MarketScene
beforeAll(async () => {
  const faucet = accountOf('faucet')
  chain = await startTestChain({l2Rich: [faucet.address], with: ['defi']})
  const network = {...chain.network, name: 'local', kind: 'local' as const}
  temp = await makeOperator(network, {owner: 'owner', signer: 'signer'})
  const access = keyAccessOf(temp)
  const {passwordFile} = localPaths(temp.home)
  mkdirSync(dirname(passwordFile), {recursive: true})
  writeFileSync(passwordFile, 'correct horse\n', {mode: 0o600})
  // The first account of the phrase that the test chain is governed with.
  const keys = {
    'local-faucet': faucet.privateKey,
    'local-governance': '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  } as const
  for (const [name, key] of Object.entries(keys)) {
    await importKey(key, {name, backend: 'file', rememberPasswordFile: true}, access)
  }
  scene = marketScene(chain, temp)
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

test('a feed moves, and everything that reads it follows', async () => {
  const moved = await scene.ask('local price metis/usd 18.5')
  expect(moved.data).toMatchObject({
    feed: 'metis/usd',
    beforeE8: '2500000000',
    afterE8: '1850000000',
    hash: expect.stringMatching(/^0x/),
  })
  const lending = await scene.ask('lend show')
  expect(lending.data['reserves']).toMatchObject([{priceE8: '1850000000'}, {}])
  expect((await scene.ask('cdp show')).data['terms']).toMatchObject({priceE8: '1850000000'})
  expect((await scene.run('local price METIS/USD 20')).stdout).toBe(
    'METIS/USD is $20; it was $18.5.\n',
  )
})

test('the faucet pays a contract that rejects the coin in METIS as a token', async () => {
  const rejects = localAave.pool
  await scene.ask(`local fund --address ${rejects} --no-whitelist --eth 0 --metis 0 --l2-metis 3`)
  const held = await chain.l2.request('eth_getBalance', [rejects, 'latest'])
  expect(BigInt(held as string)).toBe(3n * METIS)
})

test('the faucet gives a token that governance holds, and no more than that', async () => {
  const to = accountOf('heir').address
  const rest = '--no-whitelist --eth 0 --metis 0 --l2-metis 0'
  const gift = (text: string) => scene.run(`local fund --address ${to} ${rest} --l2-token ${text}`)
  await scene.act(governance.address, localTokens.MAI, marketTokenAbi, 'mint', [
    ...[governance.address, 10n * METIS],
  ])
  const before = await scene.held(localTokens.MAI, to)
  const given = await gift('mai=10')
  expect(given.stdout).toMatch(/10 MAI \(L2\) +0x/)
  expect(await scene.held(localTokens.MAI, to)).toBe(before + 10n * METIS)
  expect((await gift('MAI=99999999')).stderr).toContain('TOKEN_BALANCE_LOW')
  expect((await gift('nobody=1')).stderr).toContain('TOKEN_UNKNOWN')
  expect((await gift('10')).exitCode).toBe(2)
})

test('another feed, another network, and a price that is none', async () => {
  expect((await scene.ask('local price ETH/USD 20')).error).toMatchObject({
    code: 'FEED_UNKNOWN',
    facts: {known: 'METIS/USD, USDC/USD'},
  })
  expect((await scene.ask('local price METIS/USD 20 --network andromeda')).error).toMatchObject({
    code: 'NOT_LOCAL',
  })
  expect((await scene.ask('local price METIS/USD 1.123456789')).error).toMatchObject({
    code: 'USAGE',
  })
})
