import {commonFlags} from '../../cli/flags.ts'
import {keyAccess} from '../../cli/key-flags.ts'
import {logLevelFlag} from '../../cli/log-level-flag.ts'
import {nodeFlags, nodeSettingsOf} from '../../cli/node-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {passwordFlags} from '../../cli/password-flags.ts'

export default class NodeRun extends OperatorCommand {
  static override summary = 'Run the sequencer node in this terminal until Ctrl-C.'

  static override description = `Writes one JSON line per event. Use it under a service manager.
Exits with 14 when another node signs with its key, or when it would sign a second block at a height.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> --profile seq-1',
    '<%= config.bin %> <%= command.id %> --profile seq-1 --password-file /run/secrets/pass --log-level debug',
  ]

  static override flags = {
    ...commonFlags,
    ...passwordFlags,
    'log-level': logLevelFlag(),
    ...nodeFlags,
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(NodeRun)
    const context = this.openContext(flags)
    const {runNode, waitForEnd} = await import('../../cli/run-node.ts')
    const node = await runNode(context, keyAccess(flags, this.mayAsk), {
      ...nodeSettingsOf(flags),
      level: flags['log-level'],
      version: this.config.version,
    })
    const {signal} = this.interrupted
    const stop = () => void node.stop()
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, {once: true})
    await waitForEnd(context, node)
    return {data: {stopped: true, rpcUrl: node.rpcUrl}, text: ''}
  }
}
