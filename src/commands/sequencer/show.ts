import type {Result} from '../../cli/operator-command.ts'
import {SequencerCommand} from '../../cli/sequencer-command.ts'
import {providerOfOwner} from '../../protocol/lst/registry.ts'
import {findSequencer} from '../../services/staking/sequencers.ts'
import {sequencerJson, sequencerText} from '../../ui/presenters/sequencer.ts'

export default class SequencerShow extends SequencerCommand {
  static override summary =
    'Show one sequencer, and the liquid-staking provider that it belongs to.'

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(SequencerShow)
    const context = this.openContext(flags)
    const sequencer = await findSequencer(context, args.id)
    const provider = providerOfOwner(context.network.lstRegistry, sequencer.owner)
    return {
      data: {...sequencerJson(sequencer), provider},
      text: sequencerText(sequencer, provider),
    }
  }
}
