import {parseEther, type Address} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {cErc20Abi} from '../../src/chain/abis/c-erc20.ts'
import {comptrollerAbi} from '../../src/chain/abis/comptroller.ts'
import {connectChain, type Connection} from '../../src/chain/connect.ts'
import {comptrollerCodes, marketCodes} from '../../src/chain/defi/lending/shoebill/codes.ts'
import {localShoebill, localShoebillMarkets} from '../../src/local/defi/lending/shoebill/plan.ts'
import {planCallOf} from '../../src/services/sending/planned-call.ts'
import {simulate} from '../../src/services/sending/send-plan.ts'
import type {Anvil} from '../helpers/anvil.ts'
import {startL2} from '../contracts/l2-fixture.ts'
import {alice} from '../contracts/staking.ts'

let anvil: Anvil
let connection: Connection
beforeAll(async () => {
  anvil = (await startL2('defi')).anvil
  connection = connectChain({name: 'L2', chainId: 1088, urls: [anvil.rpcUrl]})
})
afterAll(async () => {
  connection.close()
  await anvil.stop()
})

const borrow = planCallOf(cErc20Abi, {
  contract: 'CErc20',
  to: localShoebillMarkets.lst,
  functionName: 'borrow',
  args: [parseEther('1')],
  label: () => 'Borrow 1 artMETIS',
})

test('a call that answers with an error number is refused, although it would succeed', async () => {
  // Without the mark it is a call like any other, and changes nothing when it is mined.
  expect(await simulate(connection.client, alice, borrow)).toBeGreaterThan(21_000n)
  await expect(
    simulate(connection.client, alice, {...borrow, answersWithCode: {names: marketCodes}}),
  ).rejects.toMatchObject({
    code: 'MARKET_REFUSES',
    facts: {contract: 'CErc20', revert: 'COMPTROLLER_REJECTION (error 3)'},
  })
})

test('the number 0 lets it pass', async () => {
  const accrue = planCallOf(cErc20Abi, {
    contract: 'CErc20',
    to: localShoebillMarkets.lst,
    functionName: 'accrueInterest',
    args: [],
    label: () => 'Accrue interest',
  })
  const gas = await simulate(connection.client, alice, {
    ...accrue,
    answersWithCode: {names: marketCodes},
  })
  expect(gas).toBeGreaterThan(21_000n)
})

test('a list of numbers is read one by one', async () => {
  const enter = (market: Address) => ({
    ...planCallOf(comptrollerAbi, {
      contract: 'Comptroller',
      to: localShoebill.comptroller,
      functionName: 'enterMarkets',
      args: [[localShoebillMarkets.lst, market]],
      label: () => 'Enter both markets',
    }),
    answersWithCode: {names: comptrollerCodes, isList: true as const},
  })
  const gas = await simulate(connection.client, alice, enter(localShoebillMarkets.metis))
  expect(gas).toBeGreaterThan(21_000n)
  await expect(
    simulate(connection.client, alice, enter(localShoebill.comptroller)),
  ).rejects.toMatchObject({
    code: 'MARKET_REFUSES',
    facts: {contract: 'Comptroller', revert: 'MARKET_NOT_LISTED (error 9)'},
  })
})
