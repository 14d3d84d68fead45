import {Args, Flags} from '@oclif/core'

import {keyAccess} from '../../cli/key-flags.ts'
import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {findKey} from '../../services/keys.ts'

export default class KeyExportPublic extends OperatorCommand {
  static override summary =
    'Print the public key of a key, as LockingPool and the registry want it.'

  static override args = {name: Args.string({description: 'Name of the key.', required: true})}

  static override flags = {
    ...commonFlags,
    prefix: Flags.boolean({description: 'With the 04 prefix, as Themis prints it (65 bytes).'}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(KeyExportPublic)
    const {name, address, publicKey} = findKey(keyAccess({}, false).config, args.name)
    const shown = flags.prefix ? `0x04${publicKey.slice(2)}` : publicKey
    return {data: {name, address, publicKey: shown}, text: shown}
  }
}
