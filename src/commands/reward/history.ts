import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {plotFlag, withPlotNote} from '../../cli/plot-flag.ts'
import {sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {assertMayWrite, writeOutput} from '../../lib/files.ts'
import {readRewardHistory} from '../../services/rewards/reward-history.ts'
import {
  readProgressText,
  rewardHistoryJson,
  rewardHistoryText,
} from '../../ui/presenters/reward-history.ts'
import {rewardPlot} from '../../ui/presenters/reward-plot.ts'

export default class RewardHistory extends OperatorCommand {
  static override summary = 'List every reward credited, claimed and restaked, from the L1 logs.'

  static override description = `The first run reads the logs of both staking contracts since their deployment; logs that are deep
enough are cached, so later runs read only new ones. Ctrl-C keeps the progress.

The reward of a sequencer in a reward batch comes from the arguments of the payment. If another contract made
that call, an archive endpoint can still tell; otherwise the amount is unknown, never guessed.`

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> 2 --network local --last 10',
    '<%= config.bin %> <%= command.id %> --plot rewards.svg',
  ]

  static override args = {id: sequencerIdArg()}

  static override flags = {
    ...commonFlags,
    last: Flags.integer({description: 'Show only the newest lines, as text.', min: 1}),
    plot: plotFlag('the rewards per day, and cumulated,'),
    force: Flags.boolean({description: 'Overwrite the file if it exists.', dependsOn: ['plot']}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(RewardHistory)
    const {plot = null, force} = flags
    // Refused before the long search for logs.
    if (plot !== null) assertMayWrite(plot, {replace: force})
    const history = await readRewardHistory(this.openContext(flags), args.id, {
      signal: this.interrupted.signal,
      onProgress: (progress) => this.progress(readProgressText(progress)),
    })
    this.endProgress()
    for (const warning of history.warnings) this.warnAbout(warning)
    if (plot !== null) writeOutput(plot, rewardPlot(history), {replace: force})
    return {
      data: {...rewardHistoryJson(history), plot},
      text: withPlotNote(rewardHistoryText(history, flags.last), plot),
    }
  }
}
