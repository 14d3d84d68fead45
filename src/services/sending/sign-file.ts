import {isAddressEqual, type Address, type Hash, type Hex} from 'viem'

import type {GasFees} from '../../chain/fees.ts'
import type {TransactionSigner, UnsignedTransaction} from '../../chain/signer.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {formatWeiShort} from '../../lib/units.ts'
import type {Network} from '../../protocol/network.ts'
import {titleOf, type DecodedInput, type DecodedTransaction} from '../explain/decode-transaction.ts'
import {assertNoTrap, DEAR_GAS_WEI, type Trap} from './plan.ts'

/** Signed, unsent transactions: written by `tx sign` and accepted by `tx send`. */
export interface SignedFile {
  chainId: number
  from: Address
  action: string
  transactions: {label: string; hash: Hash; raw: Hex}[]
}

/**
 * Signs every transaction of an unsigned file. Needs no chain, so it can run on a machine without network.
 *
 * @throws {MetisSeqError} FILE_NOT_SIGNABLE (a field that a signature covers is missing), WRONG_KEY
 */
export async function signFile(
  input: DecodedInput,
  signer: TransactionSigner,
): Promise<SignedFile> {
  assertSignable(input)
  const {from, action, transactions} = input
  if (from !== null && !isAddressEqual(from, signer.address)) throw wrongKey(from, signer.address)
  const signed: SignedFile['transactions'] = []
  for (const transaction of transactions) {
    const label = titleOf(transaction)
    signed.push({label, ...(await signer.sign(toUnsigned(transaction, label)))})
  }
  const [first] = transactions
  return {
    chainId: first?.chainId ?? 0,
    from: signer.address,
    action: action ?? 'tx send',
    transactions: signed,
  }
}

/**
 * Checked before a key is opened.
 *
 * @throws {MetisSeqError} FILE_NOT_SIGNABLE
 */
export function assertSignable({form, transactions}: DecodedInput): void {
  if (form !== 'unsigned eip1559') throw notSignable(form, 'it does not have all fields')
  for (const transaction of transactions) toUnsigned(transaction, titleOf(transaction))
}

/**
 * Checked before the confirmation: the file comes from another machine, and a signature on it cannot be revoked.
 *
 * @param expected the network of the command; undefined when none was given
 * @throws {MetisSeqError} TRAP, for one that was not overridden with `--override`
 */
export function assertHarmless(
  {transactions}: DecodedInput,
  expected: Network | undefined,
  overrides: readonly string[],
): void {
  const each = transactions.flatMap(({chainId, cautions}) => [
    ...otherNetwork(chainId, expected),
    ...cautions,
  ])
  assertNoTrap([...each, ...dearTogether(transactions)], overrides)
}

/** Many transactions, each of them cheap enough. */
function dearTogether(transactions: readonly DecodedTransaction[]): Trap[] {
  const totalWei = transactions.reduce(
    (sum, {gasLimit, maxFeePerGasWei}) => sum + (gasLimit ?? 0n) * (maxFeePerGasWei ?? 0n),
    0n,
  )
  if (totalWei <= DEAR_GAS_WEI) return []
  const message = `The gas of all transactions can cost ${formatWeiShort(totalWei)} of the native token.`
  return [{id: 'absurd-fee', message}]
}

function otherNetwork(chainId: number | null, expected: Network | undefined): Trap[] {
  if (!expected || chainId === expected.l1.chainId || chainId === expected.l2.chainId) return []
  return [
    {
      id: 'other-network',
      message: `The file is for chain ${chainId ?? 'any'}, and ${expected.name} has ${expected.l1.chainId} and ${expected.l2.chainId}.`,
    },
  ]
}

function toUnsigned(transaction: DecodedTransaction, label: string): UnsignedTransaction {
  const {chainId, to, accountNonce, gasLimit, valueWei, data} = transaction
  const missing = Object.entries({chainId, to, nonce: accountNonce, gas: gasLimit})
    .filter(([, value]) => value === null)
    .map(([name]) => name)
  const fees = feesOf(transaction)
  if (chainId === null || to === null || accountNonce === null || gasLimit === null || !fees) {
    throw notSignable(
      label,
      `it has no ${[...missing, ...(fees ? [] : ['price of gas'])].join(', ')}`,
    )
  }
  return {chainId, to, nonce: accountNonce, gasLimit, valueWei, data, fees}
}

function feesOf(transaction: DecodedTransaction): GasFees | undefined {
  const {type, maxFeePerGasWei, priorityFeePerGasWei} = transaction
  if (maxFeePerGasWei === null) return undefined
  if (type === 'legacy') return {type: 'legacy', gasPrice: maxFeePerGasWei}
  if (priorityFeePerGasWei === null) return undefined
  return {
    type: 'eip1559',
    maxFeePerGas: maxFeePerGasWei,
    maxPriorityFeePerGas: priorityFeePerGasWei,
  }
}

function notSignable(what: string, why: string): MetisSeqError {
  return new MetisSeqError({
    code: 'FILE_NOT_SIGNABLE',
    message: `The file cannot be signed (${what}): ${why}.`,
    facts: {form: what},
    hints: [
      'Write the file with `--unsigned FILE --format eip1559` on a machine with network access.',
      'A Safe batch is signed by the owners of the Safe, in its transaction builder.',
    ],
  })
}

function wrongKey(needed: Address, key: Address): MetisSeqError {
  return new MetisSeqError({
    code: 'WRONG_KEY',
    message: `The file is for ${needed}, and the key signs for ${key}.`,
    facts: {needed, key},
    hints: ['Run `metis-seq key list` to find the key of that address, then pass `--key NAME`.'],
  })
}
