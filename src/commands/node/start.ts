import {commonFlags} from '../../cli/flags.ts'
import {nodeArguments, nodeFlags} from '../../cli/node-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {passwordAccess, passwordFlags} from '../../cli/password-flags.ts'
import {assertGiven} from '../../cli/read-descriptor.ts'
import {awaitVerdict, startFailure} from '../../services/node/node-report.ts'
import {requireRuntime} from '../../services/node/node-runtime.ts'
import {startedText} from '../../ui/presenters/node.ts'

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
    const descriptor = flags['password-fd']
    if (descriptor !== undefined) assertGiven(descriptor, '--password-fd')
    const sinceMs = Date.now()
    const starting = requireRuntime(context)
      .start({
        self: this.self,
        passwordFile: passwordAccess(flags, false).passwordFile,
        passwordDescriptor: descriptor,
        runArguments: nodeArguments(flags),
        signal: this.interrupted.signal,
      })
      .catch((error: unknown) => {
        throw startFailure(context, sinceMs) ?? error
      })
    const started = await this.during('Starting the node', starting)
    const verdict = await this.during(
      'Waiting for the node to learn its state from its peers and L1',
      awaitVerdict(context, this.interrupted.signal),
    )
    const {phase, syncing} = verdict
    return {data: {...started, phase, syncing}, text: startedText(started, verdict)}
  }
}
