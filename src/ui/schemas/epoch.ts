import type {CurrentEpoch, ListedEpoch} from '../../services/rotation/epochs.ts'
import {eventTypes, type OperatorEvent} from '../../services/live/events.ts'
import {as, count, digits, flag, list, nullable, object, text, word} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {currentEpochFields, epoch, epochFields} from './parts/epoch.ts'
import {issue} from './parts/health.ts'

export const epochSchemas: CommandSchemas = {
  'epoch current': {
    data: object<CurrentEpoch>('Whose turn it is.', currentEpochFields),
  },
  'epoch list': {
    data: object('The newest epochs.', {
      epochs: list(
        'Oldest first.',
        object<ListedEpoch>('An epoch.', {
          ...epochFields,
          takeover: flag('True when it began with a takeover.'),
        }),
      ),
    }),
  },
  'epoch next': {
    data: object('Whose turn comes.', {
      headBlock: digits('Newest L2 block.'),
      epoch: as(nullable(epoch), 'Epoch after the current one; null while nobody has planned it.'),
    }),
  },
  'epoch watch': {
    line: object<OperatorEvent>('How the rotation stands, and then what changes.', {
      type: word('What happened. `current` is the first line and no change.', eventTypes),
      atMs: count('When it was seen, in milliseconds since 1970.'),
      level: word('How bad it is.', ['info', 'warn', 'critical']),
      text: text('One sentence, for people.'),
      headBlock: nullable(digits('Newest L2 block; null while L2 is unknown.')),
      epoch: as(nullable(epoch), 'The epoch it is about; null: it is about something else.'),
      issue: as(nullable(issue), 'What became wrong, changed or ended; null: something else.'),
    }),
    data: object('How the stream ended.', {events: count('Changes that were seen.')}),
  },
}
