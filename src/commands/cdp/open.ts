import {commonFlags, sendFlags} from '../../cli/flags.ts'
import {cdpFlag, cdpFlags, tokenAmountArg} from '../../cli/market-flags.ts'
import {operate} from '../../cli/operate.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {emptyPosition} from '../../services/defi/cdp/cdp.ts'
import {changeOperation} from '../../services/defi/cdp/change.ts'
import {createOperation} from '../../services/defi/cdp/create.ts'
import {requireOwner} from '../../services/staking/sequencers.ts'
import {changedJson, changedText, createdJson, createdText} from '../../ui/presenters/cdp.ts'

export default class CdpOpen extends OperatorCommand {
  static override summary = 'Deposit collateral in an empty vault and borrow against it.'

  static override description = `Without an empty vault, this creates one and stops: its id is known once it is mined, and anybody may
deposit into any vault, so a guessed id could pay somebody else. The same command again then uses it.`

  static override examples = ['<%= config.bin %> <%= command.id %> 100 500 --dry-run']

  static override args = {
    collateral: tokenAmountArg({required: true, description: 'Collateral to deposit.'}),
    debt: tokenAmountArg({required: true, description: 'Debt to take; max keeps the floor.'}),
  }

  static override flags = {...commonFlags, ...sendFlags, ...cdpFlag, ...cdpFlags}

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(CdpOpen)
    const context = this.openContext(flags)
    const {market} = flags
    const common = {chain: 'L2', from: requireOwner(context)} as const
    const request = {
      ...{market, deposit: args.collateral, borrow: args.debt, minRatio: flags['min-ratio']},
      // Nothing is repaid.
      deadlineMinutes: 0,
    }
    const id = await emptyPosition(context, market)
    if (id === undefined) {
      return operate(context, flags, this.sendHost(flags.yes), {
        // One command: a run that ended while the vault was filled must not open another.
        action: 'cdp open',
        ...common,
        ...createOperation(context, request),
        done: (created) => ({data: createdJson(created), text: createdText(created)}),
      })
    }
    return operate(context, flags, this.sendHost(flags.yes), {
      action: 'cdp open',
      ...common,
      ...changeOperation(context, {action: 'cdp open', id, ...request}),
      done: (verified) => ({data: changedJson(verified), text: changedText(verified)}),
    })
  }
}
