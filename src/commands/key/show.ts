import {Args, Flags} from '@oclif/core'

import {NEVER_FROM_ENV} from '../../cli/env-names.ts'
import {keyAccess, openKeyFlags} from '../../cli/key-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {keyFilesOf} from '../../services/keys/key-files.ts'
import {findKey, readSecret, scryptOf} from '../../services/keys/keys.ts'
import {keyJson, keySpellingsJson, keyText, revealWarning} from '../../ui/presenters/key.ts'

export default class KeyShow extends OperatorCommand {
  static override summary =
    'Show the public part of a key: address or node id, public key, backend.'

  static override description = `With --reveal it also prints the private key, after a warning that --quiet does not silence and a
confirmation. Without a terminal, and with --json, it needs --yes on the command line as well; METIS_SEQ_YES does
not count. The JSON document then has the key in \`privateKey\`, next to the warning.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> my-signer',
    '<%= config.bin %> <%= command.id %> my-signer --reveal',
  ]

  static override args = {name: Args.string({description: 'Name of the key.', required: true})}

  static override flags = {
    ...openKeyFlags,
    reveal: Flags.boolean({
      env: NEVER_FROM_ENV,
      description: 'Also print the private key, after a confirmation.',
    }),
    yes: Flags.boolean({
      env: NEVER_FROM_ENV,
      description: 'Print the private key without asking.',
      dependsOn: ['reveal'],
    }),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(KeyShow)
    const access = keyAccess(flags, this.mayAsk)
    const key = findKey(access.config, args.name)
    const files = keyFilesOf(key, access.home)
    const scrypt = scryptOf(key, access.home)
    const data = {...keyJson(key), ...keySpellingsJson(key), ...files, scrypt}
    if (!flags.reveal) return {data, text: keyText(key, files)}
    this.warnOfSecret({
      code: 'SECRET_SHOWN',
      message: revealWarning(key),
    })
    await this.confirm(`Print the private key of ${key.name}?`, flags.yes)
    const privateKey = await readSecret(key, access)
    return {data: {...data, privateKey}, text: `${keyText(key, files)}\nprivate key  ${privateKey}`}
  }
}
