import type {CurrentEpoch, ListedEpoch} from '../../services/rotation/epochs.ts'
import {eventTypes, type OperatorEvent} from '../../services/live/events.ts'
import {as, count, digits, flag, list, nullable, object, text, word} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {currentEpochFields, epoch, epochFields} from './parts/epoch.ts'
import {issue} from './parts/health.ts'

export const epochSchemas: CommandSchemas = {
  'epoch current': {
    data: object<CurrentEpoch>(
      'Rotation: the current epoch and its neighbours.',
      currentEpochFields,
    ),
  },
  'epoch list': {
    data: object('Most recent epochs.', {
      epochs: list(
        'Oldest first.',
        object<ListedEpoch>('An epoch.', {
          ...epochFields,
          takeover: flag('True when it began with a respan.'),
        }),
      ),
    }),
  },
  'epoch next': {
    data: object('The epoch after the current one.', {
      headBlock: digits('Newest L2 block.'),
      epoch: as(nullable(epoch), 'Epoch after the current one; null while none is planned.'),
    }),
  },
  'epoch watch': {
    line: object<OperatorEvent>('The current rotation, then every change to it.', {
      type: word('Kind of event. `current` is the first line, which is no change.', eventTypes),
      atMs: count('Time of the observation, in milliseconds since 1970.'),
      level: word('Severity.', ['info', 'warn', 'critical']),
      text: text('One human-readable sentence.'),
      headBlock: nullable(digits('Newest L2 block; null while L2 is unknown.')),
      epoch: as(nullable(epoch), 'Epoch concerned; null for other events.'),
      issue: as(nullable(issue), 'Issue that began, changed or ended; null for other events.'),
    }),
    data: object('End of the stream.', {events: count('Number of changes observed.')}),
  },
}
