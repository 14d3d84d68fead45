import {commonFlags, sendFlags} from '../../cli/flags.ts'
import {boundFlags, cdpFlag, vaultArg} from '../../cli/market-flags.ts'
import {operate} from '../../cli/operate.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {closeOperation} from '../../services/defi/cdp/change.ts'
import {requireOwner} from '../../services/staking/sequencers.ts'
import {changedJson, changedText} from '../../ui/presenters/cdp.ts'

export default class CdpClose extends OperatorCommand {
  static override summary = 'Repay the debt of a vault, take its collateral back and close it.'

  static override examples = ['<%= config.bin %> <%= command.id %> 1 --dry-run']

  static override args = {vault: vaultArg({required: true})}

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    ...cdpFlag,
    deadline: boundFlags.deadline,
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(CdpClose)
    const context = this.openContext(flags)
    return operate(context, flags, this.sendHost(flags.yes), {
      action: 'cdp close',
      chain: 'L2',
      from: requireOwner(context),
      ...closeOperation(context, {
        market: flags.market,
        id: args.vault,
        deadlineMinutes: flags.deadline,
      }),
      done: (verified) => ({data: changedJson(verified), text: changedText(verified)}),
    })
  }
}
