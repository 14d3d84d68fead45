import {Args, Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {keyAccess} from '../../cli/key-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {assertRemovable, removeSigner} from '../../services/signers/signers.ts'
import {signerJson, signerText} from '../../ui/presenters/signer.ts'

export default class SignerRemove extends OperatorCommand {
  static override summary =
    'Remove a remote signer, a watched address or a Safe. Keys are not touched.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> hardware',
    '<%= config.bin %> <%= command.id %> hardware --yes',
  ]

  static override args = {name: Args.string({description: 'Name of the signer.', required: true})}

  static override flags = {
    ...commonFlags,
    yes: Flags.boolean({description: 'Remove without asking.'}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(SignerRemove)
    const {config} = keyAccess({}, false)
    const signer = assertRemovable(args.name, config)
    this.say(signerText(signer))
    await this.confirm(`Forget signer ${args.name}?`, flags.yes)
    removeSigner(args.name, config)
    return {data: signerJson(signer), text: `Signer ${args.name} is forgotten.`}
  }
}
