import {commonFlags, sendFlags} from '../../cli/flags.ts'
import {boundFlags, cdpFlag, cdpFlags, changeFlags, vaultArg} from '../../cli/market-flags.ts'
import {operate} from '../../cli/operate.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {changeOperation} from '../../services/defi/cdp/change.ts'
import {requireOwner} from '../../services/staking/sequencers.ts'
import {changedJson, changedText} from '../../ui/presenters/cdp.ts'

export default class CdpAdjust extends OperatorCommand {
  static override summary = 'Change collateral and debt of a vault.'

  static override description =
    'Calls that make the vault safer are sent first: deposit, repay, borrow, withdraw.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> 1 --deposit 10 --borrow 50 --dry-run',
    '<%= config.bin %> <%= command.id %> 1 --repay max --dry-run',
  ]

  static override args = {vault: vaultArg({required: true})}

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    ...cdpFlag,
    ...changeFlags,
    ...cdpFlags,
    deadline: boundFlags.deadline,
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(CdpAdjust)
    const context = this.openContext(flags)
    const {market, deposit, withdraw, borrow, repay} = flags
    return operate(context, flags, this.sendHost(flags.yes), {
      action: 'cdp adjust',
      chain: 'L2',
      from: requireOwner(context),
      ...changeOperation(context, {
        ...{action: 'cdp adjust', market, id: args.vault, deposit, withdraw, borrow, repay},
        minRatio: flags['min-ratio'],
        deadlineMinutes: flags.deadline,
      }),
      done: (verified) => ({data: changedJson(verified), text: changedText(verified)}),
    })
  }
}
