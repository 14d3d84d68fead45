import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {commandFor} from '../../health/rule.ts'
import {writeOutput} from '../../lib/files.ts'
import {formatWeiShort, isoTime} from '../../lib/units.ts'
import {viewExit} from '../../services/exit/exit.ts'
import {toCalendar} from '../../ui/presenters/calendar.ts'

export default class ExitCalendar extends OperatorCommand {
  static override summary =
    'Write a calendar entry for the day when the METIS of an exit can be claimed.'

  static override description =
    'For an exit that has not begun, the date assumes that it begins now.'

  static override examples = ['<%= config.bin %> <%= command.id %> --output exit.ics']

  static override args = {id: sequencerIdArg()}

  static override flags = {
    ...commonFlags,
    output: Flags.string({
      description: 'File to write. Default: stdout.',
      helpValue: 'FILE',
    }),
    force: Flags.boolean({description: 'Overwrite the file if it exists.'}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(ExitCalendar)
    const context = this.openContext(flags)
    const {snapshot, freeAtSeconds, phase} = await viewExit(context, args.id)
    const {sequencerId, amountMetisWei, owner} = snapshot.sequencer
    const acting = {profile: context.profileName, network: context.networkName}
    const finish = commandFor(acting, `exit finish ${sequencerId}`)
    const calendar = toCalendar(
      {
        uid: `exit-${sequencerId}-${freeAtSeconds}@${context.networkName}.metis-seq`,
        atSeconds: freeAtSeconds,
        title: `Claim ${formatWeiShort(amountMetisWei)} METIS of sequencer ${sequencerId}`,
        text: `Run: ${finish}\nOwner: ${owner}`,
      },
      Date.now(),
    )
    const data = {sequencerId, phase, freeAtSeconds, freeAt: isoTime(freeAtSeconds), calendar}
    if (flags.output === undefined) return {data, text: calendar.trimEnd(), isDocument: true}
    writeOutput(flags.output, calendar, {replace: flags.force})
    return {
      data: {...data, file: flags.output},
      text: `Wrote ${flags.output}: ${isoTime(freeAtSeconds)}.`,
    }
  }
}
