import {Args, Flags} from '@oclif/core'

import {keyAccess, newKeyFlags, newKeyOptions} from '../../cli/key-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {backupPassword, backupPasswordFlags} from '../../cli/password-flags.ts'
import {readSecret} from '../../cli/read-secret.ts'
import {assertNewName} from '../../services/keys/key-names.ts'
import {importKeyFrom, scryptOf} from '../../services/keys/keys.ts'
import {keyJson, newKeyText, secondCopyWarning} from '../../ui/presenters/key.ts'

export default class KeyImport extends OperatorCommand {
  static override summary = 'Import a private key from a file, a file descriptor or a prompt.'

  static override description = `Reads 64 hex digits, Themis’ priv_validator_key.json or node_key.json, or an encrypted Web3 Secret
Storage file such as a backup. A key is never taken from the command line.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> my-signer --from-file /var/lib/themis/config/priv_validator_key.json',
    '<%= config.bin %> <%= command.id %> my-node --from-file /var/lib/themis/config/node_key.json',
    '<%= config.bin %> <%= command.id %> my-signer --from-file /media/usb/my-signer.json',
    '<%= config.bin %> <%= command.id %> my-signer --from-fd 3 3< <(pass show my-signer)',
  ]

  static override args = {name: Args.string({description: 'Name of the key.', required: true})}

  static override flags = {
    ...newKeyFlags,
    'from-file': Flags.string({
      description: 'File with the key; - is standard input.',
      helpValue: 'FILE',
      exclusive: ['from-fd'],
    }),
    'from-fd': Flags.integer({description: 'Open file descriptor with the key.', min: 3}),
    ...backupPasswordFlags,
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(KeyImport)
    const access = keyAccess(flags, this.mayAsk)
    // Checked before a key is typed in vain.
    assertNewName(args.name, access.config)
    const source = await readSecret(
      flags['from-file'] ?? flags['from-fd'],
      this.mayAsk,
      this.interrupted.signal,
    )
    const {key, kind} = await importKeyFrom(
      source,
      backupPassword(flags, this.mayAsk),
      newKeyOptions(args.name, flags),
      access,
    )
    if (kind === 'themis')
      this.warnAbout({code: 'SECOND_COPY', message: secondCopyWarning(source.from, key)})
    const scrypt = scryptOf(key, access.home)
    return {data: {...keyJson(key), scrypt}, text: newKeyText('Imported', key, scrypt)}
  }
}
