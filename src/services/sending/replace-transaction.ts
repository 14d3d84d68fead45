import {isAddressEqual, parseTransaction, type Address, type Hash, type Hex} from 'viem'
import {getBalance} from 'viem/actions'

import {maxPricePerGas, readFees, type GasFees} from '../../chain/fees.ts'
import type {TransactionSigner, UnsignedTransaction} from '../../chain/signer.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {formatWei, plainWei} from '../../lib/units.ts'
import type {JournalEntry} from '../../store/journal.ts'
import {reverted} from './failed-receipt.ts'
import type {Receipt, SendDependencies} from './send-dependencies.ts'
import {sendEntry} from './send-entry.ts'
import {findReceipt, outcomeOf, readOutcome, record} from './wait-transaction.ts'

/** Nodes accept a replacement from 10 % more on; a quarter covers nodes that require more. */
const BUMP_PERCENT = 25n
const TRANSFER_GAS = 21_000n

export type ReplacementKind = 'speed-up' | 'cancel'

/** A transaction that replaces another one: the same nonce, so only one of the two can be mined. */
export interface Replacement {
  kind: ReplacementKind
  original: JournalEntry
  transaction: UnsignedTransaction
  /** Maximum fee per gas of the original. */
  originalPriceWei: bigint
  maxCostWei: bigint
  balanceWei: bigint
}

/**
 * Plans the replacement of a pending transaction: the same call at a higher price, or an empty one.
 *
 * @param wanted fees from the command line; undefined: a quarter more, or the current price if that is higher
 * @throws {MetisSeqError} TX_NOT_OPEN, FEE_TOO_LOW, BALANCE_LOW
 */
export async function planReplacement(
  kind: ReplacementKind,
  original: JournalEntry,
  wanted: {maxFeeWei?: bigint | undefined; priorityFeeWei?: bigint | undefined},
  {client, journal}: Pick<SendDependencies, 'client' | 'journal'>,
): Promise<Replacement> {
  const outcome = await readOutcome({client, journal}, original)
  if (outcome.state !== 'open') {
    record(journal, original, outcome)
    throw notOpen(original, outcome.state)
  }
  const sent = readSigned(original.raw)
  const fees = bumped(sent.fees, await readFees(client, wanted), wanted.maxFeeWei)
  const balanceWei = await getBalance(client, {address: original.from})
  const {nonce, chainId, to, valueWei} = original
  const transaction: UnsignedTransaction =
    kind === 'speed-up'
      ? {chainId, nonce, to, valueWei, fees, data: sent.data, gasLimit: sent.gasLimit}
      : {chainId, nonce, to: original.from, valueWei: 0n, fees, data: '0x', gasLimit: TRANSFER_GAS}
  const maxCostWei = transaction.gasLimit * maxPricePerGas(fees) + transaction.valueWei
  const originalPriceWei = maxPricePerGas(sent.fees)
  if (maxPricePerGas(fees) * 10n < originalPriceWei * 11n)
    throw feeTooLow(original, originalPriceWei, maxPricePerGas(fees))
  if (balanceWei < maxCostWei) throw balanceLow(original, balanceWei, maxCostWei)
  return {kind, original, transaction, originalPriceWei, maxCostWei, balanceWei}
}

/** Which of the two was mined. */
export interface Replaced {
  mined: 'replacement' | 'original'
  hash: Hash
  receipt: Receipt
}

/**
 * Signs and sends the replacement, and waits until one of the two is mined.
 *
 * @throws {MetisSeqError} TX_REJECTED, TX_REVERTED, TX_UNKNOWN, INTERRUPTED; both are in the journal
 */
export async function sendReplacement(
  {kind, original, transaction}: Replacement,
  signer: TransactionSigner,
  dependencies: SendDependencies,
): Promise<Replaced> {
  const {raw, hash} = await signer.sign(transaction)
  const entry = {
    ...original,
    action: kind === 'cancel' ? 'tx cancel' : original.action,
    label: kind === 'cancel' ? `Cancel: ${original.label}` : original.label,
    to: transaction.to,
    valueWei: transaction.valueWei,
    ...{hash, raw},
  }
  try {
    const {receipt: found} = await sendEntry(entry, true, dependencies)
    // It waited for the end, so there is a receipt.
    const receipt = found!
    if (receipt.hash === original.hash) return {mined: 'original', hash: original.hash, receipt}
    dependencies.journal.mark(original.id, 'replaced')
    return {mined: 'replacement', hash: receipt.hash, receipt}
  } catch (error) {
    if (!(error instanceof MetisSeqError) || error.code !== 'TX_REPLACED') throw error
    return await whichWasMined(original, {raw, to: transaction.to}, dependencies, error)
  }
}

