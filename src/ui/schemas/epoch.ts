import type {CurrentEpoch, RotationEvent} from '../../services/epochs.ts'
import {as, count, digits, list, nullable, object, word} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {currentEpochFields, epoch} from './parts/epoch.ts'

export const epochSchemas: CommandSchemas = {
  'epoch current': {
    data: object<CurrentEpoch>('Whose turn it is.', currentEpochFields),
  },
  'epoch list': {
    data: object('The newest epochs.', {epochs: list('Oldest first.', epoch)}),
  },
  'epoch next': {
    data: object('Whose turn comes.', {
      headBlock: digits('Newest L2 block.'),
      epoch: as(nullable(epoch), 'Epoch after the current one; null while nobody has planned it.'),
    }),
  },
  'epoch watch': {
    line: object<RotationEvent>('A change of the rotation.', {
      type: word('What happened.', ['epoch-started', 'epoch-committed', 'stalled', 'resumed']),
      headBlock: digits('Newest L2 block.'),
      epoch: as(nullable(epoch), 'The epoch that began or was committed; null: there is none.'),
      stalledSeconds: count('Seconds without a block; 0 where that is not what happened.'),
    }),
    data: object('How the stream ended.', {events: count('Changes that were seen.')}),
  },
}
