import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {requireRuntime} from '../../services/node/node-runtime.ts'

export default class NodeStop extends OperatorCommand {
  static override summary =
    'Stop the sequencer node after it has finished its slot and handed over its pool.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --profile seq-2',
  ]

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(NodeStop)
    const context = this.openContext(flags)
    const outcome = await this.during(
      'Waiting for the node to finish its slot and hand over its pool',
      requireRuntime(context).stop(),
    )
    const words = {
      stopped: 'stopped',
      killed: 'did not stop in time and was killed',
      'not-running': 'did not run',
    }
    return {
      data: {profile: context.profileName, outcome},
      text: `The node of ${context.profileName} ${words[outcome]}.`,
    }
  }
}
