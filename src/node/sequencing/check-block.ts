/**
 * In: a block of a peer, its parent, and the epochs in the parent's state. Out: whether it may be
 * executed. Pure. Called for every block that this node did not build.
 */
import type {Address} from 'viem'

import {hasValidSignatures, InvalidBlockError, type SealedBlock} from '../../protocol/block.ts'
import type {Recommit} from '../../protocol/sequencer-set.ts'
import {
  InvalidTransactionError,
  parseTransaction,
  recoverSender,
  type ParsedTransaction,
  type TransactionRules,
} from '../../protocol/transaction.ts'
import {MAX_BLOCK_TRANSACTIONS} from '../limits.ts'
import {classify, isAlone, type ReservedContracts} from '../mempool/classify.ts'

export interface BlockRules {
  transactions: TransactionRules
  /** First block that may have many transactions. */
  phase2Block: number
  contracts: ReservedContracts
  /** How far a producer's clock may be ahead of ours. */
  clockSkewSeconds: number
}

export interface TurnView {
  signerAt(block: number): Address | undefined
  mpcAddress(): Address | undefined
}

export interface BlockParent {
  number: number
  hash: string
  timestamp: number
}

/** The fields of a block that decide who may seal it. */
type SignedTransactions = Pick<SealedBlock, 'number' | 'signer' | 'transactions'>

/** The reason its signer may seal a block. A recommitment must also succeed when executed. */
export type Authority = ({by: 'turn'} | {by: 'recommit'; recommit: Recommit}) & {
  /** The block's transactions, which had to be decoded for it. */
  transactions: readonly ParsedTransaction[]
}

/**
 * Stricter than l2geth, which accepts any of the last ten signers: a block belongs to the signer of
 * its own epoch, or is the one block with which a recommitment starts a new one.
 *
 * @throws {InvalidBlockError} the first rule that the block breaks
 */
export function checkBlock(
  block: SealedBlock,
  parent: BlockParent,
  turns: TurnView,
  rules: BlockRules,
  nowSeconds: number,
): Authority {
  const {number, signer} = block
  if (number !== parent.number + 1 || block.parentHash !== parent.hash) {
    throw new InvalidBlockError(`Block ${number} does not follow block ${parent.number}.`)
  }
  assertTime(block, parent, rules, nowSeconds)
  const {chainId} = rules.transactions
  if (!hasValidSignatures(block, chainId)) {
    throw new InvalidBlockError(`Block ${number} is not signed by ${signer}.`)
  }
  return checkAuthority(block, turns, rules)
}

/**
 * The rules about a block's transactions, and about who may seal it.
 *
 * @throws {InvalidBlockError} the first rule that the block breaks
 */
export function checkAuthority(
  block: SignedTransactions,
  turns: TurnView,
  rules: BlockRules,
): Authority {
  const {number, signer} = block
  const transactions = checkTransactions(block, rules)
  const recommit = recommitOf(block, transactions, rules)
  if (recommit) {
    assertRecommit(block, recommit, transactions[0]!, turns)
    return {by: 'recommit', recommit, transactions}
  }
  const expected = turns.signerAt(number)
  if (expected !== signer) {
    throw new InvalidBlockError(
      `Block ${number} is sealed by ${signer}, but the producer is ${expected ?? 'unknown'}.`,
    )
  }
  return {by: 'turn', transactions}
}

/**
 * True when a block claims to start a new epoch by a recommitment, judged without the parent's
 * state: enough to examine a fork, not enough to accept it.
 */
export function looksLikeRecommit(
  block: SealedBlock,
  mpcAddress: Address | undefined,
  rules: BlockRules,
): boolean {
  try {
    if (!hasValidSignatures(block, rules.transactions.chainId)) return false
    const transactions = checkTransactions(block, rules)
    const recommit = recommitOf(block, transactions, rules)
    if (!recommit) return false
    assertRecommit(block, recommit, transactions[0]!, {mpcAddress: () => mpcAddress})
    return true
  } catch (error) {
    if (error instanceof InvalidBlockError) return false
    throw error
  }
}

function assertTime(
  {number, timestamp}: SealedBlock,
  parent: BlockParent,
  {clockSkewSeconds}: BlockRules,
  nowSeconds: number,
): void {
  if (timestamp < parent.timestamp) {
    throw new InvalidBlockError(`Block ${number} is older than its parent.`)
  }
  if (timestamp > nowSeconds + clockSkewSeconds) {
    throw new InvalidBlockError(`Block ${number} is ${timestamp - nowSeconds} s in the future.`)
  }
}

function checkTransactions(block: SignedTransactions, rules: BlockRules): ParsedTransaction[] {
  const {number, transactions} = block
  const limit = number < rules.phase2Block ? 1 : MAX_BLOCK_TRANSACTIONS
  if (transactions.length > limit) {
    throw new InvalidBlockError(
      `Block ${number} holds ${transactions.length} transactions; at most ${limit} are allowed.`,
    )
  }
  const parsed = transactions.map((raw) => parse(raw, number, rules.transactions))
  const isMixed = parsed.length > 1
  if (isMixed && parsed.some((item) => isAlone(classify(item, rules.contracts)))) {
    throw new InvalidBlockError(`Block ${number} mixes a reserved transaction with others.`)
  }
  return parsed
}

function parse(raw: string, number: number, rules: TransactionRules): ParsedTransaction {
  try {
    return parseTransaction(raw, rules)
  } catch (error) {
    if (!(error instanceof InvalidTransactionError)) throw error
    throw new InvalidBlockError(`Block ${number} contains an invalid transaction: ${error.message}`)
  }
}

function recommitOf(
  {transactions}: SignedTransactions,
  parsed: readonly ParsedTransaction[],
  {contracts}: BlockRules,
): Recommit | undefined {
  const only = transactions.length === 1 ? parsed[0] : undefined
  const lane = only && classify(only, contracts)
  return lane?.kind === 'recommit' ? lane.recommit : undefined
}

/**
 * A recommitment sealed by anyone but its new signer would hand over the epoch inside another
 * signer's block.
 */
function assertRecommit(
  {number, signer}: SignedTransactions,
  recommit: Recommit,
  transaction: ParsedTransaction,
  turns: Pick<TurnView, 'mpcAddress'>,
): void {
  if (recommit.newSigner !== signer || recommit.startBlock !== BigInt(number)) {
    throw new InvalidBlockError(
      `Block ${number} contains a recommitment for another block or signer.`,
    )
  }
  const sender = senderOf(transaction)
  if (sender === undefined || sender !== turns.mpcAddress()) {
    throw new InvalidBlockError(
      `Block ${number} contains a recommitment that the MPC did not sign.`,
    )
  }
}

function senderOf(transaction: ParsedTransaction): Address | undefined {
  try {
    return recoverSender(transaction).sender
  } catch (error) {
    if (error instanceof InvalidTransactionError) return undefined
    throw error
  }
}
