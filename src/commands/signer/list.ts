import {commonFlags} from '../../cli/flags.ts'
import {keyAccess} from '../../cli/key-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {listSigners} from '../../services/signers/signers.ts'
import {signerListJson, signerListText} from '../../ui/presenters/signer.ts'

export default class SignerList extends OperatorCommand {
  static override summary =
    'List the signers: local keys, remote signers, watched addresses and Safes.'

  static override examples = ['<%= config.bin %> <%= command.id %>']

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    await this.parse(SignerList)
    const listed = listSigners(keyAccess({}, false).config)
    return {data: signerListJson(listed), text: signerListText(listed)}
  }
}
