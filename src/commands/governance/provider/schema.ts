import {commonFlags} from '../../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../../cli/operator-command.ts'
import {providerSchema} from '../../../protocol/network-schema.ts'

export default class GovernanceProviderSchema extends OperatorCommand {
  static override summary = 'Print the JSON Schema of a provider file.'

  static override examples = ['<%= config.bin %> <%= command.id %> > provider.schema.json']

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    await this.parse(GovernanceProviderSchema)
    return {data: providerSchema, text: JSON.stringify(providerSchema, null, 2)}
  }
}
