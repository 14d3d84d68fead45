/** A network document, said once: its type is `Network`; its check and its published schema are made from what stands here. */
import {isAddress, type Address, type Hex} from 'viem'

import {isRecord} from '../lib/json.ts'
import type {PoolRules} from './locking-pool.ts'
import type {LstAbout} from './lst/about.ts'
import {lstProviders, type LstDeployments} from './lst/providers.ts'
import type {BundledL2, L1Network, L2Network, Network} from './network.ts'
import {parsePeerAddress} from './peer-address.ts'
import {
  flag,
  object,
  oneOf,
  optional,
  orList,
  orNull,
  plain,
  text,
  whole,
  type Shape,
  type Shapes,
} from './shape.ts'

const ADDRESS = '^0x[0-9a-fA-F]{40}$'
/** Multiaddrs, and host:port; the check looks at the numbers as well. */
const PEER =
  '^(/(ip4|ip6|dns|dns4|dns6)/[A-Za-z0-9.:-]+/tcp/[0-9]{1,5}(/p2p/[1-9A-HJ-NP-Za-km-z]{30,64})?|[A-Za-z0-9.:[\\]-]+:[0-9]{1,5})$'
const URL_SCHEMA = {type: 'string', pattern: '^https?://[^\\s/?#]'}

const addressSchema = (description: string) => ({type: 'string', pattern: ADDRESS, description})

/** Documents of others may have lost the checksum of the contracts that they name. */
const address = (description: string) =>
  plain<Address>(
    addressSchema(description),
    'must be an address',
    (value) => typeof value === 'string' && isAddress(value, {strict: false}),
  )

const addresses = (item: string, description: string) =>
  plain<Address[]>(
    {type: 'array', description, items: addressSchema(item)},
    'must be a list of addresses',
    (value) => isListOf(value, (each) => typeof each === 'string' && isAddress(each)),
  )

const urls = (description: string) =>
  plain<string[]>(
    {type: 'array', items: URL_SCHEMA, minItems: 1, description},
    'must be a list of http or https URLs',
    (value) => isListOf(value, isUrl) && value.length > 0,
  )

const urlOrNull = (description: string) =>
  plain<string | null>(
    {anyOf: [URL_SCHEMA, {type: 'null'}], description},
    'must be a URL or null',
    (value) => value === null || isUrl(value),
  )

const rules = ['published', 'mainnet', 'unknown'] as const satisfies readonly PoolRules[]

const poolImplementations: Shape<Readonly<Record<Address, PoolRules>>> = {
  schema: {
    type: 'object',
    description: 'Implementations of LockingPool whose rules are known. Another one decides alone.',
    propertyNames: {pattern: ADDRESS},
    additionalProperties: {enum: rules},
  },
  check(value, path, problems) {
    if (!isRecord(value)) {
      problems.push(`${path} must be an object`)
      return
    }
    const isKnown = (word: unknown) => rules.some((each) => each === word)
    if (Object.entries(value).every(([key, word]) => isAddress(key) && isKnown(word))) return
    problems.push(`${path} must map addresses to ${orList(rules)}`)
  },
}

