import {addressFlag, commonFlags} from '../../cli/flags.ts'
import {lendingFlag} from '../../cli/market-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {lendingIds} from '../../protocol/defi/markets.ts'
import {showLending} from '../../services/defi/lending/lend.ts'
import {lendingJson, lendingText} from '../../ui/presenters/lend.ts'

export default class LendShow extends OperatorCommand {
  static override summary =
    'Show a lending market: its reserves, and the position of an account with its health factor.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    `<%= config.bin %> <%= command.id %> --network andromeda --market ${lendingIds[0]}`,
  ]

  static override flags = {
    ...commonFlags,
    ...lendingFlag,
    account: addressFlag({
      layer: 'L2',
      description: 'Account on L2. Default: the owner of the profile.',
    }),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(LendShow)
    const context = this.openContext(flags)
    const view = await showLending(context, {
      market: flags.market,
      account: flags.account ?? context.profile?.owner ?? null,
    })
    return {data: lendingJson(view), text: lendingText(view)}
  }
}
