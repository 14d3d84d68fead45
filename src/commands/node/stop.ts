import {commonFlags, nowFlag} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {assertOffDuty, RESTART_SECONDS} from '../../services/duty/guard.ts'
import {requireRuntime} from '../../services/node/node-runtime.ts'

export default class NodeStop extends OperatorCommand {
  static override summary =
    'Stop the sequencer node after it has finished its slot and handed over its pool.'

  static override description =
    'Refused with 10 while the signer may have to produce within the next minutes; `duty wait` waits for a window.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --profile seq-2 --now',
  ]

  static override flags = {...commonFlags, now: nowFlag}

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(NodeStop)
    const context = this.openContext(flags)
    const runtime = requireRuntime(context)
    // A node that does not run produces nothing.
    // A node that is dead already leaves no turn by being stopped.
    if (runtime.process()?.running) {
      await assertOffDuty(context, {
        ...{needSeconds: RESTART_SECONDS, now: flags.now, signal: this.interrupted.signal},
        warn: (message) => this.warnAbout({code: 'ON_DUTY', message}),
      })
    }
    const outcome = await this.during(
      'Waiting for the node to finish its slot and hand over its pool',
      runtime.stop(),
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
