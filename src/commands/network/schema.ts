import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {networkSchema} from '../../protocol/network-schema.ts'

export default class NetworkSchema extends OperatorCommand {
  static override summary = 'Print the JSON Schema of a network document.'

  static override description =
    'For editors and scripts; `network add` accepts a document that references it as `$schema`.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> > network.schema.json',
    '<%= config.bin %> network show andromeda --json',
  ]

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    await this.parse(NetworkSchema)
    return {data: networkSchema, text: JSON.stringify(networkSchema, null, 2)}
  }
}
