import {Args, Flags} from '@oclif/core'

import {keyAccess, newKeyFlags, newKeyOptions} from '../../cli/key-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {readSecret} from '../../cli/read-secret.ts'
import {importKey} from '../../services/keys.ts'
import {keyJson, keyText} from '../../ui/presenters/setup.ts'

export default class KeyImport extends OperatorCommand {
  static override summary =
    'Store an existing private key from a file, a file descriptor or a prompt.'

  static override description =
    'Reads 64 hex digits, or Themis’ priv_validator_key.json. A key is never taken from the command line.'

  static override args = {name: Args.string({description: 'Name of the key.', required: true})}

  static override flags = {
    ...newKeyFlags,
    'from-file': Flags.string({
      description: 'File with the key; - is standard input.',
      helpValue: 'FILE',
      exclusive: ['from-fd'],
    }),
    'from-fd': Flags.integer({description: 'Open file descriptor with the key.', min: 3}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(KeyImport)
    const secret = await readSecret(flags['from-file'] ?? flags['from-fd'], this.mayAsk)
    const access = keyAccess(flags, this.mayAsk)
    const key = await importKey(secret, newKeyOptions(args.name, flags), access)
    return {
      data: keyJson(key),
      text: `Imported key ${key.name} into backend ${key.backend}.\n${keyText(key)}`,
    }
  }
}
