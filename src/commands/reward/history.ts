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

  static override description = `The first run reads the logs of both staking contracts from their
deployment on; what is deep enough is kept, so later runs only read what is new. Ctrl-C keeps what was read.

How much a sequencer got in a reward batch is in the arguments of the payment. Where another contract made that
call, an archive endpoint can still tell; otherwise the amount is unknown, and never guessed.`

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> 2 --network local --last 10',
  ]

  static override args = {id: sequencerIdArg()}

  static override flags = {
    ...commonFlags,
    last: Flags.integer({description: 'Show only so many newest lines as text.', min: 1}),
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
