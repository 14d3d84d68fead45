import {nodeRuntimes} from '../../protocol/node-runtime.ts'
import type {L1Money} from '../../services/health/money.ts'
import type {Part, StatusView} from '../../services/health/status.ts'
import type {DashboardView, Panel} from '../dashboard/view.ts'
import type {Row} from '../dashboard/model.ts'
import {
  anyOf,
  as,
  constant,
  count,
  digits,
  flag,
  integer,
  list,
  nullable,
  object,
  text,
  wei,
  word,
  type JsonSchema,
} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {rotationFields} from './parts/epoch.ts'
import {failure, failureFields} from './parts/failure.ts'
import {health} from './parts/health.ts'
import {externalNode} from './parts/external-node.ts'
import {nodeStatus} from './parts/node-status.ts'
import {sequencerRecord, stakeFields} from './parts/sequencer.ts'

type Failed = Extract<Part<unknown>, {ok: false}>
type Read<T> = Extract<Part<T>, {ok: true}>

/** A section of the page, or the reason why it could not be read. Mirrors `Part`. */
function part<T>(description: string, value: JsonSchema<T>): JsonSchema<Part<T>> {
  return anyOf(description, [
    object<Read<T>>('It was read.', {ok: constant('It was read.', true), value}),
    object<Failed>('It could not be read.', {
      ok: constant('It could not be read.', false),
      ...failureFields,
    }),
  ])
}

const money = object<L1Money>('Stake and balances of the owner on L1.', {
  stake: nullable(
    object('The lock of the owner; null when it has none.', {
      sequencer: sequencerRecord,
      ...stakeFields,
    }),
  ),
  ownerMetisWei: wei('METIS of the owner on L1.'),
  ownerEthWei: wei('ETH of the owner on L1.'),
  ownerIsWhitelisted: flag('True when the owner is whitelisted to lock, claim, withdraw and exit.'),
  paused: flag('True when LockingPool is paused.'),
  rewardBatchId: digits('Id of the current reward batch.'),
  rewardedUntilEpoch: digits('Last paid epoch; 0 before the first batch.'),
  claimCostEthWei: nullable(
    wei('Bridge fee and gas of a claim now; null when it would revert or cannot be priced.'),
  ),
  l1Block: digits('L1 block at which everything was read.'),
  l1TimeSeconds: digits('Time of that block, in seconds since 1970.'),
})

const tone = word('Severity, for its color.', ['plain', 'dim', 'ok', 'warn', 'critical', 'mine'])

const panel = (title: string) =>
  object<Panel>(`Panel: ${title}.`, {
    title: text('Its heading.'),
    age: text('Age of its data, human-readable; empty while it is fresh.'),
    rows: list(
      'Its lines.',
      object<Row>('A line.', {
        label: text('Label.'),
        value: text('Value, human-readable.'),
        tone,
      }),
    ),
  })

/** Mirrors `DashboardView`: text for a screen, not values for a script. */
const frame = object<DashboardView>('The dashboard as text, as the screen shows it.', {
  title: text('Network and profile.'),
  clock: text('Time of the frame, UTC.'),
  state: object<DashboardView['state']>('The worst state.', {
    word: word('`WAIT`: no response yet.', ['OK', 'WARN', 'CRIT', 'WAIT']),
    text: text('Why.'),
    tone,
  }),
  nextAction: text('Next command to run, or a note that there is nothing to do.'),
  health,
  panels: object<DashboardView['panels']>('The panels.', {
    production: panel('the producer and the progress of the epoch'),
    rotation: panel('the next epoch'),
    sync: panel('node, L1 and lag'),
    stake: panel('the lock and its rewards'),
    events: panel('recent events'),
    lst: nullable(panel('liquid staking; null for operators without')),
  }),
})

const page = object<StatusView>('Overview for an operator.', {
  network: text('Name of the network.'),
  profile: nullable(text('Name of the profile; null without one.')),
  health,
  rotation: part(
    'Rotation: the current epoch and its neighbours.',
    object('The rotation.', rotationFields),
  ),
  money: nullable(part('Stake and balances; null without an owner.', money)),
  l2MetisWei: nullable(
    part('METIS of the owner on L2; null without an owner.', wei('METIS on L2.')),
  ),
  node: as(
    nullable(nodeStatus),
    'Status of the bundled node; null when it does not respond or is not set up.',
  ),
  nodeProcess: nullable(
    object<NonNullable<StatusView['nodeProcess']>>('Its process; null when none is running.', {
      pid: integer('Process id.', 1),
      isStopped: flag('True while it is paused by a signal.'),
    }),
  ),
  nodeExpected: flag('True when the profile has a bundled node.'),
  nodeRuntime: nullable(
    word('`external`: the node behind the L2 endpoint of the profile.', nodeRuntimes),
  ),
  externalNode: as(
    nullable(externalNode),
    'Status of an external node; null when it does not respond or there is none.',
  ),
  externalSilence: nullable(
    failure('Reason why an external node is unreachable; null when it responds or there is none.'),
  ),
  nodesAreBundled: flag('True when the network runs on bundled nodes.'),
  kind: word('Operations that can be rehearsed there without loss.', ['main', 'test', 'local']),
  nextAction: text('Next step, in one sentence.'),
})

export const statusSchemas: CommandSchemas = {
  dashboard: {
    line: frame,
    data: anyOf('With `--once` the frame, otherwise the end of the stream.', [
      frame,
      object('The end of the stream.', {frames: count('Frames printed.')}),
    ]),
  },
  status: {
    line: page,
    data: anyOf('The page; with `--watch`, the end of the stream.', [
      page,
      object('The end of the stream.', {pages: count('Pages printed.')}),
    ]),
  },
}
