import {Args, Flags} from '@oclif/core'

import type {Amount} from '../protocol/amount.ts'
import {lendingIds, poolsIds} from '../protocol/defi/markets.ts'
import {parseAmountOrShare, ratioFlag} from './flags.ts'

/** A token by its symbol or its address. */
export const tokenArg = Args.custom<string>({
  parse: async (text) => text.trim(),
})

/** An amount of a token: decimal text, `max`, or a share such as `25%`. */
export const tokenAmountArg = Args.custom<Amount>({
  parse: async (text) => parseAmountOrShare(text),
})

export const exchangeFlag = {
  dex: Flags.option({
    options: poolsIds,
    description: 'Exchange. Default: the first of the network.',
  })(),
}

/** Bounds of a call whose result depends on what others do first. */
export const boundFlags = {
  slippage: Flags.integer({
    description: 'Slippage tolerance, in basis points.',
    default: 50,
    min: 0,
    max: 10_000,
  }),
  deadline: Flags.integer({
    description: 'Minutes until the call is void.',
    default: 20,
    min: 1,
    max: 1440,
  }),
}

export const lendingFlag = {
  market: Flags.option({
    options: lendingIds,
    description: 'Lending market. Default: the first of the network.',
  })(),
}

export const lendFlags = {
  'min-health': ratioFlag({
    description: 'Health factor below which a call needs an override. Default: 1.5.',
    helpValue: 'FACTOR',
    default: 15n * 10n ** 17n,
    defaultHelp: async () => '1.5',
  }),
}
