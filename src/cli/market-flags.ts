import {Args, Flags} from '@oclif/core'

import type {Amount} from '../protocol/amount.ts'
import {cdpIds, lendingIds, poolsIds} from '../protocol/defi/markets.ts'
import {amountFlag, parseAmountOrShare, parseWhole, ratioFlag} from './flags.ts'

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
    description: 'Health factor below which a call needs an override.',
    helpValue: 'FACTOR',
    default: 15n * 10n ** 17n,
    defaultHelp: async () => '1.5',
  }),
}

export const cdpFlag = {
  market: Flags.option({
    options: cdpIds,
    description: 'Kind of vault. Default: the first of the network.',
  })(),
}

export const cdpFlags = {
  'min-ratio': ratioFlag({
    description:
      'Collateral ratio below which a call needs an override, such as 2 for 200 %. Default: a fifth above the minimum of the vault.',
    helpValue: 'RATIO',
  }),
}

/** A vault by its number. */
export const vaultArg = Args.custom<bigint>({
  description: 'Id of the vault: see `cdp show`.',
  parse: async (text) => parseWhole(text, 'vault'),
})

export const changeFlags = {
  deposit: amountFlag({description: 'Collateral to add.', helpValue: 'AMOUNT|max|N%'}),
  withdraw: amountFlag({description: 'Collateral to take out.', helpValue: 'AMOUNT|max|N%'}),
  borrow: amountFlag({description: 'Debt to add.', helpValue: 'AMOUNT|max|N%'}),
  repay: amountFlag({description: 'Debt to repay.', helpValue: 'AMOUNT|max|N%'}),
}
