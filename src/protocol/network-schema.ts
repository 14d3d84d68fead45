import type {LstAbout, LstContract} from './lst/about.ts'
import {lstProviders} from './lst/providers.ts'

/** A JSON Schema, or a part of one. */
export type Schema = Readonly<Record<string, unknown>>

const ADDRESS = '^0x[0-9a-fA-F]{40}$'
/** Multiaddrs, and host:port; `parsePeerAddress` looks at the numbers as well. */
const PEER =
  '^(/(ip4|ip6|dns|dns4|dns6)/[A-Za-z0-9.:-]+/tcp/[0-9]{1,5}(/p2p/[1-9A-HJ-NP-Za-km-z]{30,64})?|[A-Za-z0-9.:[\\]-]+:[0-9]{1,5})$'

const address = (description: string): Schema => ({type: 'string', pattern: ADDRESS, description})
const url: Schema = {type: 'string', pattern: '^https?://[^\\s/?#]'}
const urls = (description: string): Schema => ({
  ...{type: 'array', items: url, minItems: 1, description},
})
const urlOrNull = (description: string): Schema => ({
  ...{anyOf: [url, {type: 'null'}], description},
})
const whole = (minimum: number, description: string): Schema => ({
  ...{type: 'integer', minimum, maximum: Number.MAX_SAFE_INTEGER, description},
})

/** An object whose fields must all be there, but for the optional ones. Unknown fields are let be. */
function object(
  properties: Record<string, Schema>,
  description: string,
  optional: readonly string[] = [],
): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return {type: 'object', description, properties, required}
}

const l1 = object(
  {
    chainId: whole(1, 'Chain id of L1.'),
    rpcUrls: urls('Endpoints of L1, the preferred one first.'),
    explorerUrl: urlOrNull('Block explorer of L1.'),
    deploymentBlock: whole(0, 'Block in which LockingInfo was deployed: log scans start here.'),
    contracts: object(
      {
        metis: address('METIS token.'),
        lockingPool: address('LockingPool, the proxy.'),
        lockingInfo: address('LockingInfo, the proxy.'),
        bridge: address('L1StandardBridge.'),
        addressManager: address('Lib_AddressManager, which names the oracle of the bridge fee.'),
        batchInbox: address('Address without a key that receives transaction batches.'),
      },
      'Contracts on L1.',
    ),
    poolImplementations: {
      type: 'object',
      description:
        'Implementations of LockingPool whose rules are known. Another one decides alone.',
      propertyNames: {pattern: ADDRESS},
      additionalProperties: {enum: ['published', 'mainnet', 'unknown']},
    },
    infoImplementations: {
      type: 'array',
      description: 'Implementations of LockingInfo that are known; another one is warned of.',
      items: address('Implementation.'),
    },
    batchSenders: {
      type: 'array',
      description: 'Accounts whose inbox transactions count as batches.',
      items: address('Account.'),
    },
    confirmations: whole(0, 'Blocks on top of a block before its events count.'),
    staleAfterSeconds: whole(
      1,
      'Age of the newest block from which on an endpoint is stale. Without it: blocks come when there is work.',
    ),
  },
  'The chain with the staking contracts.',
  ['poolImplementations', 'infoImplementations', 'staleAfterSeconds'],
)

const bundled = object(
  {
    genesisFile: {
      type: 'string',
      pattern: '^/',
      description: 'Absolute path of the genesis document.',
    },
    fingerprint: {
      type: 'string',
      pattern: '^0x[0-9a-f]{64}$',
      description: 'Hash of genesis, engine flags and engine version.',
    },
    bootnodes: {
      type: 'array',
      description: 'Peers a new node dials first: multiaddrs, or host:port.',
      items: {type: 'string', pattern: PEER},
    },
    relayer: address('Account that relays bridge deposits to L2.'),
    followers: {
      enum: ['registered', 'anyone'],
      description: 'Who may read blocks from the nodes.',
    },
  },
  'What a bundled node needs to take part.',
)

const l2 = object(
  {
    chainId: whole(1, 'Chain id of L2.'),
    rpcUrls: urls('Endpoints of L2, the preferred one first.'),
    explorerUrl: urlOrNull('Block explorer of L2.'),
    contracts: object(
      {
        sequencerSet: address('MetisSequencerSet, the proxy.'),
        bridge: address('L2StandardBridge.'),
        metis: address('METIS as a contract on L2.'),
        gasPriceOracle: address('Gas price oracle.'),
      },
      'Contracts on L2.',
    ),
    legacyTransactions: {
      type: 'boolean',
      description:
        'True: nodes take legacy transactions only, as l2geth does. Without it the base fee of a block decides.',
    },
    sequencerSetImplementations: {
      type: 'array',
      description: 'Implementations of MetisSequencerSet that are known; another one is warned of.',
      items: address('Implementation.'),
    },
    phase2Block: whole(0, 'First block that may hold many transactions.'),
    slotMs: whole(50, 'Length of a block slot while there is work, in milliseconds.'),
    emptyBlocks: {
      type: 'boolean',
      description: 'True: a block each slot even without transactions.',
    },
    respanDelaySeconds: whole(1, 'Time without a block until the producer is replaced.'),
    batchMarginBlocks: whole(
      0,
      'Blocks behind the head that count as unsafe, on top of the epochs.',
    ),
    bundled: {anyOf: [bundled, {type: 'null'}], description: 'Null: only foreign nodes run.'},
  },
  'The chain that sequencers make.',
  ['legacyTransactions', 'sequencerSetImplementations'],
)

function deploymentOf({contracts, title}: LstAbout): Schema {
  const fields = Object.entries<LstContract>(contracts).map(([key, about]) => [
    key,
    address(`${about.label ?? about.contract}${about.isToken ? ' token' : ''}.`),
  ])
  return object(Object.fromEntries(fields) as Record<string, Schema>, title)
}

/**
 * The shape of a network document, for editors and scripts. `parseNetwork` decides; it looks closer at
 * URLs, at the numbers in peer addresses, and at the checksums of batch senders and implementations.
 */
export const networkSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'metis-seq network',
  ...object(
    {
      $schema: {type: 'string', description: 'Path or URL of this schema, for editors.'},
      version: {const: 1, description: 'Version of this shape.'},
      name: {
        type: 'string',
        pattern: '^[a-z0-9][a-z0-9-]{0,31}$',
        description: 'Name for `--network`.',
      },
      kind: {
        enum: ['main', 'test', 'local'],
        description:
          'What may be rehearsed without loss: local networks have a faucet and can warp time.',
      },
      l1,
      l2,
      posRestUrl: urlOrNull('REST server of the consensus layer, with the paths of Themis.'),
      caFile: {
        type: 'string',
        pattern: '^/',
        description:
          'Absolute path of a PEM file: an authority that vouches for the endpoints, besides those of the system.',
      },
      lst: object(
        Object.fromEntries(
          lstProviders.map((about) => [
            about.id,
            {
              anyOf: [deploymentOf(about), {type: 'null'}],
              description: 'Null: not on this network.',
            },
          ]),
        ),
        'Liquid-staking providers.',
      ),
    },
    'A network as data, for `metis-seq network add FILE`.',
    ['$schema', 'caFile'],
  ),
}
