import {Args, Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {keyAccess} from '../../cli/key-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {backupPassword, backupPasswordFlags} from '../../cli/password-flags.ts'
import {verifyBackup} from '../../services/keys/key-backup.ts'
import {verifiedJson, verifiedText} from '../../ui/presenters/key.ts'

export default class KeyVerifyBackup extends OperatorCommand {
  static override summary = 'Test-restore a backup and show which key it contains.'

  static override description = `Needs only the backup and its password, not the key itself. If the key is on this machine, the test is
recorded, so that \`key delete\` knows of a working backup.`

  static override examples = ['<%= config.bin %> <%= command.id %> /media/usb/my-owner.json']

  static override args = {file: Args.string({description: 'The backup.', required: true})}

  static override flags = {
    ...commonFlags,
    key: Flags.string({description: 'Key that the backup must contain.', helpValue: 'NAME'}),
    ...backupPasswordFlags,
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(KeyVerifyBackup)
    const verified = await verifyBackup(
      {file: args.file, name: flags.key},
      keyAccess({}, this.mayAsk),
      backupPassword(flags, this.mayAsk),
    )
    return {data: verifiedJson(verified), text: verifiedText(verified)}
  }
}
