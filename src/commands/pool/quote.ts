import {commonFlags} from '../../cli/flags.ts'
import {exchangeFlag, tokenAmountArg, tokenArg} from '../../cli/market-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {quoteSwap} from '../../services/defi/pools/pools.ts'
import {quoteJson, quoteText} from '../../ui/presenters/pool.ts'

export default class PoolQuote extends OperatorCommand {
  static override summary = 'Quote a swap at current reserves, with fee and price impact.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> 10 METIS m.USDC --network andromeda',
  ]

  static override args = {
    amount: tokenAmountArg({required: true, description: 'Amount of the first token.'}),
    from: tokenArg({required: true, description: 'Symbol or address of the token to give.'}),
    to: tokenArg({required: true, description: 'Symbol or address of the token to receive.'}),
  }

  static override flags = {...commonFlags, ...exchangeFlag}

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(PoolQuote)
    const quote = await quoteSwap(this.openContext(flags), {
      exchange: flags.dex,
      amount: args.amount,
      pair: [args.from, args.to],
    })
    return {data: quoteJson(quote), text: quoteText(quote)}
  }
}
