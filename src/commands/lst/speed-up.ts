import {addressFlag, commonFlags, metisFlag, sendFlags} from '../../cli/flags.ts'
import {operateLst} from '../../cli/lst-operation.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {providerArg, requestArg} from '../../cli/provider-arg.ts'
import {lstWith} from '../../protocol/lst/providers.ts'

export default class LstSpeedUp extends OperatorCommand {
  static override summary = 'Shorten the delay of a withdrawal request by locking liquidity tokens.'

  static override description =
    'Once per request. The liquidity tokens stay locked for a while and come back with `lst claim`.'

  static override examples = [
    `<%= config.bin %> <%= command.id %> ${lstWith('speed-up')} 7 --lp 0x1111111111111111111111111111111111111111 --amount 10 --dry-run`,
  ]

  static override args = {
    provider: providerArg({required: true}),
    request: requestArg({required: true}),
  }

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    lp: addressFlag({layer: 'L2', description: 'Liquidity token that is locked.', required: true}),
    amount: metisFlag({
      description: 'Amount of the liquidity token.',
      helpValue: 'TOKENS',
      required: true,
    }),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LstSpeedUp)
    const {provider, request: id} = args
    return operateLst(this.openContext(flags), flags, this.sendHost(flags.yes), {
      provider,
      ask: {kind: 'speed-up', id, lpToken: flags.lp, lpWei: flags.amount},
    })
  }
}
