import {lowerFirst} from '../../lib/clause.ts'
import {counted, formatDuration, isoTime, percentDown} from '../../lib/units.ts'
import {type DutyOutcome, type DutyScore} from '../../protocol/rotation/duty.ts'
import type {UpcomingWindow} from '../../protocol/rotation/restart-window.ts'
import {costOf} from '../../services/duty/guard.ts'
import type {DutyHistory, DutyPeriod} from '../../services/duty/history.ts'
import {HORIZON_EPOCHS, type DutyWindow} from '../../services/duty/window.ts'
import type {TimedEpoch} from '../../services/rotation/forecast.ts'
import {beginsText} from './rotation.ts'
import {fields, table} from './table.ts'

export const outcomeWords: Record<DutyOutcome, string> = {
  full: 'full',
  'stood-in': 'stood in',
  short: 'short',
  'taken-over': 'taken over',
  missed: 'missed',
  'not-committed': 'not committed',
  unknown: 'unknown',
  pending: 'pending',
}

/** One line: may the node be away, for how long, and why. */
export function windowText(window: DutyWindow): string {
  const {isOpen, reason, secondsLeft, needSeconds} = window
  if (!isOpen) return `No: ${lowerFirst(costOf(window))}`
  if (reason === 'not-drawn') return 'Yes: your signer is not among those who can be drawn.'
  const room =
    secondsLeft === null
      ? `no turn of yours is within the next ${HORIZON_EPOCHS} epochs`
      : `at least ${formatDuration(secondsLeft)} until your turn`
  return `Yes, for ${formatDuration(needSeconds)}: ${room}.`
}

export function checkText(window: DutyWindow): string {
  const {next, doubt} = window
  const later = next
    ? `The next window opens in about ${formatDuration(next.opensInSeconds)}, at block ${next.fromBlock}.`
    : doubt === null
      ? `No later window in the next ${HORIZON_EPOCHS} epochs is long enough.`
      : `No later window in the next ${HORIZON_EPOCHS} epochs is known.`
  return [
    windowText(window),
    ...(window.isOpen ? [] : [later]),
    ...(doubt === null ? [] : [`The forecast is not exact: ${doubt}.`]),
  ].join('\n')
}

export function waitText(window: DutyWindow): string {
  const {next} = window
  const eta = next ? `, which opens in about ${formatDuration(next.opensInSeconds)}` : ''
  return `Waiting for a window${eta}: ${lowerFirst(costOf(window))}`
}

export function dutyNextText(
  turns: readonly TimedEpoch[],
  window: DutyWindow,
  nowMs: number,
): string {
  const {widest} = window
  return [
    turns.length === 0
      ? `No turn of yours is known within the next ${HORIZON_EPOCHS} epochs.`
      : table(
          ['epoch', 'first', 'last', 'in', 'label'],
          turns.map((turn) => [
            `${turn.number}`,
            `${turn.startBlock ?? '?'}`,
            `${turn.endBlock ?? '?'}`,
            beginsText(turn, window.headBlock, nowMs),
            turn.label,
          ]),
        ),
    '',
    fields([
      ['restart now', windowText(window)],
      ['widest window', widest ? upcomingText(widest) : 'none'],
    ]),
    ...(window.doubt === null ? [] : [`The forecast is not exact: ${window.doubt}.`]),
  ].join('\n')
}

function upcomingText({
  fromBlock,
  opensInSeconds,
  lastsSeconds,
  untilBlock,
}: UpcomingWindow): string {
  const lasts = `${untilBlock === null ? 'at least ' : ''}${formatDuration(lastsSeconds)}`
  return opensInSeconds === 0
    ? `${lasts}, open now`
    : `${lasts}, in about ${formatDuration(opensInSeconds)} from block ${fromBlock}`
}

