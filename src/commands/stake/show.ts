import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sequencerExamples, sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {showStake} from '../../services/staking/stake.ts'
import {sequencerJson, stakeText} from '../../ui/presenters/sequencer.ts'

export default class StakeShow extends OperatorCommand {
  static override summary = 'Show a lock and the limits of the pool.'

  static override examples = sequencerExamples

  static override args = {id: sequencerIdArg()}

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(StakeShow)
    const view = await showStake(this.openContext(flags), args.id)
    return {data: {...view, sequencer: sequencerJson(view.sequencer)}, text: stakeText(view)}
  }
}
