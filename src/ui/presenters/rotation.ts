import {counted, formatCount, formatDuration, shortHex} from '../../lib/units.ts'
import type {ForecastBasis} from '../../protocol/rotation/forecast.ts'
import type {SignerNames} from '../../services/network/registry-names.ts'
import type {RotationForecast, TimedEpoch} from '../../services/rotation/forecast.ts'
import type {RotationProgress} from '../../services/rotation/records.ts'
import type {NamedAttempt, SuccessorView} from '../../services/rotation/successor.ts'
import type {ProducerCheck} from '../../services/rotation/verify-producers.ts'
import {fields, table} from './table.ts'

export const basisWords: Record<ForecastBasis, string> = {
  committed: 'committed',
  planned: 'planned',
  selection: 'drawn',
  'stake-share': 'by stake',
  none: '',
}

/** The next epoch where no source has one, in a few words. */
export function unplannedText(current: unknown): string {
  return current === null ? 'none is committed' : 'not planned until a tenth of the epoch is over'
}

/** A signer by its name in the public list, or by its address. */
export function signerText(signer: string | null, names: SignerNames): string {
  if (signer === null) return '?'
  const name = names.get(signer.toLowerCase())
  return name === undefined ? signer : `${name} ${shortHex(signer)}`
}

/** The same in a table, where a full address would leave no room; `--json` has it whole. */
export function signerCell(
  signer: string | null,
  isMine: boolean | null,
  names: SignerNames,
): string {
  if (signer === null) return '?'
  if (isMine === true) return `YOU (${shortHex(signer)})`
  return names.has(signer.toLowerCase()) ? signerText(signer, names) : shortHex(signer)
}

export function forecastText(
  forecast: RotationForecast,
  names: SignerNames,
  nowMs: number,
): string {
  const {epochs} = forecast
  if (epochs.length === 0) return 'No epoch is committed on L2, so nothing can be foretold.'
  const producer = ({signer, mine, chance}: TimedEpoch) => {
    if (signer !== null) return signerCell(signer, mine, names)
    return chance === null ? 'unknown' : `YOU with ${percent(chance)}`
  }
  return [
    ...headlines(forecast, nowMs),
    '',
    table(
      ['epoch', 'first', 'last', 'in', 'label', 'source', 'producer'],
      epochs.map((epoch) => [
        `${epoch.number}`,
        `${epoch.startBlock ?? '?'}`,
        `${epoch.endBlock ?? '?'}`,
        beginsText(epoch, forecast.headBlock, nowMs),
        epoch.label,
        basisWords[epoch.basis],
        producer(epoch),
      ]),
    ),
  ].join('\n')
}

function headlines(forecast: RotationForecast, nowMs: number): string[] {
  const {headBlock, epochs, signer, doubt, backTest, blockMs, confidence} = forecast
  const own = epochs.filter(({mine}) => mine === true)
  const begins = own[0] && beginsText(own[0], headBlock, nowMs, 'in ')
  const turns = signer === null ? [] : [turnText(own, begins, epochs.length)]
  const rate =
    blockMs === null
      ? 'Too few blocks are known for a block rate, so times are unknown.'
      : `Times follow from the usual ${(blockMs / 1000).toFixed(1)} s per block of the last 32.`
  const test = backTest
    ? `Back-test: ${backTest.hits} of ${counted(backTest.tested, 'draw')} came true${backTest.set > 0 ? `; left out: ${counted(backTest.set, 'span')} without a draw` : ''}.`
    : 'Back-test: none.'
  const exact =
    doubt === null
      ? `${confidence === 'sole' ? 'Only one validator can be drawn' : 'Draws are exact'} while no stake changes and no producer falls silent.`
      : `${confidence === 'none' ? 'Later epochs are unknown' : 'Draws are not exact'}: ${doubt}.`
  return [...turns, test, exact, rate]
}

function turnText(own: readonly TimedEpoch[], begins: string | undefined, epochs: number): string {
  if (!own[0])
    return epochs === 1
      ? 'This epoch is not known to be yours.'
      : `None of these ${counted(epochs, 'epoch')} is known to be yours.`
  return `Your next epoch is ${own[0].number}, ${begins}; ${own.length} of ${epochs} are yours.`
}

