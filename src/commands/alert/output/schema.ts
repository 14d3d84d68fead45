import {commonFlags} from '../../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../../cli/operator-command.ts'
import {alertsSchema} from '../../../services/alerts/document.ts'

export default class AlertOutputSchema extends OperatorCommand {
  static override summary = 'Print the JSON Schema of alerts.json.'

  static override examples = ['<%= config.bin %> <%= command.id %> > alerts.schema.json']

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    await this.parse(AlertOutputSchema)
    return {data: alertsSchema, text: JSON.stringify(alertsSchema, null, 2), isDocument: true}
  }
}
