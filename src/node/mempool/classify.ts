import type {Address} from 'viem'

import {lowerCase} from '../../protocol/block.ts'
import {parseRecommit, RELAY_SELECTOR, type Recommit} from '../../protocol/sequencer-set.ts'
import {
  InvalidTransactionError,
  type ParsedTransaction,
  type SignedTransaction,
} from '../../protocol/transaction.ts'

export type TransactionKind =
  | {kind: 'ordinary'}
  /** From the MPC account: goes first. Committing an epoch too late stops the chain. */
  | {kind: 'system'}
  | {kind: 'recommit'; recommit: Recommit}
  | {kind: 'relay'}

/** True for transactions that need their own block. */
export function isAlone({kind}: TransactionKind): boolean {
  return kind === 'recommit' || kind === 'relay'
}

export interface ReservedContracts {
  sequencerSet: Address
  bridge: Address
}

/** Classifies a transaction by receiver and data, regardless of its sender. */
export function classify(
  {to, data}: ParsedTransaction,
  contracts: ReservedContracts,
): TransactionKind {
  if (to === lowerCase(contracts.sequencerSet)) {
    const recommit = parseRecommit(data)
    if (recommit) return {kind: 'recommit', recommit}
  }
  if (to === lowerCase(contracts.bridge) && data.startsWith(RELAY_SELECTOR)) return {kind: 'relay'}
  return {kind: 'ordinary'}
}

/**
 * The lane of a transaction whose sender is known. Only the account that can succeed may use a
 * reserved lane: otherwise anyone could fill block after block with a failing transaction each.
 *
 * @throws {InvalidTransactionError} a reserved call from somebody else
 */
export function laneOf(
  transaction: SignedTransaction,
  contracts: ReservedContracts,
  owners: {mpc: Address | undefined; relayer: Address | undefined},
): TransactionKind {
  const lane = classify(transaction, contracts)
  const isMpc = owners.mpc !== undefined && transaction.sender === lowerCase(owners.mpc)
  const isRelayer = owners.relayer !== undefined && transaction.sender === lowerCase(owners.relayer)
  if (lane.kind === 'ordinary') return isMpc ? {kind: 'system'} : lane
  if (lane.kind === 'recommit' ? isMpc : isRelayer) return lane
  throw new InvalidTransactionError(
    'sender',
    `Only one account may send a ${lane.kind} transaction.`,
  )
}
