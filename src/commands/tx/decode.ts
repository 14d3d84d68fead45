import {Args} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {decodeInput} from '../../services/explain/decode-transaction.ts'
import {openHome} from '../../store/home.ts'
import {decodedText} from '../../ui/presenters/transaction.ts'

export default class TxDecode extends OperatorCommand {
  static override summary = 'Decode a transaction before it is signed or sent. Offline.'

  static override description =
    'Accepts a raw transaction, signed or not; a file with one; a file written by `--unsigned FILE`, in any format; or the hash of a transaction in the journal.'

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
