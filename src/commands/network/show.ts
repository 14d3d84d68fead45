import {Args} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {networkJson, networkText} from '../../ui/presenters/setup.ts'

export default class NetworkShow extends OperatorCommand {
  static override summary = 'Show a network: chain ids, contracts, endpoints.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> andromeda --json',
  ]

  static override args = {
    name: Args.string({description: 'Network. Default: the network of the profile.'}),
  }

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(NetworkShow)
    const {network} = this.openContext({...flags, network: args.name ?? flags.network})
    return {data: networkJson(network), text: networkText(network)}
  }
}
