import {dutyOutcomes, type DutyScore, type Luck} from '../../protocol/rotation/duty.ts'
import {windowReasons, type UpcomingWindow} from '../../protocol/rotation/restart-window.ts'
import type {DutyHistory, DutyPeriod, TimedDuty} from '../../services/duty/history.ts'
import type {DutyWindow} from '../../services/duty/window.ts'
import type {TimedEpoch} from '../../services/rotation/forecast.ts'
import {
  address,
  as,
  constant,
  count,
  decimal,
  digits,
  flag,
  list,
  nullable,
  object,
  shared,
  text,
  word,
  type Fields,
} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {timedEpochFields} from './parts/forecast.ts'

const upcoming = shared(
  'idleWindow',
  object<UpcomingWindow>('A stretch of blocks without an own turn.', {
    fromBlock: digits('Its first block.'),
    untilBlock: nullable(digits('Its last block; null: to the end of the forecast.')),
    opensInSeconds: decimal('Seconds until it opens at the usual rate; 0 when open.', 0),
    lastsSeconds: decimal('Its length with a block in every slot: the shortest.', 0),
  }),
)

const windowFields: Fields<DutyWindow> = {
  isOpen: flag('True when the node may be away for as long as asked.'),
  reason: word('Why.', windowReasons),
  epoch: nullable(digits('Epoch that the reason names; null where it names none.')),
  blocksLeft: nullable(digits('Blocks until the signer may have to produce; null: not foreseen.')),
  secondsLeft: nullable(decimal('Seconds until then at the earliest; null: not foreseen.', 0)),
  next: as(nullable(upcoming), 'First later window that is long enough; null without one.'),
  widest: as(nullable(upcoming), 'Widest window of the forecast; null without any.'),
  signer: address('Signer whose turns count.'),
  headBlock: digits('Newest L2 block.'),
  needSeconds: decimal('Seconds that the node may be away.', 0),
  doubt: nullable(text('Why the forecast is not exact; null when it is.')),
  respanDelaySeconds: count('Seconds without a block before a respan.'),
}

/** Mirrors `DutyWindow`. */
export const dutyWindow = shared('dutyWindow', object<DutyWindow>('A window.', windowFields))

/** Mirrors `DutyPeriod`. */
export const dutyPeriod = object<DutyPeriod>('Duties within a number of days.', {
  days: count('Its length.'),
  fromBlock: digits('Its first block.'),
  isWhole: flag(
    'False when the endpoint has no blocks that old, or there are more epochs than are read.',
  ),
  score: object<DutyScore>('The duties added up.', {
    epochs: count('Finished duties that count.'),
    full: count('Finished without a respan.'),
    stoodIn: count('Given to the signer by a respan.'),
    takenOver: count('Finished by another, because the signer fell silent.'),
    missed: nullable(count('Drawn for the signer, who made no block; null where unknown.')),
    notCommitted: count('Drawn, and respanned before the commitment; not among `epochs`.'),
    unknown: count('Taken over or missed, unless nobody could produce; not among `epochs`.'),
    blocksMade: digits('Blocks sealed.'),
    blocksExpected: digits('Blocks that were to be sealed.'),
    score: nullable(decimal('Blocks made of those expected, 0 to 1; null without a duty.', 0)),
  }),
  luck: as(
    nullable(
      object<Luck>('Draws against the share of the stake at the time.', {
        epochs: count('Draws in the period.'),
        drawn: count('Of them, for the signer.'),
        expected: decimal('Of them, as its share of the stake promises.', 0),
        unknown: count('Epochs whose shares are unknown, and which count nowhere.'),
      }),
    ),
    'Null where the consensus layer tells no shares of that time.',
  ),
})

const periods = list('In the order asked for.', dutyPeriod)

const historyFields: Omit<Fields<DutyHistory>, 'duties'> = {
  signer: address('Signer whose duties these are.'),
  headBlock: digits('Newest L2 block.'),
  periods,
  knowsMissed: flag(
    'False where the consensus layer does not tell all respans and draws: missed epochs are unknown.',
  ),
}

const duties = list(
  'Within the longest period, oldest first.',
  object<TimedDuty>('An epoch that was the signer’s to produce.', {
    number: digits('Number of the epoch.'),
    outcome: word('How it went.', dutyOutcomes),
    startBlock: digits('First block.'),
    endBlock: digits('Last block, inclusive.'),
    made: digits('Blocks sealed by the signer so far.'),
    expected: digits('Blocks that the signer was to seal.'),
    startSeconds: nullable(count('Time of its first block in seconds since 1970; null if none.')),
  }),
)

export const dutySchemas: CommandSchemas = {
  'duty check': {data: dutyWindow},
  'duty history': {
    data: object<
      DutyHistory & {output: string | null; content: string | null; plot: string | null}
    >('Past duties.', {
      plot: nullable(text('SVG file that was written; null without `--plot`.')),
      ...historyFields,
      duties,
      output: nullable(text('File that was written; null without one.')),
      content: nullable(text('CSV document, with `--format csv` and without a file; else null.')),
    }),
  },
  'duty next': {
    data: object<{turns: TimedEpoch[]; window: DutyWindow}>('The next turns and windows.', {
      turns: list(
        'Own epochs of the forecast, the current one included.',
        object<TimedEpoch>('A turn.', timedEpochFields),
      ),
      window: as(dutyWindow, 'Whether the node may be away now.'),
    }),
  },
  'duty score': {data: object<Omit<DutyHistory, 'duties'>>('Duties added up.', historyFields)},
  'duty wait': {
    line: object<{type: 'waiting'; atMs: number; window: DutyWindow}>('A look that did not open.', {
      type: constant('Kind of line.', 'waiting'),
      atMs: count('Time of the look, in milliseconds since 1970.'),
      window: dutyWindow,
    }),
    data: as(dutyWindow, 'The window that opened.'),
  },
}
