import {Args, Flags} from '@oclif/core'

import {NEVER_FROM_ENV} from '../../cli/env-names.ts'
import {commonFlags, confirmFlag} from '../../cli/flags.ts'
import {keyAccess} from '../../cli/key-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {assertDeletable, deleteKey, planKeyDeletion} from '../../services/keys/key-delete.ts'
import {deletionJson, deletionText} from '../../ui/presenters/key.ts'

export default class KeyDelete extends OperatorCommand {
  static override summary = 'Delete a key that nothing uses and that has a tested backup.'

  static override description = `Shows the key before it asks. Refuses while a node runs with the key, while a profile uses it
(trap key-in-use), and while no backup of it has been tested (trap no-backup).`

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
      description: 'Accept a named trap that would otherwise stop the command.',
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
