import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {readRewardHistory} from '../../services/rewards/reward-history.ts'
import {
  readProgressText,
  rewardHistoryJson,
  rewardHistoryText,
} from '../../ui/presenters/reward-history.ts'

export default class RewardHistory extends OperatorCommand {
  static override summary = 'List every reward credited, claimed and restaked, from the L1 logs.'

  static override description = `The first run reads the logs of both staking contracts since their deployment; logs that are deep
enough are cached, so later runs read only new ones. Ctrl-C keeps the progress.

The reward of a sequencer in a reward batch comes from the arguments of the payment. If another contract made
that call, an archive endpoint can still tell; otherwise the amount is unknown, never guessed.`

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> 2 --network local --last 10',
  ]

  static override args = {id: sequencerIdArg()}

  static override flags = {
    ...commonFlags,
    last: Flags.integer({description: 'Show only the newest lines, as text.', min: 1}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(RewardHistory)
    const history = await readRewardHistory(this.openContext(flags), args.id, {
      signal: this.interrupted.signal,
      onProgress: (progress) => this.progress(readProgressText(progress)),
    })
    this.endProgress()
    for (const warning of history.warnings) this.warnAbout(warning)
    return {data: rewardHistoryJson(history), text: rewardHistoryText(history, flags.last)}
  }
}
