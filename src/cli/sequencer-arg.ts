import {Args} from '@oclif/core'

import {parseWhole} from './flags.ts'

/** Of commands that show one sequencer. */
export const sequencerExamples = [
  '<%= config.bin %> <%= command.id %>',
  '<%= config.bin %> <%= command.id %> 2 --network local',
]

/** Id of a sequencer; defaults to the one the profile owns. */
export const sequencerIdArg = Args.custom<bigint>({
  description: 'Sequencer id. Default: the one that the profile owns.',
  parse: async (text) => parseWhole(text, 'sequencer id'),
})
