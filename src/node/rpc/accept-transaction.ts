/**
 * In: raw bytes from a user or a peer. Out: a checked transaction in the pool, or an error that is told
 * to the sender. Stage 1 of the node.
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
  /** What may be ready now, of what came so long ago; undefined sets no bound. */
  capacity(ageMs: number): PoolCapacity | undefined
  /** When it came, by the clock of `nowMs`; undefined: just now. */
  cameAtMs?: number
  /** Asked before the signature is recovered. @throws {PoolRefusedError} another node, which produces, has no room */
  assertOthersCapacity?(size: Pick<HeldTransaction, 'cost' | 'sizeBytes'>): void
  /** What the engine's state has room for; undefined sets no bound. */
  stateCapacity?(): StateCapacity | undefined
  /** Contracts whose code was slow; undefined sets no bound. */
  slowCode?: Pick<SlowCode, 'assertFits'> | undefined
  /** Called when the pool took one. What it throws takes it out again. */
  onAccepted(
    transaction: SignedTransaction,
    lane: TransactionKind,
    cameAtMs: number,
  ): void | Promise<void>
}

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
  const parsed = parseTransaction(raw, rules)
  // What the MPC sends to the sequencer set always comes in, and who sent it is not known yet.
  const isReserved = parsed.to !== null && reserved(contracts).includes(parsed.to)
  if (!isReserved) {
    const state = options.stateCapacity?.()
    if (state) assertStateCapacity(parsed, state)
    if (state?.isFull) await assertThere(parsed, state, options)
    const size = mempool.sizeOf(parsed, nowMs())
    mempool.assertFits(size, capacity())
    options.assertOthersCapacity?.(size)
  }
  const transaction = await options.recovery.recover(parsed)
  if (!isReserved) options.slowCode?.assertFits(transaction, nowMs())
  const lane = laneOf(transaction, contracts, owners())

  const known = accounts.known(transaction.sender)
  const state = known ?? (await accounts.read(transaction.sender))
  try {
    mempool.add(transaction, lane, state, nowMs(), capacity())
  } catch (error) {
    if (!known || !isAboutState(error)) throw error
    // What we remembered may be older than a payment to the sender.
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
 * A payment adds an account when nobody has been there before.
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

function reserved({sequencerSet, bridge}: ReservedContracts): Address[] {
  return [lowerCase(sequencerSet), lowerCase(bridge)]
}

/** True for errors that tell something about the transaction, not about us. */
export function isSendersFault(
  error: unknown,
): error is InvalidTransactionError | PoolRefusedError {
  return error instanceof InvalidTransactionError || error instanceof PoolRefusedError
}

function isAboutState(error: unknown): boolean {
  if (!(error instanceof PoolRefusedError)) return false
  return ['funds', 'nonce-too-low', 'nonce-too-high'].includes(error.reason)
}