export function dutyHistoryText(history: DutyHistory, last: number | undefined): string {
  const shown = last === undefined ? history.duties : history.duties.slice(-last)
  return [
    shown.length === 0
      ? 'No duties in this time.'
      : table(
          ['epoch', 'time', 'first', 'last', 'made', 'expected', 'outcome'],
          shown.map(({number, startSeconds, startBlock, endBlock, made, expected, outcome}) => [
            `${number}`,
            startSeconds === null ? '' : isoTime(BigInt(startSeconds)),
            `${startBlock}`,
            `${endBlock}`,
            `${made}`,
            `${expected}`,
            outcomeWords[outcome],
          ]),
        ),
    '',
    dutyScoreText(history),
  ].join('\n')
}

export function dutyScoreText({periods, knowsMissed}: DutyHistory): string {
  return [
    table(
      ['days', 'epochs', 'full', 'stood in', 'taken over', 'missed', 'blocks made', 'score'],
      periods.map((period) => [
        `${period.days}${period.isWhole ? '' : '*'}`,
        `${period.score.epochs}`,
        `${period.score.full}`,
        `${period.score.stoodIn}`,
        `${period.score.takenOver}`,
        missedText(period.score),
        `${period.score.blocksMade} of ${period.score.blocksExpected}`,
        period.score.score === null ? 'none yet' : scoreText(period.score),
      ]),
    ),
    ...periods.map(luckText),
    ...(periods.some(({isWhole}) => !isWhole)
      ? [
          '* Not the whole time: the chain is younger, the endpoint is pruned, or there are more epochs than are read.',
        ]
      : []),
    ...(knowsMissed ? [] : [missedUnknown]),
    ...uncountedText(periods),
  ].join('\n')
}

/** Duties of the longest period that are in none of the columns. */
function uncountedText(periods: readonly DutyPeriod[]): string[] {
  const most = (of: 'notCommitted' | 'unknown') =>
    Math.max(0, ...periods.map(({score}) => score[of]))
  const [notCommitted, unknown] = [most('notCommitted'), most('unknown')]
  const them = (count: number) => (count === 1 ? 'it' : 'them')
  const lost = `${counted(notCommitted, 'epoch')} drawn for you and given to another signer before ${notCommitted === 1 ? 'it was' : 'they were'} committed`
  return [
    ...(notCommitted > 0
      ? [`Not counted: ${lost}; nobody could produce in ${them(notCommitted)}.`]
      : []),
    ...(unknown > 0
      ? [
          `Unknown: ${counted(unknown, 'epoch')}; the L2 endpoint does not return the logs that tell whether you could produce in ${them(unknown)}.`,
        ]
      : []),
  ]
}

function luckText({days, luck}: DutyPeriod): string {
  const over = `Luck over ${counted(days, 'day')}: `
  if (!luck) return `${over}unknown.`
  const rest = luck.unknown === 0 ? '' : `; ${counted(luck.unknown, 'epoch')} unknown`
  return `${over}drawn for ${luck.drawn} of ${counted(luck.epochs, 'epoch')}, ${luck.expected.toFixed(1)} by stake${rest}.`
}

/** For a history whose `knowsMissed` is false. */
export const missedUnknown =
  'The consensus layer does not tell all respans and draws, so epochs that were missed are unknown.'

export function missedText({missed}: DutyScore): string {
  return missed === null ? 'unknown' : `${missed}`
}

/** Of a period with a finished duty. Epochs that may have been missed could only lower it. */
export function scoreText({blocksMade, blocksExpected, missed}: DutyScore): string {
  const percent = `${percentDown(blocksMade, blocksExpected).toFixed(2)} %`
  return missed === null ? `at most ${percent}` : percent
}

export function dutyCsv({duties}: DutyHistory): string {
  const head = 'epoch,start_utc,first_block,last_block,blocks_made,blocks_expected,outcome'
  const lines = duties.map(
    ({number, startSeconds, startBlock, endBlock, made, expected, outcome}) =>
      [
        number,
        startSeconds === null ? '' : isoTime(BigInt(startSeconds)),
        ...[startBlock, endBlock, made, expected, outcome],
      ].join(','),
  )
  return `${[head, ...lines].join('\n')}\n`
}
