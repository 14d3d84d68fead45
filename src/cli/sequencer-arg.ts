import {Args, Flags} from '@oclif/core'

import {parseWhole} from './flags.ts'

/** Id of a sequencer; defaults to the one the profile owns. */
export const sequencerIdArg = Args.custom<bigint>({
  description: 'Sequencer id. Default: the one that the profile owns.',
  parse: async (text) => parseWhole(text, 'sequencer id'),
})

/** The same as a flag. */
export const sequencerIdFlag = (description: string) =>
  Flags.custom<bigint>({
    description,
    helpValue: 'ID',
    parse: async (text) => parseWhole(text, 'sequencer id'),
  })()
