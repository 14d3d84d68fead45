import {Args, Flags} from '@oclif/core'

import {keyAccess, rememberPasswordFileFlag, rewriteKeyFlags} from '../../cli/key-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {moveKey} from '../../services/keys/key-move.ts'
import {movedJson, movedText} from '../../ui/presenters/key.ts'

export default class KeyMove extends OperatorCommand {
  static override summary = 'Move a key to another backend of this machine.'

  static override description = `Writes the key to the new backend, reads it back, and only then deletes the old copy. Run the same
command again to finish an interrupted move.`

  static override examples = ['<%= config.bin %> <%= command.id %> my-signer --backend file']

  static override args = {name: Args.string({description: 'Name of the key.', required: true})}

  static override flags = {
    ...rewriteKeyFlags,
    backend: Flags.option({
      options: ['keytar', 'secret-service', 'file'] as const,
      description: 'New backend of the secret.',
      required: true,
    })(),
    'remember-password-file': rememberPasswordFileFlag,
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(KeyMove)
    const moved = await moveKey(
      {
        name: args.name,
        backend: flags.backend,
        rememberPasswordFile: flags['remember-password-file'],
      },
      keyAccess(flags, this.mayAsk),
    )
    return {data: movedJson(moved), text: movedText(moved)}
  }
}
