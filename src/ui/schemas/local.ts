import type {FundView, ProcessRow} from '../presenters/local.ts'
import {
  address,
  anyOf,
  constant,
  count,
  digits,
  flag,
  hash,
  integer,
  isoTime,
  list,
  nullable,
  object,
  shared,
  text,
  wei,
  word,
} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {logLine} from './parts/log-line.ts'
import {layer} from './parts/transaction.ts'

const state = shared(
  'localState',
  object('The local network of this machine.', {
    version: constant('Version of this shape.', 1),
    phase: word('`creating` until the first start is done.', ['creating', 'ready']),
    createdAt: isoTime('When it was made.'),
    settings: object('How it was made.', {
      nodes: count('Sequencers that are registered from the start.'),
      slotMs: count('Length of an L2 block slot, in milliseconds.'),
      l1BlockSeconds: count('Time between L1 blocks, in seconds.'),
      epochLength: count('Blocks per epoch.'),
      respanDelaySeconds: count('Seconds without a block before the producer is replaced.'),
      rewardBatchEpochs: count('Epochs that are paid with one reward batch.'),
      blocksBeforeFork: count('Blocks between the genesis and block 16,500,000.'),
      basePort: count('First port; the others follow.'),
      mainnetRules: flag("True: mainnet's two extra rules in LockingPool."),
    }),
    profiles: list('Profiles of the sequencers from the start.', {type: 'string'}),
    keys: list('Keys that were made for it.', {type: 'string'}),
  }),
)

const processes = list(
  'Its processes, running or not.',
  object<ProcessRow>('A process.', {
    name: text('Part of the network that it is.'),
    pid: nullable(integer('Process id; null when it was never started.', 1)),
    running: flag('True when it runs.'),
    url: text('URL at which it answers.'),
    log: text('Path of its log.'),
    orphanedEngine: nullable(
      integer('Pid of an engine that goes on although this process is gone; null: none.', 1),
    ),
    suspended: list(
      'It and its engine, as far as a signal has stopped them: they live, and do nothing.',
      integer('Process id.', 1),
    ),
  }),
)

const funded = object<FundView>('What an account got.', {
  address: address('The account.'),
  ethWei: wei('ETH on L1.'),
  metisL1Wei: wei('METIS on L1.'),
  metisL2Wei: wei('METIS on L2.'),
  whitelist: flag('True: it was put on the whitelist.'),
  hashes: list(
    'Transactions that brought it.',
    object<FundView['hashes'][number]>('A transaction.', {
      what: text('What it brought.'),
      chain: layer,
      hash: hash('Its hash.'),
    }),
  ),
})

export const localSchemas: CommandSchemas = {
  'local demo': {
    data: object('How the demo went.', {
      elapsedMs: count('How long it took, in milliseconds.'),
      home: text('Directory of its own.'),
      kept: flag('True: its network still runs.'),
    }),
  },
  'local down': {
    data: object('What was stopped.', {
      processes: list(
        'The processes, nodes first.',
        object('A process.', {
          name: text('Part of the network that it is.'),
          outcome: word('`killed`: it did not stop in time.', ['stopped', 'killed', 'not-running']),
        }),
      ),
    }),
  },
  'local fund': {
    data: object('Accounts that got something.', {funded: list('By account.', funded)}),
  },
  'local l1': {
    line: logLine,
    data: anyOf('How it ended; null where there is no local network.', [
      object('It was stopped.', {stopped: constant('It has stopped.', true)}),
      {type: 'null'},
    ]),
  },
  'local reset': {
    data: object('What was deleted.', {
      nothing: flag('True: there was no local network.'),
      profiles: list('Profiles of it.', {type: 'string'}),
      keys: list('Keys that were made for it.', {type: 'string'}),
    }),
  },
  'local status': {data: object('Whether the local network runs.', {state, processes})},
  'local up': {
    data: object('The local network runs.', {
      state,
      fresh: flag('True: it was made now. False: it continues.'),
      started: list('Processes that were started now.', {type: 'string'}),
      processes,
    }),
  },
  'local warp': {
    data: object('L1 is later now.', {
      seconds: count('How far its time was moved.'),
      beforeSeconds: digits('Time before, in seconds since 1970.'),
      afterSeconds: digits('Time after, in seconds since 1970.'),
      l1Block: digits('Newest L1 block.'),
    }),
  },
}
