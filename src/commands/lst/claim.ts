import {commonFlags, sendFlags} from '../../cli/flags.ts'
import {operateLst} from '../../cli/lst-operation.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {providerArg, requestsFlag} from '../../cli/provider-arg.ts'
import {lstIds} from '../../protocol/lst/providers.ts'

export default class LstClaim extends OperatorCommand {
  static override summary = 'Claim the METIS of withdrawal requests.'

  static override examples = [
    `<%= config.bin %> <%= command.id %> ${lstIds[0]}`,
    `<%= config.bin %> <%= command.id %> ${lstIds[0]} --id 0`,
  ]

  static override args = {provider: providerArg({required: true})}

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    id: requestsFlag({description: 'Request to claim; repeatable. Default: everything claimable.'}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LstClaim)
    return operateLst(this.openContext(flags), flags, this.sendHost(flags.yes), {
      provider: args.provider,
      ask: {kind: 'claim', ids: flags.id},
    })
  }
}
