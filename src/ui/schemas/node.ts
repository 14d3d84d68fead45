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
import type {upgradeJson} from '../presenters/upgrade.ts'
import {externalNode} from './parts/external-node.ts'
import {nodeStatus} from './parts/node-status.ts'

const profile = text('Name of the profile.')
const pid = integer('Process id.', 1)

const difference = object('The first block that differs from L1.', {
  block: count('L2 block.'),
  batchIndex: digits('Index of the transaction batch.'),
  l1Transaction: hash('Inbox transaction with the block.'),
  l1Block: count('L1 block of that transaction.'),
  field: text('Part of the block that differs; `hash` when every part is equal.'),
  fromL1: text('Value according to L1.'),
  other: word('Source it was compared with.', ['node', 'rules', 'bridge']),
  otherValue: text('Value in that source.'),
})

const verification = object('A chain rebuilt from L1.', {
  l1Block: count('Last L1 block read.'),
  l1Target: count('Last confirmed L1 block.'),
  l1Start: count('First L1 block read.'),
  l2Block: count('Last L2 block executed.'),
  batches: count('Transaction batches read.'),
  blocks: count('L2 blocks executed.'),
  transactions: count('Transactions in them.'),
  seconds: decimal('Duration in seconds.', 0),
  head: object('Last block of the confirmed batches, or the last block that could be executed.', {
    number: count('L2 block.'),
    hash: hash('Its hash.'),
    stateRoot: hash('State root of that block.'),
  }),
  deposits: count('Deposit payments that match the L1 bridge.'),
  l1Bytes: count('Calldata read, in bytes.'),
  equalBlocks: nullable(count('Blocks with the same hash on the node; null without a node.')),
  difference: nullable(difference),
  node: nullable(text('Scheme and host of the node; null without one.')),
})

const upgradedNode = object<ReturnType<typeof upgradeJson>>('The node and its version.', {
  profile,
  upgraded: flag('True when the installed version took its place; false when nothing was stopped.'),
  from: nullable(text('Version that ran; null for one that does not report it.')),
  to: text('Version that is installed.'),
  pid,
  phase: nullable(text('State of the node once it is known; null when nothing was stopped.')),
  syncing: nullable(flag('True while it is behind a peer; null when nothing was stopped.')),
})

const startedNode = object('The node that was started.', {
  pid,
  profile,
  phase: word('State of the node once it is known.', [
    'catching-up',
    'following',
    'building',
    'stopped',
  ]),
  syncing: flag('True while it is behind a peer or has not responded since its start.'),
})

export const nodeSchemas: CommandSchemas = {
  'node guard rebuild': {
    data: object<GuardView>('A rebuilt sign guard.', {
      path: text('Its file.'),
      floor: count('Lowest height the guard allows to sign.'),
      learned: count('Own blocks in the chain log that were missing from it.'),
      movedTo: nullable(text('New path of a damaged file; null when there was none.')),
      signedOnL1: nullable(
        count('Newest block on L1 signed with the key; null when none is known.'),
      ),
      l1Problem: nullable(text('Reason why L1 was not read; null when it was.')),
    }),
  },
  'node logs': {
    data: object('The log of the background node.', {
      lines: list('Oldest first; each is a JSON document as text.', {type: 'string'}),
    }),
  },
  'node run': {
    line: logLine,
    data: object('End of the node.', {
      stopped: constant('It stopped.', true),
      rpcUrl: text('URL of its RPC.'),
    }),
  },
  'node restart': {data: startedNode},
  'node start': {data: startedNode},
  'node status': {
    data: object<NodeReport>('The node of the profile.', {
      profile,
      runtime: word(
        '`external`: it is not a bundled node and was queried over JSON-RPC.',
        nodeRuntimes,
      ),
      daemon: nullable(
        object<NonNullable<NodeReport['daemon']>>(
          'The background process; null when none was started.',
          {
            pid,
            running: flag('True when it is running.'),
            startedAt: nullable(isoTime('Start time; null while unknown.')),
          },
        ),
      ),
      status: as(nullable(nodeStatus), 'Status it reports; null when it does not respond.'),
      external: as(
        nullable(externalNode),
        'Status of an external node; null when it does not respond, or the node is bundled.',
      ),
      silence: nullable(
        failure(
          'Reason why an external node is unreachable; null when it responds, or the node is bundled.',
        ),
      ),
      endpoint: nullable(text('Scheme and host of an external node; null for a bundled one.')),
      issues: list('Active issues of the node, worst first.', issue),
    }),
  },
  'node upgrade': {data: upgradedNode, failureData: upgradedNode},
  'node stop': {
    data: object('End of the node.', {
      profile,
      outcome: word('`killed`: it did not stop in time.', ['stopped', 'killed', 'not-running']),
    }),
  },
  'node verify': {data: verification, failureData: verification},
}
