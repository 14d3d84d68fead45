import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {listSequencers} from '../../services/staking/sequencers.ts'
import {sequencerJson, sequencerListText} from '../../ui/presenters/sequencer.ts'

export default class SequencerList extends OperatorCommand {
  static override summary = 'List every registered sequencer.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --network local --json',
  ]

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(SequencerList)
    const context = this.openContext(flags)
    const list = await listSequencers(context)
    return {
      data: {sequencers: list.sequencers.map(sequencerJson), pool: list.pool},
      text: sequencerListText(list, context.profile?.owner ?? null),
    }
  }
}
