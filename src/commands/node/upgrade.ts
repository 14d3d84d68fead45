import {Flags} from '@oclif/core'

import {NEVER_FROM_ENV} from '../../cli/env-names.ts'
import {commonFlags, durationFlag, nowFlag} from '../../cli/flags.ts'
import {nodeFlags} from '../../cli/node-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {passwordFlags} from '../../cli/password-flags.ts'

export default class NodeUpgrade extends OperatorCommand {
  static override summary =
    'Start the installed version of metis-seq in the place of the node that runs another one.'

  static override description = `Install the other version with npm first. Does nothing when the node runs the installed version.
Refused with 10 while the signer may have to produce before the node is back; \`duty wait\` waits for a window.
Refused before anything is stopped when the installed version cannot read the data of the node, or is older.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> --dry-run',
    '<%= config.bin %> <%= command.id %> --profile seq-2 --yes',
  ]

  static override flags = {
    ...commonFlags,
    ...passwordFlags,
    ...nodeFlags,
    idle: durationFlag('Time until the node is back at the head.', '1m'),
    now: nowFlag,
    'dry-run': Flags.boolean({char: 'n', description: 'Check and preview, then stop.'}),
    yes: Flags.boolean({description: 'Go on without asking. Required without a terminal.'}),
    override: Flags.option({
      env: NEVER_FROM_ENV,
      options: ['downgrade'] as const,
      description: 'Accept a named trap: the installed version is older than the one that runs.',
      multiple: true,
      helpValue: 'TRAP_ID',
    })(),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(NodeUpgrade)
    const context = this.openContext(flags)
    const {upgradeNode} = await import('../../cli/upgrade-node.ts')
    return upgradeNode(context, flags, {
      ...this.nodeHost,
      version: this.config.version,
      say: (text) => this.say(text),
      warn: (message) => this.warnAbout({code: 'ON_DUTY', message}),
      confirm: (question) => this.confirm(question, flags.yes),
      keepForFailure: (data) => this.keepForFailure(data),
    })
  }
}
