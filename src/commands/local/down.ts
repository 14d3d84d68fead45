import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {openHome} from '../../store/home.ts'
import {counted} from '../../lib/units.ts'

export default class LocalDown extends OperatorCommand {
  static override summary = 'Stop every process of the local network. Its data is kept.'

  static override examples = ['<%= config.bin %> <%= command.id %>']

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    await this.parse(LocalDown)
    const {bringDown} = await import('../../local/processes.ts')
    const stopping = bringDown(openHome(), (text) => this.say(text))
    const processes = await this.during('Stopping the local network', stopping)
    const stopped = processes.filter(({outcome}) => outcome !== 'not-running').length
    return {
      data: {processes},
      text: stopped
        ? `Stopped ${counted(stopped, 'process', 'processes')}; \`metis-seq local up\` continues.`
        : 'Nothing ran.',
    }
  }
}
