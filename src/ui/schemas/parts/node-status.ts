import {
  address,
  count,
  decimal,
  flag,
  hash,
  integer,
  list,
  mapOf,
  nullable,
  object,
  shared,
  text,
  word,
} from '../build.ts'

const blockNumber = (description: string) => nullable(count(description))

const epoch = object('Turn of the next block; null while unknown.', {
  number: count('Number of the epoch.'),
  startBlock: count('First L2 block of it.'),
  endBlock: count('Last L2 block of it.'),
  signer: address('Who seals its blocks.'),
})

const peer = object('A peer that was heard of lately.', {
  address: address('Its signer.'),
  peerAddress: text('Where it is.'),
  head: count('Its newest block.'),
  lagBlocks: integer('How far it is behind; below 0 when it is ahead.'),
  ageMs: count('Time since its last word, in milliseconds.'),
})

const sync = object('Progress while behind a peer; null when in step.', {
  target: count('Highest block that a peer has.'),
  remaining: count('Blocks up to it.'),
  blocksPerSecond: decimal('Speed over the last seconds.', 0),
  etaSeconds: nullable(count('Seconds until it is reached; null while nothing was measured.')),
})

/** Mirrors the `NodeStatus` of the node, whose numbers are plain numbers. */
export const nodeStatus = shared(
  'nodeStatus',
  object('The account that a running node gives of itself.', {
    name: text('Name of the node.'),
    pid: integer('Process id.', 1),
    chainId: count('Chain id of L2.'),
    address: address('Signer of the node.'),
    phase: word('What it does.', ['catching-up', 'following', 'building', 'halted', 'stopped']),
    turn: word('Whose turn the next block is; `unknown`: nobody may build as far as it knows.', [
      'mine',
      'other',
      'unknown',
    ]),
    producer: nullable(address('Signer of the next block; null while unknown.')),
    epoch: nullable(epoch),
    head: object('Newest durable block.', {
      number: count('L2 block.'),
      hash: hash('Its hash.'),
      timestamp: count('Its time, in seconds since 1970.'),
    }),
    safe: blockNumber('Last block in a confirmed batch on L1; null before the first.'),
    finalized: blockNumber('The same at twice the confirmations.'),
    pool: object('Transactions that wait.', {
      pending: count('Those that can be sealed now.'),
      queued: count('Those behind a missing nonce.'),
    }),
    peers: list('Peers that were heard of lately.', peer),
    syncing: flag('True while silent after the start, or behind a peer.'),
    sync: nullable(sync),
    blocksSealed: count('Blocks that this process has sealed.'),
    lastError: mapOf('Last failure of each stage that has not worked since.', {type: 'string'}),
    engine: object('The execution engine.', {
      version: text('Its version.'),
      lastExecuteMs: nullable(decimal('Time for its last block in milliseconds; null: none.', 0)),
      isolation: nullable(
        word(
          '`namespace`: only its node reaches it. `open-port`: everybody on this machine does. Null: it does not run.',
          ['namespace', 'open-port'],
        ),
      ),
      outsideChanges: count(
        'How often its state was found changed by somebody else than this node; nothing was signed then.',
      ),
      state: object('How much state it holds, and may hold.', {
        leaves: count('Accounts and storage slots, estimated; also those that were only read.'),
        limit: count('Above it no transaction is taken that could add some.'),
        rootMs: nullable(
          decimal('Time for the state root in milliseconds, a part of each block; null: none.', 0),
        ),
      }),
    }),
    l1: nullable(
      object('L1 as the node sees it; null while it was not reached.', {
        head: count('Newest L1 block.'),
        ageMs: count('Age of that block, in milliseconds.'),
      }),
    ),
  }),
)
