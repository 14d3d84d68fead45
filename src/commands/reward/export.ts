import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {assertMayWrite, writeOutput} from '../../lib/files.ts'
import {createBook, readPrices} from '../../services/rewards/reward-export.ts'
import {readRewardHistory} from '../../services/rewards/reward-history.ts'
import {bookText} from '../../ui/presenters/reward-export.ts'
import {readProgressText} from '../../ui/presenters/reward-history.ts'

export default class RewardExport extends OperatorCommand {
  static override summary = 'Export the reward history for bookkeeping: CSV, JSON or Beancount.'

  static override description = `Days are UTC, amounts are whole METIS with all decimals. A price file has
lines such as 2026-01-31,28.50,USD; a day uses the newest price of that day or of the week before. Beancount
entries balance in METIS and end with an assertion of the unclaimed total.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> --format csv --output rewards.csv',
    '<%= config.bin %> <%= command.id %> 2 --format beancount --price-file prices.csv',
  ]

  static override args = {id: sequencerIdArg()}

  static override flags = {
    ...commonFlags,
    format: Flags.option({
      options: ['csv', 'json', 'beancount'] as const,
      description: 'Format of the document.',
      default: 'csv',
    })(),
    'price-file': Flags.string({
      description: 'Prices of one METIS: lines of date,price,currency.',
      helpValue: 'FILE',
    }),
    output: Flags.string({description: 'Write to this file instead of stdout.', helpValue: 'FILE'}),
    force: Flags.boolean({description: 'Overwrite the file if it exists.', dependsOn: ['output']}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(RewardExport)
    const {format, output, force} = flags
    const context = this.openContext(flags)
    // Invalid input is rejected before the long scan.
    if (output !== undefined) assertMayWrite(output, {replace: force})
    const prices = readPrices(flags['price-file'])
    const history = await readRewardHistory(context, args.id, {
      signal: this.interrupted.signal,
      onProgress: (progress) => this.progress(readProgressText(progress)),
    })
    this.endProgress()
    const book = createBook(history, prices)
    for (const warning of book.warnings) this.warnAbout(warning)
    const content = bookText(book, format)
    const data = {sequencerId: book.sequencerId, format, lines: book.lines.length}
    if (output === undefined) {
      return {data: {...data, output: null, content}, text: content.trimEnd(), isDocument: true}
    }
    writeOutput(output, content, {replace: force})
    return {
      data: {...data, output, content: null},
      text: `Wrote ${book.lines.length} lines to ${output}.`,
    }
  }
}
