import {writeFileSync} from 'node:fs'

import {encodeFunctionData, parseEther, parseGwei, serializeTransaction, type Hex} from 'viem'
import {expect, test} from 'vitest'

import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {MetisSeqError} from '../../src/lib/errors.ts'
import {stringifyJson} from '../../src/lib/json.ts'
import {builtInNetworks} from '../../src/protocol/built-in-networks.ts'
import {decodeInput} from '../../src/services/explain/decode-transaction.ts'
import {approveLockingInfo} from '../../src/services/sending/planned-calls.ts'
import type {Preview} from '../../src/services/sending/send-plan.ts'
import {toUnsigned} from '../../src/services/sending/unsigned.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

const owner = accountOf('owner')
const andromeda = builtInNetworks.find(({name}) => name === 'andromeda')!
const {lockingPool, lockingInfo, metis} = andromeda.l1.contracts
const withdraw = encodeFunctionData({
  abi: lockingPoolAbi,
  functionName: 'withdraw',
  args: [7n, parseEther('1234.5')],
})
const fields = {
  ...{to: lockingPool, data: withdraw, value: 0n, nonce: 3, chainId: 1, gas: 200_000n},
} as const
const dear = {maxFeePerGas: parseGwei('20'), maxPriorityFeePerGas: parseGwei('1.5')}
const call = {
  contract: 'LockingPool',
  contractProven: true,
  functionName: 'withdraw',
  args: [
    {name: 'seqId', type: 'uint256', value: '7'},
    {
      name: 'amount',
      type: 'uint256',
      value: '1234500000000000000000',
      display: '1,234.5 METIS',
    },
  ],
}

const decode = async (input: string) => {
  using temp = makeTempHome()
  return decodeInput(temp.home, input)
}

async function refusal(input: string): Promise<MetisSeqError> {
  const thrown = await decode(input).catch((error: unknown) => error)
  if (thrown instanceof MetisSeqError) return thrown
  throw new Error(`It was not refused: ${String(thrown)}`)
}

const types: [string, () => Promise<Hex> | Hex, object][] = [
  [
    'signed EIP-1559',
    () => owner.signTransaction({...fields, ...dear, type: 'eip1559'}),
    {type: 'eip1559', maxFeePerGasWei: parseGwei('20'), sender: owner.address},
  ],
  [
    'signed legacy',
    () => owner.signTransaction({...fields, gasPrice: parseGwei('5'), type: 'legacy'}),
    {type: 'legacy', maxFeePerGasWei: parseGwei('5'), sender: owner.address},
  ],
  [
    'signed EIP-2930',
    () => owner.signTransaction({...fields, gasPrice: parseGwei('5'), type: 'eip2930'}),
    {type: 'eip2930', sender: owner.address},
  ],
  [
    'unsigned EIP-1559',
    () => serializeTransaction({...fields, ...dear, type: 'eip1559'}),
    {type: 'eip1559', sender: null, hash: null},
  ],
  [
    'unsigned legacy',
    () => serializeTransaction({...fields, gasPrice: parseGwei('5'), type: 'legacy'}),
    {type: 'legacy', sender: null, hash: null},
  ],
]

test.each(types)('%s: fields, sender and the call by our ABI', async (name, make, expected) => {
  const {form, transactions} = await decode(await make())

  expect(form).toBe(name.startsWith('signed') ? 'raw signed' : 'raw unsigned')
  expect(transactions).toMatchObject([
    {
      ...expected,
      ...{chainId: 1, chain: 'L1 of andromeda', contract: 'LockingPool', call},
      ...{accountNonce: 3, gasLimit: 200_000n},
    },
  ])
})

test('a raw transaction in a file, with a line end, is read as well', async () => {
  using temp = makeTempHome()
  const path = temp.path('tx.hex')
  writeFileSync(path, `${serializeTransaction({...fields, ...dear, type: 'eip1559'})}\n`)

  expect(await decodeInput(temp.home, path)).toMatchObject({source: 'file', form: 'raw unsigned'})
})

const planned = approveLockingInfo({metis, lockingInfo, amountWei: parseEther('20000')})
const preview: Preview = {
  plan: {
    ...{action: 'stake increase', title: 'Increase', chain: 'L1', from: owner.address},
    ...{role: 'owner', calls: [planned], conditions: [], effects: [], figures: [], traps: []},
  },
  ...{
    tip: null,
    gasLimits: [60_000n],
    likelyCostWei: 0n,
    maxCostWei: 0n,
    balanceWei: 0n,
    overridden: [],
  },
  firstNonce: 5,
  fees: {type: 'eip1559', ...dear},
}

test.each(['eip1559', 'calldata', 'safe'] as const)(
  'our unsigned file as %s says what it would do',
  async (format) => {
    using temp = makeTempHome()
    const path = temp.path('unsigned.json')
    writeFileSync(path, stringifyJson(toUnsigned(preview, format, 1)))

    const decoded = await decodeInput(temp.home, path)

    expect(decoded).toMatchObject({
      form: `unsigned ${format}`,
      from: format === 'safe' ? null : owner.address,
      transactions: [
        {
          to: metis,
          contract: 'METIS',
          chain: 'L1 of andromeda',
          label: format === 'safe' ? null : planned.label,
          accountNonce: format === 'eip1559' ? 5 : null,
          call: {
            functionName: 'approve',
            args: [{name: 'spender', value: lockingInfo}, {display: '20,000 METIS'}],
          },
        },
      ],
    })
  },
)

const broken: [string, string][] = [
  ['a private key', `0x${'11'.repeat(31)}`],
  ['damaged bytes', '0x02f8ffff'],
  ['words', 'no such file'],
]

test.each(broken)('%s is refused, and not repeated', async (_name, input) => {
  const error = await refusal(input)

  expect(error).toMatchObject({code: 'TX_UNDECODABLE', exit: 'usage'})
  expect(`${error.message}${JSON.stringify(error.facts)}`).not.toContain(input)
})

const files: [string, string, string][] = [
  ['not JSON', '{', 'neither hex nor JSON'],
  ['no transactions', '{"chainId":1}', 'without a list'],
  ['no chain', '{"transactions":[{}]}', 'without a chain id'],
  ['no address', '{"chainId":1,"transactions":[{"to":"0x12"}]}', 'transaction 1 has no address in'],
  [
    'no number',
    `{"chainId":1,"transactions":[{"to":"${owner.address}","value":"-1"}]}`,
    'no number in `value`',
  ],
]

test.each(files)('a file that is %s is refused with the reason', async (_name, text, message) => {
  using temp = makeTempHome()
  const path = temp.path('file.json')
  writeFileSync(path, text)

  expect((await refusal(path)).message).toContain(message)
})

test('a file too large to be a transaction is not read', async () => {
  using temp = makeTempHome()
  const path = temp.path('large')
  writeFileSync(path, Buffer.alloc(4_000_001, 48))

  expect(await refusal(path)).toMatchObject({code: 'FILE_TOO_LARGE', exit: 'usage'})
  expect(await refusal(temp.root)).toMatchObject({code: 'TX_UNDECODABLE'})
})

test('a label of a foreign file cannot move the cursor', async () => {
  using temp = makeTempHome()
  const path = temp.path('file.json')
  const item = {label: 'a\u001B[2Jb\u202Ec', to: lockingPool, data: withdraw}
  writeFileSync(path, JSON.stringify({chainId: 1, transactions: [item]}))

  const {transactions} = await decodeInput(temp.home, path)
  expect(transactions[0]?.label).toBe('a\uFFFD[2Jb\uFFFDc')
})
