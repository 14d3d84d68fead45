import {commonFlags, confirmFlag, nowFlag, sendFlags} from '../../cli/flags.ts'
import {changeSequencer} from '../../cli/operate.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {isoTime} from '../../lib/units.ts'
import {planExitStart} from '../../services/exit/exit.ts'

export default class ExitStart extends OperatorCommand {
  static override summary = 'Begin the exit of a sequencer. This cannot be undone.'

  static override description =
    'The sequencer stops earning at once; its METIS can be claimed after the exit delay. Run `exit plan` first.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> --dry-run',
    '<%= config.bin %> <%= command.id %> --unsigned exit.json',
  ]

  static override args = {id: sequencerIdArg()}

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    confirm: confirmFlag('Id of the sequencer'),
    now: nowFlag,
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(ExitStart)
    const context = this.openContext(flags)
    // The same trap by another name: who waits for a window with `duty wait` knows this flag.
    const override = flags.now ? [...(flags.override ?? []), 'producing' as const] : flags.override
    return changeSequencer(context, {...flags, override}, this.sendHost(flags.yes, flags.confirm), {
      action: 'exit start',
      role: 'owner',
      plan: () => planExitStart(context, args.id),
      done: ({sequencer}) => ({
        text: [
          `Sequencer ${sequencer.sequencerId} is exiting. Its METIS are free on ${isoTime(sequencer.unlockClaimTimeSeconds)}.`,
          `Next: \`metis-seq exit calendar ${sequencer.sequencerId}\` writes a reminder; \`metis-seq exit finish ${sequencer.sequencerId}\` claims then.`,
        ].join('\n'),
      }),
    })
  }
}
