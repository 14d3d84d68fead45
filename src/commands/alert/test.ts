import {Args} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {systemClock} from '../../lib/clock.ts'
import {testOutputs} from '../../services/alerts/test-outputs.ts'
import {outputTestsText} from '../../ui/presenters/alert.ts'

export default class AlertTest extends OperatorCommand {
  static override summary = 'Send a test message to the outputs.'

  static override description = 'Exits 0 when every output accepted it, otherwise 8.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> ops',
  ]

  static override args = {output: Args.string({description: 'One output. Default: all.'})}

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(AlertTest)
    const context = this.openContext(flags)
    const {signal} = this.interrupted
    const tests = await this.during(
      'Sending a test message',
      testOutputs(context, args.output, systemClock.nowMs(), signal),
    )
    const isFailed = tests.some(({isDelivered}) => !isDelivered)
    return {
      data: {outputs: tests},
      text: outputTestsText(tests),
      ...(isFailed ? {exit: 'unreachable' as const} : {}),
    }
  }
}
