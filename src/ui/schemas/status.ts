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

/** A part of the page, or the reason why it could not be read. Mirrors `Part`. */
function part<T>(description: string, value: JsonSchema<T>): JsonSchema<Part<T>> {
  return anyOf(description, [
    object<Read<T>>('It was read.', {ok: constant('It was read.', true), value}),
    object<Failed>('It could not be read.', {
      ok: constant('It could not be read.', false),
      ...failureFields,
    }),
  ])
}

const money = object<L1Money>('What the owner has on L1.', {
  stake: nullable(
    object('The lock of the owner; null when it has none.', {
      sequencer: sequencerRecord,
      ...stakeFields,
    }),
  ),
  ownerMetisWei: wei('METIS of the owner on L1.'),
  ownerEthWei: wei('ETH of the owner on L1.'),
  ownerIsWhitelisted: flag('True when the network lets the owner lock, claim, withdraw and exit.'),
  paused: flag('True when the LockingPool takes no operation at all.'),
  rewardBatchId: digits('Id of the current reward batch.'),
  rewardedUntilEpoch: digits('Last epoch that was paid; 0 before the first batch.'),
  claimCostEthWei: nullable(
    wei('Bridge fee and gas of a claim now; null when it would be refused or cannot be priced.'),
  ),
  l1Block: digits('L1 block at which all of it was read.'),
  l1TimeSeconds: digits('Time of that block, in seconds since 1970.'),
})

const tone = word('Colour of it.', ['plain', 'dim', 'ok', 'warn', 'critical', 'mine'])

const panel = (title: string) =>
  object<Panel>(`Panel: ${title}.`, {
    title: text('Its heading.'),
    age: text('How old its data is, for people; empty while it is fresh.'),
    rows: list(
      'Its lines.',
      object<Row>('A line.', {
        label: text('What it is.'),
        value: text('Its value, for people.'),
        tone,
      }),
    ),
  })

/** Mirrors `DashboardView`: words for a screen, not figures for a script. */
const frame = object<DashboardView>('The dashboard in words, as the screen shows them.', {
  title: text('Network and profile.'),
  clock: text('Time of the frame, UTC.'),
  state: object<DashboardView['state']>('The worst state.', {
    word: word('`WAIT`: no answer yet.', ['OK', 'WARN', 'CRIT', 'WAIT']),
    text: text('Why.'),
    tone,
  }),
  nextAction: text('Command to run next, or that there is nothing to do.'),
  health,
  panels: object<DashboardView['panels']>('The panels.', {
    production: panel('who produces, and how far the epoch is'),
    rotation: panel('whose turn comes'),
    sync: panel('node, L1 and lag'),
    stake: panel('the lock and its rewards'),
    events: panel('what happened lately'),
  }),
})

const page = object<StatusView>('Everything an operator looks at first.', {
  network: text('Name of the network.'),
  profile: nullable(text('Name of the profile; null without one.')),
  health,
  rotation: part('Whose turn it is.', object('The rotation.', rotationFields)),
  money: nullable(part('Stake and balances; null without an owner.', money)),
  l2MetisWei: nullable(
    part('METIS of the owner on L2; null without an owner.', wei('METIS on L2.')),
  ),
  node: as(
    nullable(nodeStatus),
    'The bundled node; null when it does not respond or is not set up.',
  ),
  nodeProcess: nullable(
    object<NonNullable<StatusView['nodeProcess']>>('Its process; null: none lives.', {
      pid: integer('Process id.', 1),
      isStopped: flag('True while a signal has stopped it.'),
    }),
  ),
  nodeExpected: flag('True when the profile has a bundled node.'),
  nodeRuntime: nullable(
    word('`external`: the node behind the L2 endpoint of the profile.', nodeRuntimes),
  ),
  externalNode: as(
    nullable(externalNode),
    'What an external node tells of itself; null when it does not respond or there is none.',
  ),
  externalSilence: nullable(
    failure('Why an external node gave no answer; null when it did or there is none.'),
  ),
  nodesAreBundled: flag('True when the network runs on bundled nodes.'),
  kind: word('What may be rehearsed there without loss.', ['main', 'test', 'local']),
  nextAction: text('One sentence: what to do next.'),
})

export const statusSchemas: CommandSchemas = {
  dashboard: {
    line: frame,
    data: anyOf('With `--once` the frame, else how the stream ended.', [
      frame,
      object('The end of the stream.', {frames: count('Frames that were printed.')}),
    ]),
  },
  status: {
    line: page,
    data: anyOf('The page; with `--watch`, how the stream ended.', [
      page,
      object('The end of the stream.', {pages: count('Pages that were printed.')}),
    ]),
  },
}
