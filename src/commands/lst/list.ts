import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {listProviders} from '../../services/lst/lst.ts'
import {providersText} from '../../ui/presenters/lst.ts'

export default class LstList extends OperatorCommand {
  static override summary = 'List the liquid-staking providers of the network.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --network local',
  ]

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(LstList)
    const providers = await listProviders(this.openContext(flags))
    return {data: {providers}, text: providersText(providers)}
  }
}
