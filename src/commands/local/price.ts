import {Args, Errors} from '@oclif/core'

import {commonFlags, quote} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {readUnits} from '../../lib/units.ts'
import {LOCAL_NETWORK} from '../../local/settings.ts'
import {priceJson, priceText} from '../../ui/presenters/local-price.ts'

/** Feeds have eight decimals. */
const DECIMALS = 8

const priceArg = Args.custom<bigint>({
  description: 'Dollars for one whole token, with at most 8 decimals.',
  parse: async (text) => {
    const read = readUnits(text, DECIMALS)
    if ('units' in read) return read.units
    throw new Errors.CLIError(`${quote(text)} ${read.fault}.`)
  },
})

export default class LocalPrice extends OperatorCommand {
  static override summary =
    'Move a price feed of the local network, for instance to rehearse a crash.'

  static override examples = ['<%= config.bin %> <%= command.id %> METIS/USD 18.50']

  static override args = {
    feed: Args.string({required: true, description: 'Feed, such as METIS/USD.'}),
    price: priceArg({required: true}),
  }

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LocalPrice)
    const context = this.openContext({
      ...flags,
      network: flags.network ?? LOCAL_NETWORK,
      networksOwn: true,
    })
    const {setPrice} = await import('../../local/price.ts')
    const moving = setPrice(context, {feed: args.feed, value: args.price})
    const result = await this.during('Waiting for the blocks of L2', moving)
    return {data: priceJson(result), text: priceText(result)}
  }
}
