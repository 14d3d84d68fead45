import {Args} from '@oclif/core'

/** A liquid-staking provider. */
export const providerArg = Args.option({
  options: ['artemis'] as const,
  description: 'Liquid-staking provider.',
})
