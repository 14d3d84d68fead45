import {commonFlags} from '../../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../../cli/operator-command.ts'
import {alertsFile, readAlerts} from '../../../services/alerts/outputs-file.ts'
import {openHome} from '../../../store/home.ts'
import {outputListJson, outputListText} from '../../../ui/presenters/alert.ts'

export default class AlertOutputList extends OperatorCommand {
  static override summary = 'List the places that alerts go to, without their secrets.'

  static override examples = ['<%= config.bin %> <%= command.id %>']

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    await this.parse(AlertOutputList)
    const home = openHome()
    const [document, file] = [readAlerts(home), alertsFile(home)]
    return {data: outputListJson(document, file), text: outputListText(document, file)}
  }
}
