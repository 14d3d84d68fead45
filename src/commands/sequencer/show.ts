import type {Result} from '../../cli/operator-command.ts'
import {SequencerCommand} from '../../cli/sequencer-command.ts'
import {findSequencer} from '../../services/staking/sequencers.ts'
import {sequencerJson, sequencerText} from '../../ui/presenters/sequencer.ts'

export default class SequencerShow extends SequencerCommand {
  static override summary = 'Show one sequencer.'

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(SequencerShow)
    const sequencer = await findSequencer(this.openContext(flags), args.id)
    return {data: sequencerJson(sequencer), text: sequencerText(sequencer)}
  }
}
