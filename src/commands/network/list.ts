import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {listNetworks} from '../../services/network/networks.ts'
import {openHome} from '../../store/home.ts'
import {networkListText} from '../../ui/presenters/setup.ts'

export default class NetworkList extends OperatorCommand {
  static override summary = 'List the known networks.'

  static override examples = ['<%= config.bin %> <%= command.id %>']

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    await this.parse(NetworkList)
    const networks = listNetworks(openHome())
    return {
      data: {
        networks: networks.map(({network, source}) => ({
          name: network.name,
          kind: network.kind,
          source,
          l1ChainId: network.l1.chainId,
          l2ChainId: network.l2.chainId,
        })),
      },
      text: networkListText(networks),
    }
  }
}