/** One nonce may have had the original, speed-ups and cancellations: the chain included one of them. */
async function whichWasMined(
  original: JournalEntry,
  replacement: {raw: Hex; to: Address},
  {client, journal}: SendDependencies,
  error: MetisSeqError,
): Promise<Replaced> {
  for (const entry of [original, ...journal.rivals(original)]) {
    const found = await findReceipt(client, entry.hash)
    if (!found) continue
    const outcome = await outcomeOf(client, found)
    record(journal, entry, outcome)
    if (outcome.state === 'reverted') throw await reverted(client, entry, outcome.receipt)
    const mined = readSigned(entry.raw).data === readSigned(replacement.raw).data
    const isReplacement = mined && isAddressEqual(entry.to, replacement.to)
    return {
      mined: isReplacement && entry.id !== original.id ? 'replacement' : 'original',
      hash: entry.hash,
      receipt: outcome.receipt,
    }
  }
  throw error
}

function readSigned(raw: Hex): {data: Hex; gasLimit: bigint; fees: GasFees} {
  const {data = '0x', gas = 0n, ...rest} = parseTransaction(raw)
  const {maxFeePerGas, maxPriorityFeePerGas = 0n, gasPrice = 0n} = rest
  const fees: GasFees =
    maxFeePerGas === undefined
      ? {type: 'legacy', gasPrice}
      : {type: 'eip1559', maxFeePerGas, maxPriorityFeePerGas}
  return {data, gasLimit: gas, fees}
}

/** Both EIP-1559 fees must rise for a node to accept the replacement. */
function bumped(sent: GasFees, now: GasFees, ceilingWei: bigint | undefined): GasFees {
  const raised = (wei: bigint) => (wei * (100n + BUMP_PERCENT)) / 100n + 1n
  if (sent.type === 'legacy') {
    const price = now.type === 'legacy' ? now.gasPrice : now.maxFeePerGas
    return {type: 'legacy', gasPrice: ceilingWei ?? max(raised(sent.gasPrice), price)}
  }
  const nowMax = maxPricePerGas(now)
  const nowTip = now.type === 'legacy' ? 0n : now.maxPriorityFeePerGas
  const maxFeePerGas = ceilingWei ?? max(raised(sent.maxFeePerGas), nowMax)
  const tip = max(raised(sent.maxPriorityFeePerGas), nowTip)
  return {
    type: 'eip1559',
    maxFeePerGas,
    maxPriorityFeePerGas: tip > maxFeePerGas ? maxFeePerGas : tip,
  }
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function notOpen({label, hash}: JournalEntry, state: string): MetisSeqError {
  return new MetisSeqError({
    code: 'TX_NOT_OPEN',
    message: `${label}: the transaction is ${state} already and can no longer be replaced.`,
    exit: 'precondition',
    facts: {hash, state},
    hints: ['Run `metis-seq tx list` to see the pending transactions.'],
  })
}

function feeTooLow({label}: JournalEntry, priceWei: bigint, offeredWei: bigint): MetisSeqError {
  const least = (priceWei * 110n) / 100n + 1n
  return new MetisSeqError({
    code: 'FEE_TOO_LOW',
    message: `${label}: a replacement must offer at least 10 % more than the transaction it replaces.`,
    facts: {offeredWei: `${offeredWei}`, neededWei: `${least}`},
    hints: [`Pass \`--max-fee\` with at least ${plainWei(least * 10n ** 9n)} gwei, or omit it.`],
  })
}

function balanceLow(
  {from, label}: JournalEntry,
  balanceWei: bigint,
  neededWei: bigint,
): MetisSeqError {
  return new MetisSeqError({
    code: 'BALANCE_LOW',
    message: `${label}: the account holds ${formatWei(balanceWei)}, and the replacement can cost ${formatWei(neededWei)}.`,
    facts: {account: from, balanceWei: `${balanceWei}`, neededWei: `${neededWei}`},
    hints: [`Send the missing amount to ${from}, or pass a lower \`--max-fee\`.`],
  })
}