const l1 = object<L1Network>(
  {
    chainId: whole(1, 'Chain id of L1.'),
    rpcUrls: urls('Endpoints of L1, the preferred one first.'),
    explorerUrl: urlOrNull('Block explorer of L1.'),
    deploymentBlock: whole(0, 'Block in which LockingInfo was deployed: log scans start here.'),
    contracts: object<L1Network['contracts']>(
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
    poolImplementations: optional(poolImplementations),
    infoImplementations: optional(
      addresses(
        'Implementation.',
        'Implementations of LockingInfo that are known; another one is warned of.',
      ),
    ),
    batchSenders: addresses('Account.', 'Accounts whose inbox transactions count as batches.'),
    confirmations: whole(0, 'Blocks on top of a block before its events count.'),
    staleAfterSeconds: optional(
      whole(
        1,
        'Age of the newest block from which on an endpoint is stale. Without it: blocks come when there is work.',
      ),
    ),
  },
  'The chain with the staking contracts.',
)

const bundled = object<BundledL2>(
  {
    genesisFile: text(/^\//, 'Absolute path of the genesis document.'),
    fingerprint: text(
      /^0x[0-9a-f]{64}$/,
      'Hash of genesis, engine flags and engine version.',
    ) as Shape<Hex> & {isOptional?: never},
    bootnodes: plain<string[]>(
      {
        type: 'array',
        description: 'Peers a new node dials first: multiaddrs, or host:port.',
        items: {type: 'string', pattern: PEER},
      },
      'must be a list of multiaddrs such as /ip4/192.0.2.1/tcp/30303, or of host:port',
      (value) =>
        isListOf(value, (each) => typeof each === 'string' && parsePeerAddress(each) !== undefined),
    ),
    relayer: address('Account that relays bridge deposits to L2.'),
    followers: oneOf(['registered', 'anyone'], 'Who may read blocks from the nodes.'),
  },
  'What a bundled node needs to take part.',
)

const l2 = object<L2Network>(
  {
    chainId: whole(1, 'Chain id of L2.'),
    rpcUrls: urls('Endpoints of L2, the preferred one first.'),
    explorerUrl: urlOrNull('Block explorer of L2.'),
    contracts: object<L2Network['contracts']>(
      {
        sequencerSet: address('MetisSequencerSet, the proxy.'),
        bridge: address('L2StandardBridge.'),
        metis: address('METIS as a contract on L2.'),
        gasPriceOracle: address('Gas price oracle.'),
      },
      'Contracts on L2.',
    ),
    legacyTransactions: optional(
      flag(
        'True: nodes take legacy transactions only, as l2geth does. Without it the base fee of a block decides.',
      ),
    ),
    sequencerSetImplementations: optional(
      addresses(
        'Implementation.',
        'Implementations of MetisSequencerSet that are known; another one is warned of.',
      ),
    ),
    phase2Block: whole(0, 'First block that may hold many transactions.'),
    slotMs: whole(50, 'Length of a block slot while there is work, in milliseconds.'),
    emptyBlocks: flag('True: a block each slot even without transactions.'),
    respanDelaySeconds: whole(1, 'Time without a block until the producer is replaced.'),
    batchMarginBlocks: whole(
      0,
      'Blocks behind the head that count as unsafe, on top of the epochs.',
    ),
    bundled: orNull(bundled, 'Null: only foreign nodes run.'),
  },
  'The chain that sequencers make.',
)

/** The contracts of one liquid-staking provider. */
function deploymentOf({contracts, title}: LstAbout): Shape<Record<string, Address>> {
  const fields = Object.entries(contracts).map(([key, {contract, label, isToken}]) => [
    key,
    address(`${label ?? contract}${isToken ? ' token' : ''}.`),
  ])
  return object<Record<string, Address>>(Object.fromEntries(fields), title)
}

/** Every provider that is known, by its id. */
const deployments = Object.fromEntries(
  lstProviders.map((about) => [
    about.id,
    orNull(deploymentOf(about), 'Null: not on this network.'),
  ]),
) as Shapes<LstDeployments>

export const networkShape = object<Network>(
  {
    version: plain<1>(
      {const: 1, description: 'Version of this shape.'},
      'must be 1',
      (value) => value === 1,
    ),
    name: text(/^[a-z0-9][a-z0-9-]{0,31}$/, 'Name for `--network`.'),
    kind: oneOf(
      ['main', 'test', 'local'],
      'What may be rehearsed without loss: local networks have a faucet and can warp time.',
    ),
    l1,
    l2,
    posRestUrl: urlOrNull('REST server of the consensus layer, with the paths of Themis.'),
    caFile: optional(
      text(
        /^\//,
        'Absolute path of a PEM file: an authority that vouches for the endpoints, besides those of the system.',
      ),
    ),
    lst: object<Network['lst']>(deployments, 'Liquid-staking providers.'),
  },
  'A network as data, for `metis-seq network add FILE`.',
  {
    $schema: optional(
      plain<string>(
        {type: 'string', description: 'Path or URL of this schema, for editors.'},
        'must be text',
        (value) => typeof value === 'string',
      ),
    ),
  },
)

function isListOf(value: unknown, holds: (each: unknown) => boolean): value is unknown[] {
  return Array.isArray(value) && value.every(holds)
}

function isUrl(value: unknown): boolean {
  return typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value)
}
