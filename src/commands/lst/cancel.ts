import {commonFlags, sendFlags} from '../../cli/flags.ts'
import {operateLst} from '../../cli/lst-operation.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {providerArg, requestArg} from '../../cli/provider-arg.ts'
import {lstWith} from '../../protocol/lst/providers.ts'

export default class LstCancel extends OperatorCommand {
  static override summary = 'Cancel a withdrawal request; the tokens come back, less the fee.'

  static override examples = [
    `<%= config.bin %> <%= command.id %> ${lstWith('cancel')} 7 --dry-run`,
  ]

  static override args = {
    provider: providerArg({required: true}),
    request: requestArg({required: true}),
  }

  static override flags = {...commonFlags, ...sendFlags}

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LstCancel)
    const {provider, request: id} = args
    return operateLst(this.openContext(flags), flags, this.sendHost(flags.yes), {
      provider,
      ask: {kind: 'cancel', id},
    })
  }
}
