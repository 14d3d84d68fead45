import {afterAll, beforeAll, expect, test} from 'vitest'

import {connectChain, type Connection} from '../../src/chain/connect.ts'
import {readMarketLine} from '../../src/chain/defi/lending/shoebill/read.ts'
import {buildL2Genesis} from '../../src/local/l2-genesis.ts'
import {localShoebill, localShoebillMarkets} from '../../src/local/defi/lending/shoebill/plan.ts'
import {parseEther} from 'viem'
import {bootGenesis, genesisOptions} from '../contracts/l2-fixture.ts'
import {governance} from '../helpers/test-chain.ts'
import type {Anvil} from '../helpers/anvil.ts'

let anvil: Anvil
let connection: Connection
beforeAll(async () => {
  // The markets were written on a chain with higher block numbers.
  const early = {startBlock: 2n, firstEpochEndBlock: 32n}
  anvil = await bootGenesis(await buildL2Genesis({...genesisOptions, ...early, with: ['defi']}))
  connection = connectChain({name: 'L2', chainId: 1088, urls: [anvil.rpcUrl]})
})
afterAll(async () => {
  connection.close()
  await anvil.stop()
})

test('a market whose last accrual is ahead of the chain has its stored figures', async () => {
  const token = {
    symbol: 'METIS',
    address: '0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0000',
    decimals: 18,
    isMetis: true,
  } as const
  const market = localShoebillMarkets.metis
  const line = await readMarketLine(
    connection.client,
    localShoebill,
    {market, token},
    governance.address,
  )
  expect(line).toMatchObject({supplied: parseEther('2000'), borrowed: 0n})
})
