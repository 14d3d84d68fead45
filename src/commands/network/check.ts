import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {checkNetwork} from '../../services/network/network-check.ts'
import {checksText} from '../../ui/presenters/sequencer.ts'

export default class NetworkCheck extends OperatorCommand {
  static override summary = 'Test the endpoints and contracts of a network.'

  static override description = 'Exits 0 when everything answers correctly, otherwise 10.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --network local --timeout 20',
  ]

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(NetworkCheck)
    const context = this.openContext(flags)
    const {unknownCode, ...result} = await this.during(
      'Checking every endpoint of the network',
      checkNetwork(context, flags.timeout * 1000),
    )
    for (const {contract, implementation} of unknownCode) {
      const runs =
        implementation === null ? 'is no proxy, and runs code' : `now runs ${implementation},`
      this.warnAbout({
        code: 'IMPLEMENTATION_UNKNOWN',
        message: `${contract} ${runs} with rules that this version does not know: checks before sending may be out of date, and the chain decides.`,
      })
    }
    return {
      data: result,
      text: checksText(result.checks),
      ...(result.ok ? {} : {exit: 'condition-false' as const}),
    }
  }
}
