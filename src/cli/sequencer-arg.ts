import {Args} from '@oclif/core'

import {parseWhole} from './flags.ts'

/** Id of a sequencer; without it the one the profile owns is meant. */
export const sequencerIdArg = Args.custom<bigint>({
  description: 'Id of the sequencer. Default: the one the profile owns.',
  parse: async (text) => parseWhole(text, 'sequencer id'),
})
