import type {exitJson} from '../presenters/exit.ts'
import {as, digits, isoTime, list, nullable, object, optional, text, wei, word} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {epoch} from './parts/epoch.ts'
import {operation} from './parts/plan.ts'
import {condition, sequencer, sequencerId, trap} from './parts/sequencer.ts'

const phase = word('How far the exit is.', ['not-started', 'waiting', 'claimable', 'finished'])
const freeAtSeconds = digits(
  'When the METIS are free, in seconds since 1970; if the exit began now, where it has not begun.',
)
const freeAt = isoTime('The same.')

const exitView = object<ReturnType<typeof exitJson>>('Where the exit of a sequencer stands.', {
  phase,
  sequencer,
  freeAtSeconds,
  freeAt,
  chainTimeSeconds: digits('Time of the newest L1 block, in seconds since 1970.'),
  exitDelaySeconds: digits('Seconds between the start of an exit and its claim.'),
  bridgeFeeEthWei: wei('ETH for the bridge that takes the reward to L2; 0 when none goes out.'),
  conditions: list('Conditions of the next step.', condition),
  traps: list('What would be lost with the next step.', trap),
  epochs: nullable(
    list('Committed epochs that name the signer and are not over; null when L2 is silent.', epoch),
  ),
})

export const exitSchemas: CommandSchemas = {
  'exit calendar': {
    data: object('A reminder of the day on which the METIS are free.', {
      sequencerId,
      phase,
      freeAtSeconds,
      freeAt,
      calendar: text('The calendar entry: an iCalendar document (RFC 5545).'),
      file: optional(text('File it was written to; left out without `--output`.')),
    }),
  },
  'exit finish': operation({claimedMetisWei: wei('METIS that came back to the owner.')}),
  'exit plan': {data: exitView},
  'exit start': operation(),
  'exit status': {data: as(exitView, 'Where the exit of a sequencer stands, and its next step.')},
}
