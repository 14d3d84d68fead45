import {nodeRuntimes} from '../../protocol/node-runtime.ts'
import type {Part, StatusView} from '../../services/health/status.ts'
import {
  anyOf,
  as,
  constant,
  count,
  flag,
  integer,
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
import {money, nextTurn} from './parts/money.ts'

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

const page = object<StatusView>('Overview for an operator.', {
  network: text('Name of the network.'),
  profile: nullable(text('Name of the profile; null without one.')),
  health,
  rotation: part(
    'Rotation: the current epoch and its neighbours.',
    object('The rotation.', rotationFields),
  ),
  planDoubt: nullable(
    text('Why epochs beyond the committed ones are unknown; null when they are known.'),
  ),
  nextTurn: as(nullable(nextTurn), 'The next own epoch; null when none is known.'),
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
  status: {
    line: page,
    data: anyOf('The page; with `--watch`, the end of the stream.', [
      page,
      object('The end of the stream.', {pages: count('Pages printed.')}),
    ]),
  },
}