/** `now` from the block before its first one on: an epoch begins with a block, which may be late. */
export function beginsText(
  {startBlock, startsAtMs}: TimedEpoch,
  headBlock: bigint,
  nowMs: number,
  word = '',
): string {
  if (startBlock !== null && startBlock <= headBlock + 1n) return 'now'
  // Unknown while blocks do not arrive.
  if (startsAtMs === null) return word ? 'at an unknown time' : '?'
  return `${word}${formatDuration((startsAtMs - nowMs) / 1000)}`
}

export function successorText(view: SuccessorView, names: SignerNames): string {
  const {current, mine, isHalted, startBlock, attempts, isUnderWay} = view
  const {silentSeconds, respanDelaySeconds} = view
  const [first] = attempts
  const headline =
    !first || first.signer === null
      ? 'Nobody can take over: there is no other candidate.'
      : isUnderWay
        ? `${takesOver(first, names)} with block ${startBlock}: the respan is on its way.`
        : isHalted
          ? `No epoch covers block ${startBlock}; ${takesOver(first, names)} with it.`
          : `If the producer stops now, ${takesOver(first, names)} with block ${startBlock}.`
  return [
    headline,
    fields([
      ['producer', isHalted ? 'nobody' : `${signerText(current, names)}${mine ? ' (YOU)' : ''}`],
      ['head', `${view.headBlock}`],
      ['stall clock', `${clock(silentSeconds)} of ${clock(respanDelaySeconds)}`],
      ...attempts
        .slice(1)
        .map(
          (attempt) =>
            [
              `attempt ${attempt.attempt + 1n}`,
              attempt.signer === null ? 'nobody' : attemptText(attempt, names),
            ] as const,
        ),
      ['candidates', `${view.candidates}, each with the same chance`],
    ]),
    'Another head gives another successor; an earlier block on L2 makes the respan void.',
  ].join('\n')
}

function attemptText({signer, mine}: NamedAttempt, names: SignerNames): string {
  return mine ? 'YOU' : signerText(signer, names)
}

function takesOver(attempt: NamedAttempt, names: SignerNames): string {
  return attempt.mine ? 'YOU take over' : `${attemptText(attempt, names)} takes over`
}

/** `0:47` */
export function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
}

export function producerCheckText(check: ProducerCheck, names: SignerNames): string {
  const {fromBlock, toBlock, verdicts, producers, wrong} = check
  const total = toBlock - fromBlock + 1n
  const bad = verdicts.wrong + verdicts.uncovered
  const isSigned = verdicts.right + bad > 0
  const headline = !isSigned
    ? `No block from ${fromBlock} to ${toBlock} is signed, so nothing is known of their producers.`
    : bad > 0
      ? `${formatCount(bad)} of ${counted(total, 'block')} are not from the signer of their epoch.`
      : `Every signed block from ${fromBlock} to ${toBlock} is from the signer of its epoch.`
  return [
    headline,
    fields([
      ['right', counted(verdicts.right, 'block')],
      ['wrong', counted(verdicts.wrong, 'block')],
      ['in no epoch', counted(verdicts.uncovered, 'block')],
      ['unsigned', `${counted(verdicts.unsigned, 'block')}, empty or with a deposit`],
    ]),
    ...(producers.length > 0
      ? [
          '',
          table(
            ['blocks', 'producer'],
            producers.map(({signer, blocks}) => [`${blocks}`, signerText(signer, names)]),
          ),
        ]
      : []),
    ...(wrong.length > 0
      ? [
          '',
          table(
            ['block', 'epoch', 'expected', 'signed by'],
            wrong.map(({block, epoch, expected, producer}) => [
              `${block}`,
              `${epoch ?? 'none'}`,
              signerText(expected, names),
              producer === null ? 'nobody' : signerText(producer, names),
            ]),
          ),
        ]
      : []),
  ].join('\n')
}

const stepWords: Record<RotationProgress['step'], string> = {
  epochs: 'Reading epochs',
  spans: 'Replaying draws',
  respans: 'Reading respans',
  recommits: 'Reading logs of respans',
  blocks: 'Checking blocks',
}

export function rotationProgressText({step, done, total}: RotationProgress): string {
  return `${stepWords[step]}: ${formatCount(done)} of ${formatCount(total)}`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
