import {numberToHex, parseEther, type Address} from 'viem'
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
import {proxyAnswer, startHttpStub} from '../helpers/http-stub.ts'
import {sendMined} from '../helpers/send-mined.ts'

interface RpcCall {
  method: string
  params: unknown[]
}

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

const sender = {from: alice, chain: 'L2'} as const

const borrow = planCallOf(cErc20Abi, {
  contract: 'CErc20',
  to: localShoebillMarkets.lst,
  functionName: 'borrow',
  args: [parseEther('1')],
  label: () => 'Borrow 1 artMETIS',
})

test('a call that answers with an error number is refused, although it would succeed', async () => {
  // Without the mark it is a call like any other, and changes nothing when it is mined.
  expect(await simulate(connection.client, sender, borrow)).toBeGreaterThan(21_000n)
  await expect(
    simulate(connection.client, sender, {...borrow, answersWithCode: {names: marketCodes}}),
  ).rejects.toMatchObject({
    code: 'MARKET_REFUSES',
    facts: {contract: 'CErc20', revert: 'COMPTROLLER_REJECTION (error 3)'},
  })
})

const accrue = planCallOf(cErc20Abi, {
  contract: 'CErc20',
  to: localShoebillMarkets.lst,
  functionName: 'accrueInterest',
  args: [],
  label: () => 'Accrue interest',
})

test('the number 0 lets it pass', async () => {
  const gas = await simulate(connection.client, sender, {
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
  const gas = await simulate(connection.client, sender, enter(localShoebillMarkets.metis))
  expect(gas).toBeGreaterThan(21_000n)
  await expect(
    simulate(connection.client, sender, enter(localShoebill.comptroller)),
  ).rejects.toMatchObject({
    code: 'MARKET_REFUSES',
    facts: {contract: 'Comptroller', revert: 'MARKET_NOT_LISTED (error 9)'},
  })
})

test('a call after another one in the latest block has gas for the interest of the next block', async () => {
  // As geth does: an estimate runs in the latest block, and not in one after it.
  const proxy = proxyAnswer(() => anvil.rpcUrl)
  await using geth = await startHttpStub((body, request, response) => {
    const calls = [JSON.parse(body) as RpcCall | RpcCall[]].flat()
    const latest = calls.map((each) =>
      each.method === 'eth_estimateGas' ? {...each, params: [each.params[0], 'latest']} : each,
    )
    const alone = body.startsWith('[') ? latest : latest[0]
    return proxy(JSON.stringify(alone), request, response)
  })
  const l2 = connectChain({name: 'L2', chainId: 1088, urls: [geth.url]})
  const send = (gas: bigint) =>
    sendMined((method, params) => anvil.request(method, params), {
      ...{from: alice, to: accrue.to, data: accrue.data, gas: numberToHex(gas)},
    })
  await send(1_000_000n)
  const gas = await simulate(l2.client, sender, accrue)
  l2.close()
  await send(gas)
})
