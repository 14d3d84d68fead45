import {addressFlag, commonFlags} from '../../cli/flags.ts'
import {cdpFlag} from '../../cli/market-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {showCdp} from '../../services/defi/cdp/cdp.ts'
import {cdpJson, cdpText} from '../../ui/presenters/cdp.ts'

export default class CdpShow extends OperatorCommand {
  static override summary =
    'Show the terms of the vaults, and those of an account with ratio and liquidation price.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --network andromeda',
  ]

  static override flags = {
    ...commonFlags,
    ...cdpFlag,
    account: addressFlag({
      layer: 'L2',
      description: 'Account on L2. Default: the owner of the profile.',
    }),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(CdpShow)
    const context = this.openContext(flags)
    const view = await showCdp(context, {
      market: flags.market,
      account: flags.account ?? context.profile?.owner ?? null,
    })
    return {data: cdpJson(view), text: cdpText(view)}
  }
}
