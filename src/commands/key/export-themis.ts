import {Args, Flags} from '@oclif/core'

import {keyAccess, openKeyFlags} from '../../cli/key-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {assertReveal} from '../../cli/reveal.ts'
import {planThemisExport, writeThemisKey} from '../../services/key-export.ts'

export default class KeyExportThemis extends OperatorCommand {
  static override summary = 'Write a key as priv_validator_key.json, in clear text, for Themis.'

  static override description = `Themis reads its validator key from config/priv_validator_key.json and cannot open an encrypted one. The
file is made with mode 600 and never overwritten. Its node_key.json is an identity of its own: \`themis init\` makes it.`

  static override examples = [
    '<%= config.bin %> key export-themis my-signer --output /var/lib/themis/config --reveal',
  ]

  static override args = {name: Args.string({description: 'Name of the key.', required: true})}

  static override flags = {
    ...openKeyFlags,
    output: Flags.string({description: 'Directory to write to.', helpValue: 'DIR', required: true}),
    reveal: Flags.boolean({description: 'Say that the secret may be written in clear text.'}),
    yes: Flags.boolean({description: 'Write without asking.'}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(KeyExportThemis)
    const access = keyAccess(flags, this.mayAsk)
    const plan = planThemisExport({name: args.name, directory: flags.output}, access)
    assertReveal(flags.reveal, `${plan.file} would hold the private key in clear text`)
    this.warnAbout({
      code: 'SECRET_IN_CLEAR_TEXT',
      message: `${plan.file} will hold the private key in clear text: whoever reads it can sign as ${plan.key.address}. Only one node may run with it.`,
    })
    await this.confirm(`Write key ${args.name} in clear text?`, flags.yes)
    await writeThemisKey(plan, access)
    const {name, address} = plan.key
    return {
      data: {name, address, file: plan.file},
      text: `Wrote key ${name} (${address}) to ${plan.file}, mode 600.`,
    }
  }
}
