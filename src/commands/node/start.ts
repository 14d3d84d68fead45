import {commonFlags, passwordFileFlag} from '../../cli/flags.ts'
import {nodeArguments, nodeFlags} from '../../cli/node-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {startNodeDaemon} from '../../services/node-control.ts'

export default class NodeStart extends OperatorCommand {
  static override summary = 'Start the sequencer node in the background.'

  static override flags = {...commonFlags, 'password-file': passwordFileFlag(), ...nodeFlags}

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(NodeStart)
    const context = this.openContext(flags)
    const started = await startNodeDaemon(context, this.self, {
      passwordFile: flags['password-file'],
      runArguments: nodeArguments(flags),
      signal: this.interrupted.signal,
    })
    const {pid, profile} = started
    return {
      data: started,
      text: `The node of ${profile} runs as process ${pid}. Next: \`metis-seq node status --profile ${profile}\`.`,
    }
  }
}
