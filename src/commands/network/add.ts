import {Args, Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {addNetwork} from '../../services/network/networks.ts'
import {openHome} from '../../store/home.ts'

export default class NetworkAdd extends OperatorCommand {
  static override summary = 'Add your own network from a document.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> my-network.json',
    '<%= config.bin %> <%= command.id %> my-network.json --replace',
  ]

  static override args = {
    file: Args.string({description: 'Network document (JSON).', required: true}),
  }

  static override flags = {
    ...commonFlags,
    'ca-file': Flags.string({
      description:
        'PEM of a certificate authority to trust for its endpoints, besides those of the system.',
      helpValue: 'FILE',
    }),
    replace: Flags.boolean({description: 'Overwrite an existing network of that name.'}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(NetworkAdd)
    const {network, path} = addNetwork(openHome(), args.file, {
      replace: flags.replace,
      caFile: flags['ca-file'],
    })
    return {
      data: {name: network.name, path},
      text: `Added network ${network.name}. Next: \`metis-seq network check --network ${network.name}\`.`,
    }
  }
}
