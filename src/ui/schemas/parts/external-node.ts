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
  mode: word('Mode it was started in.', externalModes),
  syncing: flag('True while it is still ingesting transactions.'),
  l1Block: count('Newest L1 block it has.'),
  l1TimestampSeconds: count('Time of that block, in seconds since 1970.'),
  index: count('Index of its newest transaction: one below its head.'),
  queueIndex: count('Deposits it has processed.'),
  verifiedIndex: count('Index up to which it is confirmed by L1.'),
})

const syncing = anyOf('Answer of eth_syncing; null while unknown.', [
  constant('It is not fetching blocks.', false),
  object('It is fetching blocks.', {
    currentBlock: count('Last block fetched.'),
    highestBlock: count('Last block to fetch.'),
  }),
])

/** Mirrors `ExternalNode`. */
export const externalNode = shared(
  'externalNode',
  object<ExternalNode>('Status reported by an external node; null values are unknown.', {
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
        pending: count('Transactions ready to be sealed.'),
        queued: count('Transactions waiting for a missing nonce.'),
      }),
    ),
    peerCount: nullable(count('Answer of net_peerCount.')),
    peers: nullable(
      list(
        'Its first peers; null where it does not list them to us.',
        object<ExternalPeer>('A peer.', {
          name: text('Name that the node reports.'),
          remoteAddress: text('Its network address.'),
        }),
      ),
    ),
    othersHead: nullable(count('Highest head among the other L2 endpoints of the profile.')),
    unknown: list(
      'Methods that could not be read.',
      object<ExternalNode['unknown'][number]>('A method without a usable response.', {
        method: word('Its name.', externalMethods),
        reason: word('`not-offered`: the node does not serve it.', unknownReasons),
      }),
    ),
  }),
)
