import {Args, Flags} from '@oclif/core'

import {lstIds} from '../protocol/lst/providers.ts'

/** A liquid-staking provider. */
export const providerArg = Args.option({
  options: lstIds,
  description: 'Liquid-staking provider.',
})

/** Ids of withdrawal requests. */
export const requestsFlag = (options: {description: string}) =>
  Flags.string({...options, helpValue: 'ID', multiple: true})

/** Id of a withdrawal request. */
export const requestArg = (options: {required: true}) =>
  Args.string({...options, description: 'Id of the request, as `lst requests` shows it.'})
