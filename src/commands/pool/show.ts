import {addressFlag, commonFlags} from '../../cli/flags.ts'
import {exchangeFlag, tokenArg} from '../../cli/market-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {showPools} from '../../services/defi/pools/pools.ts'
import {poolsJson, poolsText} from '../../ui/presenters/pool.ts'

export default class PoolShow extends OperatorCommand {
  static override summary = 'Show pools: reserves, price, fee, and the share of an account.'

  static override description =
    'With two tokens, their pool; without, every pool of METIS and a known token.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> METIS m.USDC --network andromeda',
  ]

  static override args = {
    first: tokenArg({description: 'Symbol or address of a token.'}),
    second: tokenArg({description: 'Symbol or address of the other token.'}),
  }

  static override flags = {
    ...commonFlags,
    ...exchangeFlag,
    account: addressFlag({
      layer: 'L2',
      description: 'Account on L2. Default: the owner of the profile.',
    }),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(PoolShow)
    const context = this.openContext(flags)
    const {first, second = 'METIS'} = args
    const pools = await showPools(context, {
      exchange: flags.dex,
      pair: first === undefined ? null : [first, second],
      account: flags.account ?? context.profile?.owner ?? null,
    })
    return {data: poolsJson(pools), text: poolsText(pools)}
  }
}
