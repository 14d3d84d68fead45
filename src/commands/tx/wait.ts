import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {transactionArg} from '../../cli/transaction-arg.ts'
import {hashOf} from '../../services/sending/transactions.ts'
import {waitForHash} from '../../services/sending/wait-hash.ts'
import {openHome} from '../../store/home.ts'
import {waitedText} from '../../ui/presenters/transaction.ts'

const POLL_MS = 500

export default class TxWait extends OperatorCommand {
  static override summary = 'Wait for a transaction to reach a given depth.'

  static override description =
    'Exits 0 when it succeeded, 6 when it was mined and failed, 5 when another transaction took its nonce, and 7 when the outcome is still unknown in time. Ignores reorged blocks.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> 1',
    '<%= config.bin %> <%= command.id %> 1 --for finalized --max-wait 3600',
  ]

  static override args = {transaction: transactionArg({required: true})}

  static override flags = {
    ...commonFlags,
    for: Flags.option({
      options: ['confirmed', 'safe', 'finalized'] as const,
      description: 'Depth to wait for: a number of confirmations, or a safe or finalized block.',
      default: 'confirmed',
    })(),
    confirmations: Flags.integer({
      description: 'Required confirmations, including its own block; with `--for confirmed`.',
      default: 1,
      min: 1,
      max: 100_000,
    }),
    'max-wait': Flags.integer({
      description: 'Seconds until the outcome counts as unknown.',
      default: 1800,
      min: 1,
      max: 604_800,
    }),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(TxWait)
    const {hash, entry} = hashOf(openHome(), args.transaction)
    const context = this.openContext({...flags, network: flags.network ?? entry?.network})
    const waited = await waitForHash(context, hash, entry, {
      goal: flags.for,
      confirmations: BigInt(flags.confirmations),
      limitMs: flags['max-wait'] * 1000,
      pollMs: POLL_MS,
      signal: this.interrupted.signal,
      onProgress: (text) => this.progress(text),
    })
    this.endProgress()
    return {
      data: waited,
      text: waitedText(waited),
      ...(waited.succeeded ? {} : {exit: 'reverted' as const}),
    }
  }
}
