import {
  externalMethods,
  externalModes,
  unknownReasons,
  type ExternalNode,
  type ExternalPeer,
  type RollupInfo,
} from '../../../protocol/external-node.ts'
import {
  anyOf,
  constant,
  count,
  flag,
  hash,
  list,
  nullable,
  object,
  shared,
  text,
  word,
} from '../build.ts'

const rollup = object<RollupInfo>('Answer of rollup_getInfo; null while unknown.', {
  mode: word('What it is started as.', externalModes),
  syncing: flag('True while it still reads its transactions.'),
  l1Block: count('L1 block it knows.'),
  l1TimestampSeconds: count('Time of that block, in seconds since 1970.'),
  index: count('Index of its newest transaction: one below its head.'),
  queueIndex: count('Deposits it has taken.'),
  verifiedIndex: count('Index up to which L1 has confirmed it.'),
})

const syncing = anyOf('Answer of eth_syncing; null while unknown.', [
  constant('It fetches no blocks.', false),
  object('It fetches blocks.', {
    currentBlock: count('Fetched.'),
    highestBlock: count('To be fetched.'),
  }),
])

/** Mirrors `ExternalNode`. */
export const externalNode = shared(
  'externalNode',
  object<ExternalNode>('What a foreign node tells of itself. What is null is unknown.', {
    endpoint: text('Scheme and host.'),
    clientVersion: nullable(text('Answer of web3_clientVersion.')),
    head: nullable(
      object('Its newest block.', {
        number: count('L2 block.'),
        hash: hash('Its hash.'),
        timestamp: count('Its time, in seconds since 1970.'),
      }),
    ),
    rollup: nullable(rollup),
    syncing: nullable(syncing),
    pool: nullable(
      object('Answer of txpool_status.', {
        pending: count('Transactions that can be sealed now.'),
        queued: count('Transactions behind a missing nonce.'),
      }),
    ),
    peerCount: nullable(count('Answer of net_peerCount.')),
    peers: nullable(
      list(
        'The first of its peers; null where it lists none to us.',
        object<ExternalPeer>('A peer.', {
          name: text('As the node names it.'),
          remoteAddress: text('Where it is.'),
        }),
      ),
    ),
    othersHead: nullable(count('Highest head among the other L2 endpoints of the profile.')),
    unknown: list(
      'What could not be read.',
      object<ExternalNode['unknown'][number]>('A method without a usable answer.', {
        method: word('Its name.', externalMethods),
        reason: word('`not-offered`: the node does not let it be asked.', unknownReasons),
      }),
    ),
  }),
)
