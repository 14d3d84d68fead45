import {eventTypes, type OperatorEvent} from '../../../services/live/events.ts'
import {as, count, digits, nullable, object, shared, text, word} from '../build.ts'
import {epoch} from './epoch.ts'
import {issue} from './health.ts'

/** Mirrors `OperatorEvent`. */
export const operatorEvent = shared(
  'event',
  object<OperatorEvent>('A change of the rotation or of health.', {
    type: word('Kind of event. `current` is the first line, which is no change.', eventTypes),
    atMs: count('Time of the observation, in milliseconds since 1970.'),
    level: word('Severity.', ['info', 'warn', 'critical']),
    text: text('One human-readable sentence.'),
    headBlock: nullable(digits('Newest L2 block; null while L2 is unknown.')),
    epoch: as(nullable(epoch), 'Epoch concerned; null for other events.'),
    issue: as(nullable(issue), 'Issue that began, changed or ended; null for other events.'),
  }),
)
