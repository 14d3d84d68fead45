import {commandFor} from '../../../health/rule.ts'
import {formatDuration} from '../../../lib/units.ts'
import {isHopeless, type DutyWindow} from '../../../services/duty/window.ts'
import {windowText} from '../../presenters/duty.ts'
import type {Around, Row} from '../model.ts'
import {row} from '../rows.ts'

/** May I restart now? The same answer as `duty check`. */
export function windowRows(window: DutyWindow, {snapshot}: Around): Row[] {
  const {isOpen, next, widest, secondsLeft} = window
  const left =
    secondsLeft === null ? 'no turn in the forecast' : `${formatDuration(secondsLeft)} left`
  // Short enough for 80 columns: it is what one looks for.
  const closed = next ? ` for ~${formatDuration(next.opensInSeconds)}` : ', none in sight'
  return [
    row('restart', isOpen ? `OPEN, ${left}` : `CLOSED${closed}`, isOpen ? 'ok' : 'warn'),
    row('', windowText(window), 'dim'),
    row(
      'widest gap',
      widest
        ? `${formatDuration(widest.lastsSeconds)}${widest.opensInSeconds > 0 ? `, in about ${formatDuration(widest.opensInSeconds)}` : ', now'}`
        : 'none',
    ),
    ...(isOpen
      ? []
      : [
          isHopeless(window)
            ? row('turns', commandFor(snapshot.setting, 'duty next'), 'dim')
            : row('wait', commandFor(snapshot.setting, 'duty wait'), 'dim'),
        ]),
  ]
}
