import {Args} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {decodeInput} from '../../services/explain/decode-transaction.ts'
import {openHome} from '../../store/home.ts'
import {decodedText} from '../../ui/presenters/transaction.ts'

export default class TxDecode extends OperatorCommand {
  static override summary = 'Read a transaction before it is signed or sent. Asks no chain.'

  static override description =
    'Takes a raw transaction, signed or not; a file with one; a file that `--unsigned FILE` wrote, in any of its formats; or the hash of a transaction in the journal.'

  static override examples = ['<%= config.bin %> <%= command.id %> unsigned.json']

  static override args = {
    input: Args.string({description: 'Raw transaction, file, or hash.', required: true}),
  }

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args} = await this.parse(TxDecode)
    const decoded = await decodeInput(openHome(), args.input)
    return {data: decoded, text: decodedText(decoded)}
  }
}
