import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {requireLocalState} from '../../local/settings.ts'
import {openHome} from '../../store/home.ts'
import {processesText} from '../../ui/presenters/local.ts'

export default class LocalStatus extends OperatorCommand {
  static override summary = 'List the processes of the local network.'

  static override description =
    'Exits 0 when all of them run, otherwise 10. A process suspended by a signal does not count as running.'

  static override examples = ['<%= config.bin %> <%= command.id %>']

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    await this.parse(LocalStatus)
    const home = openHome()
    const state = requireLocalState(home)
    const {listDaemons} = await import('../../local/processes.ts')
    const processes = listDaemons(home, state)
    const all = processes.every(({running, suspended}) => running && suspended.length === 0)
    return {
      data: {state, processes},
      text: processesText(processes),
      ...(all ? {} : {exit: 'condition-false' as const}),
    }
  }
}
