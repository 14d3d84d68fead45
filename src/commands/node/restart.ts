import {commonFlags, durationFlag, nowFlag} from '../../cli/flags.ts'
import {nodeFlags} from '../../cli/node-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {passwordFlags} from '../../cli/password-flags.ts'
import {startNode} from '../../cli/start-node.ts'
import {assertOffDuty} from '../../services/duty/guard.ts'
import {requireRuntime} from '../../services/node/node-runtime.ts'
import type {StartOptions} from '../../services/node/runtime-port.ts'

export default class NodeRestart extends OperatorCommand {
  static override summary = 'Stop the sequencer node and start it again, in a window without turns.'

  static override description = `Refused with 10 while the signer may have to produce before the node is back; \`duty wait\` waits for a window.
The node finishes its slot and hands over its pool first.`

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --profile seq-2 --now',
  ]

  static override flags = {
    ...commonFlags,
    ...passwordFlags,
    ...nodeFlags,
    idle: durationFlag('Time until the node is back at the head.', '1m'),
    now: nowFlag,
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(NodeRestart)
    const context = this.openContext(flags)
    const runtime = requireRuntime(context)
    await assertOffDuty(context, {
      ...{needSeconds: flags.idle, now: flags.now, signal: this.interrupted.signal},
      warn: (message) => this.warnAbout({code: 'ON_DUTY', message}),
    })
    const begin = (options: StartOptions) => runtime.restart(options)
    return startNode(context, flags, this.nodeHost, ['Restarting the node', begin])
  }
}
