import {Args} from '@oclif/core'

import {keyAccess} from '../../cli/key-flags.ts'
import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {findKey} from '../../services/keys.ts'
import {keyJson, keyText} from '../../ui/presenters/setup.ts'

export default class KeyShow extends OperatorCommand {
  static override summary = 'Show what is public of a key: address, public key, backend.'

  static override args = {name: Args.string({description: 'Name of the key.', required: true})}

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args} = await this.parse(KeyShow)
    const key = findKey(keyAccess({}, false).config, args.name)
    return {data: keyJson(key), text: keyText(key)}
  }
}
