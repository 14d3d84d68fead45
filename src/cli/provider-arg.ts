import {Args} from '@oclif/core'

import {lstIds} from '../protocol/lst/providers.ts'

/** A liquid-staking provider. */
export const providerArg = Args.option({
  options: lstIds,
  description: 'Liquid-staking provider.',
})
