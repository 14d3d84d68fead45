import {parseTransaction, recoverTransactionAddress} from 'viem'
import {expect, test} from 'vitest'

import {connectChain} from '../../src/chain/connect.ts'
import {maxPricePerGas, readFees} from '../../src/chain/fees.ts'
import {builtInNetworks} from '../../src/protocol/built-in-networks.ts'
import {createLocalSigner} from '../../src/chain/signer.ts'
import {openContext} from '../../src/services/context.ts'
import {startAnvil} from '../helpers/anvil.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

const GWEI = 1_000_000_000n

async function feesOn(args: string[], wanted?: Parameters<typeof readFees>[1]) {
  await using anvil = await startAnvil(args)
  const {client, close} = connectChain({name: 'L1', chainId: 31_337, urls: [anvil.rpcUrl]})
  try {
    return await readFees(client, wanted)
  } finally {
    close()
  }
}

test('with a base fee: room for two doublings, a tip, and never a tip above the whole', async () => {
  const args = ['--base-fee', String(7n * GWEI)]

  expect(await feesOn(args)).toEqual({
    type: 'eip1559',
    maxFeePerGas: 28n * GWEI + GWEI / 10n,
    maxPriorityFeePerGas: GWEI / 10n,
  })
  expect(await feesOn(args, {maxFeeWei: 8n * GWEI, priorityFeeWei: 9n * GWEI})).toEqual({
    type: 'eip1559',
    maxFeePerGas: 8n * GWEI,
    maxPriorityFeePerGas: 8n * GWEI,
  })
})

test('with a base fee of 0: the price of the node, or the one asked for', async () => {
  const fees = await feesOn(['--base-fee', '0'])

  expect(fees.type).toBe('legacy')
  expect(maxPricePerGas(fees)).toBeGreaterThan(0n)
  expect(await feesOn(['--base-fee', '0'], {maxFeeWei: 3n})).toEqual({type: 'legacy', gasPrice: 3n})
})

test('a network of legacy transactions gets none of another type, whatever its blocks say of a base fee', async () => {
  await using anvil = await startAnvil(['--base-fee', String(7n * GWEI)])
  const urls = [anvil.rpcUrl]
  const {client, close} = connectChain({
    ...{name: 'L2', chainId: 31_337, urls, legacyTransactions: true},
  })

  const fees = await readFees(client)
  const wanted = await readFees(client, {maxFeeWei: 9n * GWEI, priorityFeeWei: 1n})
  close()

  expect(fees).toMatchObject({type: 'legacy', gasPrice: expect.any(BigInt)})
  expect(wanted).toEqual({type: 'legacy', gasPrice: 9n * GWEI})
})

test('the real networks and the local one take legacy transactions only', () => {
  expect(builtInNetworks.map(({l2}) => l2.legacyTransactions)).toEqual([true, true])
  using temp = makeTempHome()
  const context = openContext({network: 'sepolia', home: temp.home})
  expect(context.l2().client.chain.custom).toEqual({legacyTransactions: true})
  expect(context.l1().client.chain.custom).toEqual({legacyTransactions: false})
  context.close()
})

test('a signed transaction says what was asked, and its hash is that of its bytes', async () => {
  const account = accountOf('someone')
  const signer = createLocalSigner(account.privateKey)
  const common = {
    chainId: 108_800,
    nonce: 7,
    to: accountOf('other').address,
    data: '0x0102',
    valueWei: 5n,
    gasLimit: 21_000n,
  } as const

  const legacy = await signer.sign({...common, fees: {type: 'legacy', gasPrice: 9n}})
  const modern = await signer.sign({
    ...common,
    fees: {type: 'eip1559', maxFeePerGas: 9n, maxPriorityFeePerGas: 2n},
  })

  const fields = {chainId: 108_800, nonce: 7, value: 5n, gas: 21_000n, data: '0x0102'}
  expect(parseTransaction(legacy.raw)).toMatchObject({...fields, type: 'legacy', gasPrice: 9n})
  expect(parseTransaction(modern.raw)).toMatchObject({
    ...fields,
    type: 'eip1559',
    maxFeePerGas: 9n,
    maxPriorityFeePerGas: 2n,
  })
  const from = await recoverTransactionAddress({
    serializedTransaction: modern.raw as `0x02${string}`,
  })
  expect(from).toBe(account.address)
})
