import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sequencerExamples, sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {findSequencer} from '../../services/staking/sequencers.ts'
import {sequencerJson, sequencerText} from '../../ui/presenters/sequencer.ts'

export default class SequencerShow extends OperatorCommand {
  static override summary = 'Show one sequencer.'

  static override examples = sequencerExamples

  static override args = {id: sequencerIdArg()}

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(SequencerShow)
    const sequencer = await findSequencer(this.openContext(flags), args.id)
    return {data: sequencerJson(sequencer), text: sequencerText(sequencer)}
  }
}
