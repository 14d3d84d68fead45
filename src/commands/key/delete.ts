import {Args, Flags} from '@oclif/core'

import {NEVER_FROM_ENV} from '../../cli/env-names.ts'
import {commonFlags, confirmFlag} from '../../cli/flags.ts'
import {keyAccess} from '../../cli/key-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {assertDeletable, deleteKey, planKeyDeletion} from '../../services/keys/key-delete.ts'
import {deletionJson, deletionText} from '../../ui/presenters/key.ts'

export default class KeyDelete extends OperatorCommand {
  static override summary =
    'Delete a key from this machine, when nothing needs it and a backup opens.'

  static override description = `Shows what the key is before it asks. Refuses while a node runs with the key, while a profile uses it
(trap key-in-use), and when no backup of it was ever opened (trap no-backup).`

  static override examples = [
    '<%= config.bin %> <%= command.id %> my-signer',
    '<%= config.bin %> <%= command.id %> my-signer --override no-backup --confirm my-signer',
  ]

  static override args = {name: Args.string({description: 'Name of the key.', required: true})}

  static override flags = {
    ...commonFlags,
    confirm: confirmFlag('Name of the key'),
    override: Flags.option({
      env: NEVER_FROM_ENV,
      options: ['key-in-use', 'no-backup'] as const,
      description: 'Accept a named trap that would stop the command.',
      multiple: true,
      helpValue: 'TRAP_ID',
    })(),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(KeyDelete)
    const access = keyAccess({}, this.mayAsk)
    const deletion = await planKeyDeletion(args.name, access, flags.timeout)
    this.keepForFailure(deletionJson(deletion))
    this.say(deletionText(deletion))
    assertDeletable(deletion, flags.override ?? [])
    await this.confirmName(`Delete key ${args.name} for good?`, args.name, flags.confirm)
    await deleteKey(deletion, access)
    return {data: deletionJson(deletion), text: `Key ${args.name} is deleted.`}
  }
}
