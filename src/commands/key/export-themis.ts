import {Args, Flags} from '@oclif/core'

import {NEVER_FROM_ENV} from '../../cli/env-names.ts'
import {keyAccess, openKeyFlags} from '../../cli/key-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {assertReveal} from '../../cli/reveal.ts'
import {planThemisExport, writeThemisFiles} from '../../services/keys/key-export.ts'
import {clearTextWarning, themisExportJson, themisExportText} from '../../ui/presenters/key.ts'

export default class KeyExportThemis extends OperatorCommand {
  static override summary =
    'Write a key as priv_validator_key.json or node_key.json, in clear text, for Themis.'

  static override description = `Themis reads its validator key from config/priv_validator_key.json and the identity of its node from
config/node_key.json, and cannot open encrypted ones. The type of the key decides which file it becomes. Files are
created with mode 600 and never overwritten; with two, both are written or neither.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> my-signer --output /var/lib/themis/config --reveal',
    '<%= config.bin %> <%= command.id %> my-signer --with my-node --output /var/lib/themis/config --reveal',
  ]

  static override args = {name: Args.string({description: 'Name of the key.', required: true})}

  static override flags = {
    ...openKeyFlags,
    output: Flags.string({description: 'Directory to write to.', helpValue: 'DIR', required: true}),
    with: Flags.string({
      description: 'Key of the other kind, for the other file of the same Themis home.',
      helpValue: 'NAME',
    }),
    reveal: Flags.boolean({
      env: NEVER_FROM_ENV,
      description: 'Confirm that the secret may be written in clear text.',
    }),
    yes: Flags.boolean({
      env: NEVER_FROM_ENV,
      description: 'Write without asking.',
    }),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(KeyExportThemis)
    const access = keyAccess(flags, this.mayAsk)
    const names = [args.name, ...(flags.with === undefined ? [] : [flags.with])]
    const plans = planThemisExport({names, directory: flags.output}, access)
    for (const plan of plans) {
      assertReveal(flags.reveal, `${plan.file} would hold the private key in clear text`)
      this.warnOfSecret({code: 'SECRET_IN_CLEAR_TEXT', message: clearTextWarning(plan)})
    }
    const what = names.length === 1 ? `key ${args.name}` : `keys ${names.join(' and ')}`
    await this.confirm(`Write ${what} in clear text?`, flags.yes)
    await writeThemisFiles(plans, access)
    return {data: themisExportJson(plans), text: themisExportText(plans)}
  }
}
