import {Args, Flags} from '@oclif/core'

import {keyAccess, rewriteKeyFlags} from '../../cli/key-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {backupPassword, backupPasswordFlags} from '../../cli/password-flags.ts'
import {backupKey} from '../../services/keys/key-backup.ts'
import {backupJson, backupText} from '../../ui/presenters/key.ts'

export default class KeyBackup extends OperatorCommand {
  static override summary = 'Write a key to a new encrypted file, under a password of its own.'

  static override description = `Writes a Web3 Secret Storage file (version 3), which \`key import\` and most wallets can open. An existing
file is never overwritten. Test it with \`key verify-backup\` before you rely on it.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> my-owner --output /media/usb/my-owner.json',
  ]

  static override args = {name: Args.string({description: 'Name of the key.', required: true})}

  static override flags = {
    ...rewriteKeyFlags,
    output: Flags.string({description: 'File to create.', helpValue: 'FILE', required: true}),
    ...backupPasswordFlags,
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(KeyBackup)
    const backup = await backupKey(
      {name: args.name, output: flags.output},
      keyAccess(flags, this.mayAsk),
      backupPassword(flags, this.mayAsk),
    )
    if (backup.onSameDisk)
      this.warnAbout({
        code: 'SAME_DISK',
        message:
          'The backup is on the same disk as the key and would be lost with it. Copy it elsewhere.',
      })
    return {data: backupJson(backup), text: backupText(backup)}
  }
}
