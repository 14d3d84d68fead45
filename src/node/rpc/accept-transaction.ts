/**
 * In: raw bytes from a user or a peer. Out: a checked transaction in the pool, or an error for the
 * sender. Stage 1 of the node.
 */
import type {Address, Hash} from 'viem'

import {
  InvalidTransactionError,
  parseTransaction,
  type ParsedTransaction,
  type SignedTransaction,
  type TransactionRules,
} from '../../protocol/transaction.ts'
import {lowerCase} from '../../protocol/block.ts'
import type {Accounts} from '../mempool/accounts.ts'
import {laneOf, type ReservedContracts, type TransactionKind} from '../mempool/classify.ts'
import {
  assertStateCapacity,
  PoolRefusedError,
  stateFull,
  type StateCapacity,
} from '../mempool/admission.ts'
import type {HeldTransaction, Mempool} from '../mempool/mempool.ts'
import type {PoolCapacity} from '../mempool/admission-control.ts'
import type {SlowCode} from '../mempool/slow-code.ts'
import type {SenderRecovery} from './sender-recovery.ts'

export interface AcceptOptions {
  rules: TransactionRules
  contracts: ReservedContracts
  owners(): {mpc: Address | undefined; relayer: Address | undefined}
  recovery: Pick<SenderRecovery, 'recover'>
  accounts: Accounts
  mempool: Mempool
  nowMs(): number
  /** Capacity for ready transactions of this age; undefined means no limit. */
  capacity(ageMs: number): PoolCapacity | undefined
  /** When it arrived, by the clock of `nowMs`; undefined: just now. */
  cameAtMs?: number
  /**
   * Checked before the signature is recovered. @throws {PoolRefusedError} the producing node is at
   * capacity
   */
  assertOthersCapacity?(size: Pick<HeldTransaction, 'cost' | 'sizeBytes'>): void
  /** State growth that the engine allows; undefined means no limit. */
  stateCapacity?(): StateCapacity | undefined
  /** Contracts whose code was slow; undefined means no limit. */
  slowCode?: Pick<SlowCode, 'assertFits'> | undefined
  /** Called when the pool accepted a transaction. An exception removes it again. */
  onAccepted(
    transaction: SignedTransaction,
    lane: TransactionKind,
    cameAtMs: number,
  ): void | Promise<void>
}

/** Where this does not fit, nothing does. */
const SMALLEST = {cost: {gas: 0, ms: 0}, sizeBytes: 0}

/**
 * Checks one raw transaction and puts it into the pool.
 *
 * @returns its hash, once it is held
 * @throws {InvalidTransactionError | PoolRefusedError} the sender's fault, or the pool is full
 * @throws {EngineError} the state of the sender cannot be read now
 */
export async function acceptTransaction(raw: string, options: AcceptOptions): Promise<Hash> {
  const {rules, contracts, owners, mempool, accounts, nowMs} = options
  const cameAtMs = options.cameAtMs ?? nowMs()
  const capacity = () => options.capacity(nowMs() - cameAtMs)
  assertOpen(raw, capacity(), options)
  const parsed = parseTransaction(raw, rules)
  // MPC transactions to the sequencer set are always admitted, and the sender is not known yet.
  const isReserved = parsed.to !== null && reserved(contracts).includes(parsed.to)
  if (!isReserved) await assertAdmissible(parsed, capacity(), options)
  const transaction = await options.recovery.recover(parsed)
  const lane = laneOf(transaction, contracts, owners())
  const isOrdinary = lane.kind === 'ordinary'
  // Anybody may call these contracts, and only one account's calls pass always.
  if (isReserved && isOrdinary) await assertAdmissible(parsed, capacity(), options)
  if (isOrdinary) options.slowCode?.assertFits(transaction, nowMs())

  const known = accounts.known(transaction.sender)
  const state = known ?? (await accounts.read(transaction.sender))
  try {
    mempool.add(transaction, lane, state, nowMs(), capacity())
  } catch (error) {
    if (!known || !isAboutState(error)) throw error
    // The cached account may be older than a payment to the sender.
    mempool.add(transaction, lane, await accounts.read(transaction.sender), nowMs(), capacity())
  }
  try {
    await options.onAccepted(transaction, lane, cameAtMs)
  } catch (error) {
    mempool.remove(transaction.hash)
    throw error
  }
  return transaction.hash
}

/**
 * A payment to a new address adds an account.
 *
 * @throws {PoolRefusedError} state-full
 */
async function assertThere(
  {to}: ParsedTransaction,
  state: StateCapacity,
  {accounts}: AcceptOptions,
): Promise<void> {
  if (to !== null && !(await accounts.isThere(to))) throw stateFull(state)
}

/** @throws {PoolRefusedError} state-full or pool-full */
async function assertAdmissible(
  parsed: ParsedTransaction,
  capacity: PoolCapacity | undefined,
  options: AcceptOptions,
): Promise<void> {
  const {mempool, nowMs} = options
  const state = options.stateCapacity?.()
  if (state) assertStateCapacity(parsed, state)
  if (state?.isFull) await assertThere(parsed, state, options)
  const size = mempool.sizeOf(parsed, nowMs())
  mempool.assertFits(size, capacity)
  options.assertOthersCapacity?.(size)
}

/**
 * In a flood most are rejected, and decoding them would take time from those that were accepted.
 *
 * @throws {PoolRefusedError} pool-full
 */
function assertOpen(
  raw: string,
  capacity: PoolCapacity | undefined,
  {mempool, assertOthersCapacity, rules, contracts}: AcceptOptions,
): void {
  try {
    mempool.assertFits(SMALLEST, capacity)
    assertOthersCapacity?.(SMALLEST)
  } catch (error) {
    const isDecodable = raw.length <= 2 + 2 * rules.maxSizeBytes
    if (!isDecodable || !mayBeReserved(raw, contracts)) throw error
  }
}

/** The recipient is in the bytes, whatever else they are. */
function mayBeReserved(raw: string, contracts: ReservedContracts): boolean {
  const text = raw.toLowerCase()
  return reserved(contracts).some((address) => text.includes(address.slice(2)))
}

function reserved({sequencerSet, bridge}: ReservedContracts): Address[] {
  return [lowerCase(sequencerSet), lowerCase(bridge)]
}

/** True for errors that concern the transaction, not this node. */
export function isSendersFault(
  error: unknown,
): error is InvalidTransactionError | PoolRefusedError {
  return error instanceof InvalidTransactionError || error instanceof PoolRefusedError
}

function isAboutState(error: unknown): boolean {
  if (!(error instanceof PoolRefusedError)) return false
  return ['funds', 'nonce-too-low', 'nonce-too-high'].includes(error.reason)
}
