import type {Hash} from 'viem'

import {
  replayTransaction,
  type Replay,
} from '../../chain/actions/transactions/replay-transaction.ts'
import type {ChainTransaction} from '../../chain/actions/transactions/read-transaction.ts'
import {decodeRevert, explainRevert} from '../../chain/explain/decode-revert.ts'
import {RpcResponseError} from '../../lib/json-rpc.ts'
import type {JournalEntry} from '../../store/journal.ts'
import type {Context} from '../context.ts'
import {revertView, toRefusal, type Refusal, type RevertView} from './explain.ts'
import {
  clientOf,
  showTransaction,
  type TransactionView,
  type Unreachable,
} from '../sending/transactions.ts'

/** Why a mined transaction failed, as far as a replay can tell. */
export interface Failure {
  /**
   * - `revert`: the replay reverted too, with this reason.
   * - `out-of-gas`: all gas was used.
   * - `order`: it succeeds on its own; an earlier transaction in its block made it fail.
   * - `no-state`: the endpoint does not store the state of that block.
   */
  reason: 'revert' | 'out-of-gas' | 'order' | 'no-state'
  /** State the replay ran on: the block before its own. */
  replayedOnBlock: bigint
  revert: RevertView | null
}

export interface ExplainedTransaction {
  view: TransactionView
  failure: Failure | null
  refusals: Refusal[]
  unreachable: Unreachable[]
}

/**
 * The effect of a transaction and, if it failed, the cause.
 *
 * @throws {MetisSeqError} TX_NOT_FOUND, or the error of an endpoint when nothing else is known
 */
export async function explainTransaction(
  context: Context,
  hash: Hash,
  entry: JournalEntry | undefined,
): Promise<ExplainedTransaction> {
  const {view, unreachable} = await showTransaction(context, hash, entry)
  const {inclusion, gasLimit} = view
  if (view.state !== 'failed' || !inclusion || gasLimit === null) {
    return {view, unreachable, failure: null, refusals: []}
  }
  const {from, to, data, valueWei, accountNonce} = view
  const transaction = {hash, from, to, data, valueWei, accountNonce, gasLimit}
  const before = inclusion.blockNumber - 1n
  const replay = await tryReplay(context, view, transaction, before)
  // A call that runs out of gas has no reason: it stopped where the gas ran out.
  const spent = inclusion.gasUsed >= gasLimit
  const reverted = replay?.state === 'reverts' && !(spent && replay.revertData === '0x')
  const failure: Failure = {
    reason: reverted ? 'revert' : spent ? 'out-of-gas' : replay ? 'order' : 'no-state',
    replayedOnBlock: before,
    revert: reverted ? revertView(replay.revertData) : null,
  }
  return {view, unreachable, failure, refusals: reverted ? refusalsOf(view, replay) : []}
}

async function tryReplay(
  context: Context,
  {layer}: TransactionView,
  transaction: ChainTransaction,
  block: bigint,
): Promise<Replay | undefined> {
  try {
    return await replayTransaction(clientOf(context, layer), transaction, block)
  } catch (error) {
    if (isAnswer(error)) return undefined
    throw error
  }
}

/** An endpoint without archive state returns an error in its own wording. */
function isAnswer(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 20; depth++) {
    if (at instanceof RpcResponseError) return true
    at = at.cause
  }
  return false
}

function refusalsOf(
  {contract, call}: TransactionView,
  replay: Extract<Replay, {state: 'reverts'}>,
): Refusal[] {
  const place = {contract: contract ?? call?.contract, functionName: call?.functionName}
  return explainRevert(decodeRevert(replay.revertData), place).slice(0, 1).map(toRefusal)
}
