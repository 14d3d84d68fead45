import type {Result} from '../../cli/operator-command.ts'
import {SequencerCommand} from '../../cli/sequencer-command.ts'
import {showStake} from '../../services/staking/stake.ts'
import {sequencerJson, stakeText} from '../../ui/presenters/sequencer.ts'

export default class StakeShow extends SequencerCommand {
  static override summary = 'Show a lock and the limits of the pool.'

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(StakeShow)
    const view = await showStake(this.openContext(flags), args.id)
    return {data: {...view, sequencer: sequencerJson(view.sequencer)}, text: stakeText(view)}
  }
}
