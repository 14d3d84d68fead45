import type {EpochRecord} from '../../protocol/rotation/records.ts'
import type {HostLook} from '../../services/live/host.ts'
import type {RewardDays} from '../../services/live/reward-days.ts'
import type {Point, Series} from '../../services/live/series.ts'
import type {WalletsLook} from '../../services/live/wallets.ts'
import type {RotationNow} from '../../services/rotation/epochs.ts'
import type {NamedAttempt, SuccessorView} from '../../services/rotation/successor.ts'
import type {DashboardData, HeadsState, SourceLook} from '../dashboard/data.ts'
import {
  address,
  anyOf,
  as,
  constant,
  count,
  decimal,
  digits,
  flag,
  integer,
  list,
  nullable,
  object,
  text,
  wei,
  word,
} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {dutyPeriod, dutyWindow} from './duty.ts'
import {replacedState, rotationFields, silentProducer, wasCut} from './parts/epoch.ts'
import {operatorEvent} from './parts/event.ts'
import {attemptFields, plainForecast, successorFields} from './parts/forecast.ts'
import {health} from './parts/health.ts'
import {money, nextTurn} from './parts/money.ts'
import {nodeStatus} from './parts/node-status.ts'

const source = object<SourceLook>('How one source answers.', {
  name: text('Its name.'),
  state: word('`stale`: the last answer is older than three periods.', [
    ...(['absent', 'asking', 'answered', 'stale', 'failing'] as const),
  ]),
  ageMs: nullable(count('Age of the last good value in milliseconds; null without one.')),
  periodMs: count('How often it is asked, in milliseconds; 0 when it is not.'),
  tookMs: nullable(count('How long the latest answer took; null until the first.')),
  code: nullable(text('Code of its last failure; null while it answers.')),
  reason: nullable(text('The failure in words; null while it answers.')),
  heads: nullable(
    object<HeadsState>(
      'How new blocks of its chain are noticed; null for a source that is read for other reasons.',
      {
        state: word('`pushed`: a WebSocket announces them, and each is read at once.', [
          ...(['pushed', 'polled'] as const),
        ]),
        endpoint: nullable(text('The address: scheme and host; null where there is none.')),
        code: nullable(text('Why the address announces none; null while it does.')),
        reason: nullable(text('The same in words.')),
      },
    ),
  ),
})

const past = object<EpochRecord>('An epoch on L2.', {
  number: digits('Number of the epoch.'),
  signer: address('Its producer.'),
  startBlock: digits('First block.'),
  endBlock: digits('Last block, inclusive.'),
  drawn: nullable(address('Signer that was drawn for it; null when unknown.')),
  isRespanned: flag('True when a respan has set its producer.'),
  replaced: replacedState,
  silent: silentProducer,
  isCut: wasCut,
})

const points = (description: string, value: string) =>
  list(
    description,
    object<Point>('A point.', {
      atMs: count('Time in milliseconds since 1970.'),
      value: decimal(value),
    }),
  )

const rewards = object<RewardDays>('Credits by day.', {
  days: list(
    'The newest 30 days, UTC, oldest first.',
    object<RewardDays['days'][number]>('A day.', {
      day: text('Date, such as `2026-11-29`.'),
      metisWei: wei('METIS credited.'),
    }),
  ),
  perDayMetisWei: nullable(wei('Mean over seven days; null while fewer are known.')),
  lastBatch: nullable(
    object<NonNullable<RewardDays['lastBatch']>>('The newest credit; null before the first.', {
      batchId: digits('Its reward batch.'),
      metisWei: wei('METIS credited.'),
      atSeconds: count('Time in seconds since 1970.'),
    }),
  ),
  unknown: count('Credits of unknown amount, which are in no sum.'),
})

const wallets = object<WalletsLook>('Accounts that the work of a sequencer depends on.', {
  allowanceMetisWei: nullable(wei('METIS that LockingInfo may still take; null without an owner.')),
  signerL2MetisWei: nullable(wei('METIS of the signer on L2; null without a signer.')),
  mpc: nullable(
    object<NonNullable<WalletsLook['mpc']>>('Account of the consensus layer; null when unknown.', {
      address: address('Its address.'),
      l1EthWei: wei('Its ETH on L1.'),
      l2MetisWei: wei('Its METIS on L2.'),
    }),
  ),
})

const host = object<HostLook>('The machine that this program runs on.', {
  cpuShare: nullable(decimal('Share of all cores in use, 0 to 1; null at the first look.', 0)),
  cores: count('Cores.'),
  load: decimal('Processes that want to run, over one minute.', 0),
  memoryUsedBytes: count('Memory in use.'),
  memoryBytes: count('Memory in all.'),
  diskUsedBytes: count('Disk in use, where the home directory is.'),
  diskBytes: count('Disk in all.'),
  diskDaysLeft: nullable(
    decimal('Days until it is full at the rate seen; null while unknown or not filling.', 0),
  ),
})

/** Mirrors `DashboardData`. */
const frame = object<DashboardData>('Values of the dashboard; their age is in `sources`.', {
  mode: word('`replay`: of a recording, at the time of `atMs`.', ['live', 'replay']),
  atMs: integer('Time of the frame in milliseconds since 1970.'),
  network: text('Name of the network.'),
  profile: nullable(text('Name of the profile; null without one.')),
  health,
  sources: list('Every source.', source),
  rotation: nullable(
    object<RotationNow>(
      'Rotation: the current epoch and its neighbours; null before the first answer.',
      rotationFields,
    ),
  ),
  planDoubt: nullable(
    text(
      'Why epochs beyond the committed ones are unknown; null when they are known, or nothing is.',
    ),
  ),
  nextTurn: as(nullable(nextTurn), 'The next own epoch; null when none is known.'),
  forecast: as(nullable(plainForecast), 'Null before the first answer.'),
  successor: nullable(
    object<SuccessorView>(
      'The successor of the producer, should it stop; null when it is unknown.',
      {
        ...successorFields,
        attempts: list(
          'In the order in which they are tried.',
          object<NamedAttempt>('One attempt of a respan.', attemptFields),
        ),
      },
    ),
  ),
  past: list('The newest epochs on L2, oldest first.', past),
  window: as(nullable(dutyWindow), 'Null without a signer, and while the forecast is too old.'),
  duty: nullable(list('Scores; null without a signer and before the first answer.', dutyPeriod)),
  money: as(nullable(money), 'Null without an owner and before the first answer.'),
  rewards: as(nullable(rewards), 'Null without an owner and before the first answer.'),
  wallets: as(nullable(wallets), 'Null before the first answer.'),
  host: as(nullable(host), 'Null before the first answer.'),
  node: as(nullable(nodeStatus), 'Status of the bundled node; null without one that responds.'),
  blockMs: nullable(decimal('Usual time of a block in milliseconds; null while unknown.', 0)),
  series: object<Series>('Short histories since the start.', {
    blockMs: points('Time per block, over five minutes.', 'Milliseconds.'),
    lag: points('Blocks that the node is behind, over an hour.', 'Blocks.'),
  }),
  events: list('Newest first.', operatorEvent),
})

export const dashboardSchemas: CommandSchemas = {
  dashboard: {
    line: anyOf('A frame; with `--web` only where the page is.', [
      frame,
      object('The page is being served.', {
        type: constant('A page.', 'serving'),
        url: text('Its address.'),
      }),
    ]),
    data: anyOf('With `--once` and from a terminal the frame, otherwise the end of the stream.', [
      frame,
      object('The end of the stream.', {frames: count('Frames printed.')}),
      object('The end of `--web`.', {url: text('Where the page was.')}),
    ]),
  },
}
