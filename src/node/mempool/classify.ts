import type {Address} from 'viem'

import {lowerCase} from '../../protocol/block.ts'
import {parseRecommit, RELAY_SELECTOR, type Recommit} from '../../protocol/sequencer-set.ts'
import {
  InvalidTransactionError,
  type ParsedTransaction,
  type SignedTransaction,
} from '../../protocol/transaction.ts'

/** Kinds other than `ordinary` are always alone in their block. */
export type TransactionKind =
  | {kind: 'ordinary'}
  | {kind: 'recommit'; recommit: Recommit}
  | {kind: 'relay'}

export interface ReservedContracts {
  sequencerSet: Address
  bridge: Address
}

/** What a transaction is by its receiver and data; its sender is not looked at. */
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
 * Only the account that can succeed may use a lane of its own: otherwise anyone could fill block after
 * block with one failing transaction each.
 *
 * @throws {InvalidTransactionError} a reserved call from somebody else
 */
export function assertMayUseLane(
  transaction: SignedTransaction,
  {kind}: TransactionKind,
  owners: {mpc: Address | undefined; relayer: Address | undefined},
): void {
  if (kind === 'ordinary') return
  const owner = kind === 'recommit' ? owners.mpc : owners.relayer
  if (owner !== undefined && transaction.sender === lowerCase(owner)) return
  throw new InvalidTransactionError('sender', `Only one account may send a ${kind} transaction.`)
}
