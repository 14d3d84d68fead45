import type {exitJson} from '../presenters/exit.ts'
import {as, digits, isoTime, list, nullable, object, optional, text, wei, word} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {epoch} from './parts/epoch.ts'
import {operation} from './parts/plan.ts'
import {condition, sequencer, sequencerId, trap} from './parts/sequencer.ts'

const phase = word('Stage of the exit.', ['not-started', 'waiting', 'claimable', 'finished'])
const freeAtSeconds = digits(
  'Time when the METIS unlock, in seconds since 1970; before an exit, the time if it started now.',
)
const freeAt = isoTime('The same time in ISO 8601.')

const exitView = object<ReturnType<typeof exitJson>>('State of the exit of a sequencer.', {
  phase,
  sequencer,
  freeAtSeconds,
  freeAt,
  chainTimeSeconds: digits('Time of the newest L1 block, in seconds since 1970.'),
  exitDelaySeconds: digits('Seconds from the start of an exit until its METIS can be claimed.'),
  bridgeFeeEthWei: wei('ETH for bridging the reward to L2; 0 when there is no reward to send.'),
  conditions: list('Preconditions of the next step.', condition),
  traps: list('Losses that the next step would cause.', trap),
  epochs: nullable(
    list(
      'Committed epochs of the signer that have not ended; null when L2 does not respond.',
      epoch,
    ),
  ),
})

export const exitSchemas: CommandSchemas = {
  'exit calendar': {
    data: object('A calendar reminder for the day the METIS unlock.', {
      sequencerId,
      phase,
      freeAtSeconds,
      freeAt,
      calendar: text('The calendar entry: an iCalendar document (RFC 5545).'),
      file: optional(text('Output file; omitted without `--output`.')),
    }),
  },
  'exit finish': operation({claimedMetisWei: wei('METIS returned to the owner.')}),
  'exit plan': {data: exitView},
  'exit start': operation(),
  'exit status': {data: as(exitView, 'State of the exit of a sequencer, and its next step.')},
}
