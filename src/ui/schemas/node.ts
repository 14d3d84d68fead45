import {nodeRuntimes} from '../../protocol/node-runtime.ts'
import type {NodeReport} from '../../services/node/node-report.ts'
import {
  as,
  constant,
  count,
  decimal,
  digits,
  flag,
  hash,
  integer,
  isoTime,
  list,
  nullable,
  object,
  text,
  word,
} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {logLine} from './parts/log-line.ts'
import {failure} from './parts/failure.ts'
import {issue} from './parts/health.ts'
import type {GuardView} from '../presenters/guard.ts'
import {externalNode} from './parts/external-node.ts'
import {nodeStatus} from './parts/node-status.ts'

const profile = text('Name of the profile.')
const pid = integer('Process id.', 1)

const difference = object('The first block that is not what L1 says.', {
  block: count('L2 block.'),
  batchIndex: digits('Index of the transaction batch.'),
  l1Transaction: hash('Inbox transaction that holds the block.'),
  l1Block: count('L1 block of that transaction.'),
  field: text('Part of the block that differs; `hash` when every part is equal.'),
  fromL1: text('What L1 holds, or what follows from it.'),
  other: word('What it was compared with.', ['node', 'rules', 'bridge']),
  otherValue: text('What that has.'),
})

const verification = object('A chain that was rebuilt from L1.', {
  l1Block: count('L1 block that was read last.'),
  l1Target: count('Last L1 block that is confirmed.'),
  l1Start: count('L1 block that was read first.'),
  l2Block: count('L2 block that was executed last.'),
  batches: count('Transaction batches that were read.'),
  blocks: count('L2 blocks that were executed.'),
  transactions: count('Transactions in them.'),
  seconds: decimal('How long it took, in seconds.', 0),
  head: object('Where the confirmed batches end, or the last block that could be executed.', {
    number: count('L2 block.'),
    hash: hash('Its hash.'),
    stateRoot: hash('Root of its state.'),
  }),
  deposits: count('Payments of deposits that match the L1 bridge.'),
  l1Bytes: count('Calldata that was read, in bytes.'),
  equalBlocks: nullable(count('Blocks that the node has with the same hash; null without a node.')),
  difference: nullable(difference),
  node: nullable(text('Scheme and host of the node; null without one.')),
})

export const nodeSchemas: CommandSchemas = {
  'node guard rebuild': {
    data: object<GuardView>('A sign guard that was rebuilt.', {
      path: text('Its file.'),
      floor: count('No block below is signed.'),
      learned: count('Own blocks of the chain log that it did not know.'),
      movedTo: nullable(text('Where a damaged file is now; null when there was none.')),
      signedOnL1: nullable(
        count('Newest block on L1 with a signature of the key; null: none is known.'),
      ),
      l1Problem: nullable(text('Why L1 was not read; null when it was.')),
    }),
  },
  'node logs': {
    data: object('The log of the background node.', {
      lines: list('Oldest first; each is a JSON document as text.', {type: 'string'}),
    }),
  },
  'node run': {
    line: logLine,
    data: object('How it ended.', {
      stopped: constant('It has stopped.', true),
      rpcUrl: text('URL of its RPC.'),
    }),
  },
  'node start': {
    data: object('The node that was started.', {
      pid,
      profile,
      phase: word('How it stands once it knows.', [
        'catching-up',
        'following',
        'building',
        'stopped',
      ]),
      syncing: flag('True while it is behind a peer or silent since its start.'),
    }),
  },
  'node status': {
    data: object<NodeReport>('The node of the profile.', {
      profile,
      runtime: word('`external`: it is not ours, and was asked over JSON-RPC.', nodeRuntimes),
      daemon: nullable(
        object<NonNullable<NodeReport['daemon']>>(
          'The background process; null: none was started.',
          {
            pid,
            running: flag('True when it runs.'),
            startedAt: nullable(isoTime('When it was started; null when that is unknown.')),
          },
        ),
      ),
      status: as(nullable(nodeStatus), 'Its own account; null when it does not respond.'),
      external: as(
        nullable(externalNode),
        'What a foreign node tells of itself; null when it does not respond, or is one of ours.',
      ),
      silence: nullable(
        failure('Why a foreign node gave no answer; null when it did, or is one of ours.'),
      ),
      endpoint: nullable(text('Scheme and host of a foreign node; null for one of ours.')),
      issues: list('Everything that is wrong with it, worst first.', issue),
    }),
  },
  'node stop': {
    data: object('How the node ended.', {
      profile,
      outcome: word('`killed`: it did not stop in time.', ['stopped', 'killed', 'not-running']),
    }),
  },
  'node verify': {data: verification, failureData: verification},
}
