import {
  nodeNeeds,
  nodePhases,
  refusedKinds,
  type Divergence,
  type NodeStatus,
  type NodeFailure,
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

const epoch = object('Epoch of the next block; null while unknown.', {
  number: count('Number of the epoch.'),
  startBlock: count('Its first L2 block.'),
  endBlock: count('Its last L2 block, inclusive.'),
  signer: address('Signer that seals its blocks.'),
})

const peer = object('A recently active peer.', {
  address: address('Its signer.'),
  peerAddress: text('Its network address.'),
  head: count('Its newest block.'),
  lagBlocks: integer('Blocks it is behind; negative when it is ahead.'),
  ageMs: count('Time since its last message, in milliseconds.'),
})

const sync = object<SyncView>('Progress while behind a peer; null when in sync.', {
  target: count('Highest block that a peer has.'),
  remaining: count('Blocks left to that height.'),
  blocksPerSecond: decimal('Recent speed in blocks per second.', 0),
  etaSeconds: nullable(
    count('Seconds until that height is reached; null before the first measurement.'),
  ),
})

const sinceMs = count('Start time, in milliseconds since 1970.')

const failure = (description: string) =>
  nullable(
    object<NodeFailure>(description, {
      code: text('Stable code.'),
      message: text('Current fact, in one sentence.'),
      sinceMs,
    }),
  )

const waitingFor = object<NonNullable<NodeStatus['waitingFor']>>(
  'Conditions it waits for before sealing; null when it only waits for its epoch.',
  {
    needs: list(
      'Missing conditions.',
      word(
        '`l1-batches`: L1 has not been read since the start. `l1-blocks`: L1 has blocks that it lacks. `peers`: no peer has reported its chain. `later-turn`: the key may already have signed in this epoch.',
        nodeNeeds,
      ),
    ),
    sinceMs,
  },
)

const diverged = object<Divergence>(
  "A peer's block that re-executes to a different hash than its producer signed; null when there is none.",
  {
    block: count('Number of the block.'),
    ours: hash('Hash computed by this node.'),
    theirs: hash('Hash signed by its producer.'),
    producer: address('Signer of the block.'),
    state: word(
      '`doubted`: the engine is being rebuilt to rule out a fault. `refused`: the rebuilt engine computes the same hash.',
      ['doubted', 'refused'],
    ),
    peersBeyond: list(
      'Peers that have it, or another block at its height.',
      address('Its signer.'),
    ),
    peersWithUs: list('Peers at the same head as this node.', address('Its signer.')),
    sinceMs,
  },
)

const l1Divergence = object<NonNullable<NodeStatus['l1Divergence']>>(
  "L1 divergence: L1 confirmed a block that differs from the node's; null when there is none.",
  {
    block: count('First block that differs.'),
    batchIndex: count('Transaction batch with that block.'),
    sinceMs,
  },
)

const duplicateSigner = object<DuplicateSigner>(
  'Duplicate signer: another node with the same key; null when none was seen.',
  {
    peerId: text('Its peer id.'),
    addresses: list('Its network address.', text('Multiaddr.')),
    startedAtMs: count('Its start time by its own clock, in milliseconds since 1970.'),
    yields: flag('True when the other node is older, so this one must stop.'),
    sinceMs,
  },
)

const wallet = object<WalletView>('An account that needs a balance to keep working.', {
  alias: text('`signer`, `mpc`, `relayer` or `batcher`.'),
  chain: word('Chain of the balance.', ['l1', 'l2']),
  address: address('The account.'),
  balanceWei: digits('Its balance.'),
  lowWei: digits('Balance below which it should be topped up; 0 when it pays for nothing.'),
})

/** Mirrors the node's `NodeStatus`, whose numbers are plain numbers. */
export const nodeStatus = shared(
  'nodeStatus',
  object<NodeStatus>('Status reported by a running node.', {
    name: text('Name of the node.'),
    version: nullable(text('Version of metis-seq that runs; null when it does not report one.')),
    pid: integer('Process id.', 1),
    chainId: count('Chain id of L2.'),
    address: address('Signer of the node.'),
    phase: word('Current phase.', nodePhases),
    phaseSinceMs: sinceMs,
    halted: failure(
      'Reason why it seals nothing until it is restarted by an operator; null while it is not halted.',
    ),
    waitingFor: nullable(waitingFor),
    diverged: nullable(diverged),
    l1Divergence: nullable(l1Divergence),
    twin: nullable(duplicateSigner),
    turn: word('Owner of the next block; `unknown`: no epoch it knows covers the block.', [
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
    headAgeMs: count('Time since it became the head, in milliseconds.'),
    finalized: blockNumber('The same with twice the confirmations; null before the first.'),
    pool: object('Pending and queued transactions.', {
      pending: count('Transactions ready to be sealed.'),
      queued: count('Transactions waiting for a missing nonce.'),
      limit: count('Maximum number of transactions.'),
      full: flag('True when the maximum is reached.'),
      late: count(
        'Transactions of the last own slot that missed the block they were accepted for.',
      ),
    }),
    peers: list('Recently active peers.', peer),
    bestPeerHead: nullable(count('Highest block that a peer has; null without peers.')),
    syncing: flag('True until it has caught up after its start, and while it is behind a peer.'),
    sync: nullable(sync),
    blocksSealed: count('Blocks sealed by this process.'),
    lastError: mapOf('Last error of each stage that has not recovered since.', {type: 'string'}),
    engine: object('The execution engine.', {
      version: text('Its version.'),
      busyMs: nullable(
        count('Duration of its current request in milliseconds; null when it is idle.'),
      ),
      lastExecuteMs: nullable(
        decimal('Time for its last block in milliseconds; null before the first.', 0),
      ),
      restarts: count('Restarts since the node started.'),
      restartingSinceMs: nullable(
        count('Start of the current restart, in milliseconds since 1970; null while it works.'),
      ),
      isolation: nullable(
        word(
          '`namespace`: only its node can reach it. `open-port`: every process on this machine can. Null while it is not running.',
          ['namespace', 'open-port'],
        ),
      ),
      outsideChanges: count(
        'Times its state was found changed by another process; nothing was signed then.',
      ),
      state: object('Size and limit of its state.', {
        leaves: count('Accounts and storage slots, estimated; includes those that were only read.'),
        limit: count('Size above which transactions that may add state are rejected.'),
        rootMs: nullable(
          decimal(
            'Time for the state root in milliseconds, part of every block; null before the first.',
            0,
          ),
        ),
      }),
    }),
    l1: nullable(
      object('L1 as the node sees it; null until it was reached.', {
        head: count('Newest L1 block.'),
        ageMs: count('Age of that block, in milliseconds.'),
        reachable: flag('True when its last query succeeded.'),
        trouble: failure('Error of the last query; null when it succeeded.'),
      }),
    ),
    batches: object<NodeStatus['batches']>('Transaction batches on L1.', {
      landedBlock: blockNumber(
        'Last L2 block in a batch, confirmed or not; null while L1 was not read.',
      ),
      oldestAgeMs: nullable(
        count('Age of the first block after it, in milliseconds; null when there is none.'),
      ),
      sends: flag('True when this node has the account that posts them.'),
      stuck: failure('Reason why it posts none; null when nothing is wrong.'),
    }),
    guard: object<NodeStatus['guard']>('Sign guard of the key.', {
      floor: count('Lowest height the guard allows to sign.'),
      signedUpTo: blockNumber('Highest block known to be signed.'),
      trusted: flag(
        'False when the guard was copied, restored or rebuilt and has signed nothing since.',
      ),
    }),
    clockSkewMs: nullable(
      integer('Milliseconds its clock is ahead of the other producers; null while unknown.'),
    ),
    wallets: list('Balances, read once a minute.', wallet),
    descriptors: object<NodeStatus['descriptors']>('Limits for open files and connections.', {
      limit: nullable(count('Limit of the process; null when there is none.')),
      wanted: count('Recommended minimum.'),
      isTight: flag('True when the limit is below it, so that fewer connections are accepted.'),
      connections: count('Maximum connections to the RPC.'),
    }),
    refused: list(
      'Requests rejected by the RPC in the last minute; empty without any.',
      object<NodeStatus['refused'][number]>('Rejections of one kind.', {
        kind: word(
          '`connections`: no capacity, or the client used up its share. `requests`: too many or too fast. `calls`: the client used up its share of the engine.',
          [...refusedKinds],
        ),
        count: count('Number in the last minute.'),
        sinceMs: count('Start time, in milliseconds since 1970.'),
      }),
    ),
    disk: nullable(
      object('The file system of its data; null when unknown.', {
        freeBytes: count('Bytes available to it.'),
        totalBytes: count('Total bytes.'),
      }),
    ),
  }),
)
