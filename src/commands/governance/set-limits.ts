import {changeSetting} from '../../cli/operate.ts'
import {commonFlags, metisFlag, sendFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {planLimits} from '../../services/governance/set-limits.ts'

export default class GovernanceSetLimits extends OperatorCommand {
  static override summary = 'Change the minimum and maximum lock of a sequencer.'

  static override description = `For network owners: signed by the owner of LockingInfo, who must be the owner of the profile.
No sequencer is removed; the preview names those that could no longer withdraw or add.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> --min-lock 10000 --max-lock 150000 --profile governance',
    '<%= config.bin %> <%= command.id %> --max-lock 200000 --profile governance --dry-run',
  ]

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    'min-lock': metisFlag({
      description: 'Minimum lock in METIS.',
      atLeastOne: ['min-lock', 'max-lock'],
    }),
    'max-lock': metisFlag({
      description: 'Maximum lock in METIS.',
      atLeastOne: ['min-lock', 'max-lock'],
    }),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(GovernanceSetLimits)
    const context = this.openContext(flags)
    const request = {minLockMetisWei: flags['min-lock'], maxLockMetisWei: flags['max-lock']}
    return changeSetting(context, flags, this.sendHost(flags.yes), {
      action: 'governance set-limits',
      plan: () => planLimits(context, request),
      done: ({title}) => ({text: `Done: ${title}.`}),
    })
  }
}
