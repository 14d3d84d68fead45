import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {localSettingFlags, toLocalSettings} from '../../cli/local-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {openHome} from '../../store/home.ts'
import {processesText, upText} from '../../ui/presenters/local.ts'

export default class LocalUp extends OperatorCommand {
  static override summary =
    'Start a whole Metis network on this machine: L1, consensus layer, sequencers.'

  static override description = `The first start creates it; later starts continue the same chains.
Watches it until Ctrl-C, which stops everything; --detach returns once everything runs.`

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --detach',
    '<%= config.bin %> <%= command.id %> --detach --nodes 4 --slot-ms 500 --base-port 30000',
    '<%= config.bin %> <%= command.id %> --detach --with lst,defi',
  ]

  static override flags = {
    ...commonFlags,
    ...localSettingFlags,
    detach: Flags.boolean({description: 'Return once everything runs, and leave it running.'}),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(LocalUp)
    const home = openHome()
    const [{bringUp}, {bringDown, listDaemons}] = await Promise.all([
      import('../../local/up.ts'),
      import('../../local/processes.ts'),
    ])
    const result = await bringUp({
      home,
      self: this.self,
      settings: toLocalSettings(flags),
      onStep: (text) => this.progress(text),
      signal: this.interrupted.signal,
    })
    this.endProgress()
    const processes = listDaemons(home, result.state)
    const data = {...result, processes}
    if (flags.detach || this.jsonEnabled()) return {data, text: upText(result, processes)}
    this.show(upText(result, processes))
    const {superviseLocal} = await import('../../local/supervise-local.ts')
    this.say('Watching the processes. Ctrl-C stops the network; its data is kept.')
    await superviseLocal(home, result.state, {
      onDeath: ({name, log}) => this.say(`${name} has stopped; its log is ${log}.`),
      onReturn: ({name}) => this.say(`${name} runs again.`),
      signal: this.interrupted.signal,
    })
    const stopping = bringDown(home, (text) => this.say(text))
    await this.during('Stopping the local network', stopping)
    return {data, text: processesText(listDaemons(home, result.state))}
  }
}
