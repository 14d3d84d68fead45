import {Args} from '@oclif/core'

import {keyAccess, newKeyFlags, newKeyOptions} from '../../cli/key-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {createKey, scryptOf} from '../../services/keys/keys.ts'
import {keyJson, newKeyText} from '../../ui/presenters/key.ts'

export default class KeyCreate extends OperatorCommand {
  static override summary = 'Create a key. Its secret never leaves the backend.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> my-signer',
    '<%= config.bin %> <%= command.id %> my-signer --backend file --password-file /run/secrets/pass',
  ]

  static override args = {name: Args.string({description: 'Name of the key.', required: true})}

  static override flags = newKeyFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(KeyCreate)
    const access = keyAccess(flags, this.mayAsk)
    const key = await createKey(newKeyOptions(args.name, flags), access)
    const scrypt = scryptOf(key, access.home)
    return {data: {...keyJson(key), scrypt}, text: newKeyText('Made', key, scrypt)}
  }
}
