import type {Result} from '../../cli/operator-command.ts'
import {SequencerCommand} from '../../cli/sequencer-command.ts'
import {planStake} from '../../services/staking/stake.ts'
import {stakeOptionsJson, stakeOptionsText} from '../../ui/presenters/stake.ts'

export default class StakePlan extends SequencerCommand {
  static override summary = 'Show how much can be locked, restaked and withdrawn now. Read-only.'

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(StakePlan)
    const options = await planStake(this.openContext(flags), args.id)
    return {data: stakeOptionsJson(options), text: stakeOptionsText(options)}
  }
}
