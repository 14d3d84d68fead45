import {Args} from '@oclif/core'

import {keyAccess, newKeyFlags, newKeyOptions} from '../../cli/key-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {createKey} from '../../services/keys.ts'
import {keyJson, keyText} from '../../ui/presenters/setup.ts'

export default class KeyCreate extends OperatorCommand {
  static override summary = 'Make a new key. Its secret never leaves the backend.'

  static override examples = [
    '<%= config.bin %> key create my-signer',
    '<%= config.bin %> key create my-signer --backend file --password-file /run/secrets/pass',
  ]

  static override args = {name: Args.string({description: 'Name of the key.', required: true})}

  static override flags = newKeyFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(KeyCreate)
    const key = await createKey(newKeyOptions(args.name, flags), keyAccess(flags, this.mayAsk))
    return {
      data: keyJson(key),
      text: `Made key ${key.name} in backend ${key.backend}.\n${keyText(key)}`,
    }
  }
}
