import {
  nodeNeeds,
  nodePhases,
  refusedKinds,
  type Divergence,
  type NodeStatus,
  type NodeTrouble,
  type SyncView,
  type DuplicateSigner,
  type WalletView,
} from '../../../protocol/node-status.ts'
import {
  address,
  count,
  decimal,
  digits,
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

const sync = object<SyncView>('Progress while behind a peer; null when in step.', {
  target: count('Highest block that a peer has.'),
  remaining: count('Blocks up to it.'),
  blocksPerSecond: decimal('Speed over the last seconds.', 0),
  etaSeconds: nullable(count('Seconds until it is reached; null while nothing was measured.')),
})

const sinceMs = count('When it began, in milliseconds since 1970.')

const trouble = (description: string) =>
  nullable(
    object<NodeTrouble>(description, {
      code: text('Stable code.'),
      message: text('What is true, in one sentence.'),
      sinceMs,
    }),
  )

const waitingFor = object<NonNullable<NodeStatus['waitingFor']>>(
  'What it waits for before it seals; null when nothing keeps it from sealing but the turn.',
  {
    needs: list(
      'What is missing.',
      word(
        '`l1-batches`: L1 was not read since the start. `l1-blocks`: L1 holds blocks that it does not have. `peers`: no peer has said what it knows. `later-turn`: the key may have signed in this turn before.',
        nodeNeeds,
      ),
    ),
    sinceMs,
  },
)

const diverged = object<Divergence>(
  'A block of a peer that gets another hash here than its producer signed; null when there is none.',
  {
    block: count('Number of the block.'),
    ours: hash('Hash that this node computes.'),
    theirs: hash('Hash that its producer signed.'),
    producer: address('Who signed it.'),
    state: word(
      '`doubted`: the engine is rebuilt, to be sure. `refused`: it was, to the same end.',
      ['doubted', 'refused'],
    ),
    peersBeyond: list('Peers that hold it, or another one in its place.', address('Its signer.')),
    peersWithUs: list('Peers that stand where this node does.', address('Its signer.')),
    sinceMs,
  },
)

const l1Divergence = object<NonNullable<NodeStatus['l1Divergence']>>(
  'L1 has confirmed another block than this node holds; null while it has not.',
  {
    block: count('The first such block.'),
    batchIndex: count('The batch that holds it.'),
    sinceMs,
  },
)

const twin = object<DuplicateSigner>('Another node with the same key; null while none was seen.', {
  peerId: text('Its peer id.'),
  addresses: list('Where it is.', text('Multiaddr.')),
  startedAtMs: count('When it started, by its own clock, in milliseconds since 1970.'),
  yields: flag('True: the other one is older, so this one has to stop.'),
  sinceMs,
})

const wallet = object<WalletView>('An account without whose money something stops.', {
  alias: text('`signer`, `mpc`, `relayer` or `batcher`.'),
  chain: word('Where the money is.', ['l1', 'l2']),
  address: address('The account.'),
  balanceWei: digits('Its balance.'),
  lowWei: digits('Below this it is time to fill it up; 0 when it pays for nothing.'),
})

/** Mirrors the `NodeStatus` of the node, whose numbers are plain numbers. */
export const nodeStatus = shared(
  'nodeStatus',
  object<NodeStatus>('The account that a running node gives of itself.', {
    name: text('Name of the node.'),
    pid: integer('Process id.', 1),
    chainId: count('Chain id of L2.'),
    address: address('Signer of the node.'),
    phase: word('What it does.', nodePhases),
    phaseSinceMs: sinceMs,
    halted: trouble(
      'Why it seals nothing until a person restarts it; null while it is not halted.',
    ),
    waitingFor: nullable(waitingFor),
    diverged: nullable(diverged),
    l1Divergence: nullable(l1Divergence),
    twin: nullable(twin),
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
    headAgeMs: count('How long ago it became the head.'),
    finalized: blockNumber('The same at twice the confirmations.'),
    pool: object('Transactions that wait.', {
      pending: count('Those that can be sealed now.'),
      queued: count('Those behind a missing nonce.'),
      limit: count('How many it holds at most.'),
      full: flag('True when it holds so many.'),
      late: count('Of the last own slot: those that missed the block they were accepted for.'),
    }),
    peers: list('Peers that were heard of lately.', peer),
    bestPeerHead: nullable(count('Highest block that a peer has; null without peers.')),
    syncing: flag('True while silent after the start, or behind a peer.'),
    sync: nullable(sync),
    blocksSealed: count('Blocks that this process has sealed.'),
    lastError: mapOf('Last failure of each stage that has not worked since.', {type: 'string'}),
    engine: object('The execution engine.', {
      version: text('Its version.'),
      busyMs: nullable(count('How long it has been at what was asked last; null: it rests.')),
      lastExecuteMs: nullable(decimal('Time for its last block in milliseconds; null: none.', 0)),
      restarts: count('How often it had to be restarted since the node started.'),
      restartingSinceMs: nullable(
        count('Since when it is being restarted, in milliseconds since 1970; null: it works.'),
      ),
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
        reachable: flag('True when the last look at it was answered.'),
        trouble: trouble('Why the last look failed; null when it did not.'),
      }),
    ),
    batches: object<NodeStatus['batches']>('Transaction batches on L1.', {
      landedBlock: blockNumber(
        'Last L2 block in a batch, confirmed or not; null: L1 was not read.',
      ),
      oldestAgeMs: nullable(
        count('Age of the first block behind it, in milliseconds; null when there is none.'),
      ),
      sends: flag('True when this node has the account that sends them.'),
      stuck: trouble('Why it sends none at the moment; null when nothing is wrong.'),
    }),
    guard: object<NodeStatus['guard']>('What the key may sign.', {
      floor: count('No block below is signed.'),
      signedUpTo: blockNumber('Highest block that was signed, as far as it is known.'),
      trusted: flag(
        'False when the guard was copied, restored or rebuilt and nothing was signed since.',
      ),
    }),
    clockSkewMs: nullable(
      integer('How far its clock is ahead of the other producers, in milliseconds; null: unknown.'),
    ),
    wallets: list('Balances as last read, once a minute.', wallet),
    descriptors: object<NodeStatus['descriptors']>('Files and connections it may have open.', {
      limit: nullable(count('Limit of the process; null: none.')),
      wanted: count('What it should be at least.'),
      isTight: flag('True when it is less, so that fewer connections are let in.'),
      connections: count('Connections that the RPC lets in.'),
    }),
    refused: list(
      'Who was turned away at the RPC in the last minute; empty when nobody was.',
      object<NodeStatus['refused'][number]>('One kind.', {
        kind: word(
          '`connections`: no room, or the share of their client is taken. `requests`: too many or too fast. `calls`: they took their share of the engine.',
          [...refusedKinds],
        ),
        count: count('How many in the last minute.'),
        sinceMs: count('When it began, in milliseconds since 1970.'),
      }),
    ),
    disk: nullable(
      object('The file system with its data; null when it cannot be told.', {
        freeBytes: count('Free for it.'),
        totalBytes: count('In all.'),
      }),
    ),
  }),
)
