import {localParts} from '../../protocol/local-parts.ts'
import {
  messageChains,
  messageStates,
  type FundView,
  type MessageRow,
  type ProcessRow,
} from '../presenters/local.ts'
import type {priceJson} from '../presenters/local-price.ts'
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
  optional,
} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {logLine} from './parts/log-line.ts'
import {layer} from './parts/transaction.ts'

const state = shared(
  'localState',
  object('The local network of this machine.', {
    version: constant('Version of this shape.', 1),
    phase: word('`creating` until the first start is done.', ['creating', 'ready']),
    createdAt: isoTime('Creation time.'),
    settings: object('Settings it was created with.', {
      nodes: count('Sequencers registered at the start.'),
      slotMs: count('Length of an L2 block slot, in milliseconds.'),
      l1BlockSeconds: count('Time between L1 blocks, in seconds.'),
      epochLength: count('Blocks per epoch.'),
      respanDelaySeconds: count('Respan delay in seconds.'),
      rewardBatchEpochs: count('Epochs per reward batch.'),
      blocksBeforeFork: count('Blocks between the genesis and block 16,500,000.'),
      basePort: count('First port; the others follow.'),
      mainnetRules: flag("True: mainnet's two extra rules in LockingPool."),
      with: list('Optional parts.', word('A part.', localParts)),
      lstDelaySeconds: optional(
        count('Delay of liquid-staking providers; absent: as they promise.'),
      ),
    }),
    profiles: list('Profiles of the sequencers from the start.', {type: 'string'}),
    keys: list('Keys created for it.', {type: 'string'}),
  }),
)

const processes = list(
  'Its processes, running or not.',
  object<ProcessRow>('A process.', {
    name: text('Component of the network.'),
    pid: nullable(integer('Process id; null before its first start.', 1)),
    running: flag('True when it is running.'),
    url: text('URL it listens on.'),
    log: text('Path of its log file.'),
    orphanedEngine: nullable(
      integer('Pid of an orphaned engine of this process; null when there is none.', 1),
    ),
    suspended: list(
      'The process and its engine, if paused by a signal: alive, but doing nothing.',
      integer('Process id.', 1),
    ),
  }),
)

const funded = object<FundView>('Funds and rights given to an account.', {
  address: address('The account.'),
  ethWei: wei('ETH on L1.'),
  metisL1Wei: wei('METIS on L1.'),
  metisL2Wei: wei('METIS on L2.'),
  whitelist: flag('True when it was whitelisted.'),
  hashes: list(
    'Transactions sent for it.',
    object<FundView['hashes'][number]>('A transaction.', {
      what: text('Purpose of the transaction.'),
      chain: layer,
      hash: hash('Its hash.'),
    }),
  ),
})

export const localSchemas: CommandSchemas = {
  'local demo': {
    data: object('Result of the demo.', {
      elapsedMs: count('Duration in milliseconds.'),
      home: text('Directory of the demo.'),
      kept: flag('True when its network is still running.'),
    }),
  },
  'local down': {
    data: object('Processes that were stopped.', {
      processes: list(
        'The processes, nodes first.',
        object('A process.', {
          name: text('Component of the network.'),
          outcome: word('`killed`: it did not stop in time.', ['stopped', 'killed', 'not-running']),
        }),
      ),
    }),
  },
  'local fund': {
    data: object('Accounts that were funded.', {funded: list('By account.', funded)}),
  },
  'local l1': {
    line: logLine,
    data: anyOf('End of the process; null without a local network.', [
      object('It was stopped by a command.', {stopped: constant('It stopped.', true)}),
      {type: 'null'},
    ]),
  },
  'local price': {
    data: object<ReturnType<typeof priceJson>>('The price that a feed reports now.', {
      feed: text('The feed.'),
      address: address('Its contract.'),
      beforeE8: digits('Dollars before, scaled by 1e8.'),
      afterE8: digits('Dollars now, scaled by 1e8.'),
      hash: hash('The transaction.'),
    }),
  },
  'local reset': {
    data: object('The deleted network.', {
      nothing: flag('True when there was no local network.'),
      profiles: list('Profiles that were deleted with it.', {type: 'string'}),
      keys: list('Keys created for it.', {type: 'string'}),
    }),
  },
  'local status': {data: object('State of the local network.', {state, processes})},
  'local up': {
    data: object('The running local network.', {
      state,
      fresh: flag('True when it was created now, false when an existing one continues.'),
      started: list('Processes started by this command.', {type: 'string'}),
      processes,
    }),
  },
  'local relay': {
    data: object('Calls from one chain to the other.', {
      messages: list(
        'Those to L1 first, the oldest first.',
        object<MessageRow>('A call that a contract sent to the other chain.', {
          to: word('Chain on which it is carried out.', messageChains),
          nonce: digits('Its number.'),
          target: address('Contract that is called.'),
          state: word('`under-way`: its deposit has not arrived on L2.', messageStates),
          paidMetisWei: wei('METIS that left the other chain with it and was paid now.'),
          hash: nullable(hash('Transaction that relayed it now; null otherwise.')),
        }),
      ),
    }),
  },
  'local warp': {
    data: object('Time of L1 after the warp.', {
      seconds: count('Seconds that its time was advanced.'),
      beforeSeconds: digits('Time before, in seconds since 1970.'),
      afterSeconds: digits('Time after, in seconds since 1970.'),
      l1Block: digits('Newest L1 block.'),
    }),
  },
}
