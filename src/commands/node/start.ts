import {commonFlags} from '../../cli/flags.ts'
import {nodeFlags} from '../../cli/node-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {passwordFlags} from '../../cli/password-flags.ts'
import {startNode} from '../../cli/start-node.ts'
import {requireRuntime} from '../../services/node/node-runtime.ts'
import type {StartOptions} from '../../services/node/runtime-port.ts'

export default class NodeStart extends OperatorCommand {
  static override summary = 'Start the sequencer node in the background.'

  static override description = `Returns once the node knows its state: in sync, catching up, or stopped.
A node that must not sign stops by itself, and this command then exits with 14.`

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --profile seq-2',
  ]

  static override flags = {...commonFlags, ...passwordFlags, ...nodeFlags}

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(NodeStart)
    const context = this.openContext(flags)
    const begin = (options: StartOptions) => requireRuntime(context).start(options)
    return startNode(context, flags, this.nodeHost, ['Starting the node', begin])
  }
}
