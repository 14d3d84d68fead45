import {Args} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {openConfig} from '../../store/config.ts'
import {openHome} from '../../store/home.ts'
import {networkNames} from '../../services/network/networks.ts'

const readers = {
  profile: () => Object.keys(openConfig(openHome()).read().profiles),
  network: () => networkNames(openHome()),
  key: () => Object.keys(openConfig(openHome()).read().keys),
}

export default class CompletionNames extends OperatorCommand {
  static override summary = 'List names for a completion script, one per line.'

  static override hidden = true

  static override examples = ['<%= config.bin %> <%= command.id %> profile']

  static override args = {
    of: Args.string({
      description: 'Kind of name.',
      options: Object.keys(readers),
      required: true,
    }),
  }

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args} = await this.parse(CompletionNames)
    const names = readers[args.of as keyof typeof readers]()
    return {data: {names}, text: names.join('\n')}
  }
}
