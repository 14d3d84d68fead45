import {parseTransaction} from 'viem'

import {replayTransaction} from '../../chain/actions/transactions/replay-transaction.ts'
import type {ChainClient} from '../../chain/connect.ts'
import {decodeCall} from '../../chain/decode-call.ts'
import {decodeRevert, explainRevert} from '../../chain/explain/decode-revert.ts'
import type {CatalogueEntry} from '../../chain/explain/entry.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import type {JournalEntry} from '../../store/journal.ts'
import {factsOf} from './journal-facts.ts'
import type {Receipt} from './send-dependencies.ts'

/** The error for one of our transactions that was mined and failed, with the reason if a replay finds it. */
export async function reverted(
  client: ChainClient,
  entry: JournalEntry,
  receipt: Receipt,
): Promise<MetisSeqError> {
  // An endpoint without archive state, or one that stopped responding, cannot tell why; the failure itself is certain.
  const refusal = await refusalOf(client, entry, receipt).catch(() => undefined)
  const failed = `${entry.label}: the transaction was mined in block ${receipt.blockNumber} and failed`
  const {gas = 0n} = parseTransaction(entry.raw)
  // A call that stops for another reason returns what is left of its gas, with few exceptions.
  const isOutOfGas = !refusal && gas > 0n && receipt.gasUsed >= gas
  const reason = refusal?.message ?? (isOutOfGas ? `It used all of its ${gas} gas.` : undefined)
  return new MetisSeqError({
    code: 'TX_REVERTED',
    message: reason === undefined ? `${failed}.` : `${failed}: ${reason}`,
    facts: {...factsOf(entry), block: `${receipt.blockNumber}`, feeWei: `${receipt.feeWei}`},
    hints: [
      ...(refusal?.hints ?? []),
      'Run the same command with `--dry-run` to see which precondition fails now.',
    ],
  })
}

/** Undefined: it succeeds on its own, or its reason is unknown. */
async function refusalOf(
  client: ChainClient,
  {hash, from, to, nonce, valueWei, raw}: JournalEntry,
  {blockNumber}: Receipt,
): Promise<CatalogueEntry | undefined> {
  const {data = '0x', gas = 0n} = parseTransaction(raw)
  const transaction = {hash, from, to, data, valueWei, accountNonce: nonce, gasLimit: gas}
  const replay = await replayTransaction(client, transaction, blockNumber - 1n)
  if (replay.state === 'succeeds') return undefined
  return explainRevert(decodeRevert(replay.revertData), decodeCall(data))[0]
}
