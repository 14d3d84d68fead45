/** The single definition of a network document: its type is `Network`; its validator and its published schema are derived from this file. */
import {isAddress, type Address, type Hex} from 'viem'

import {isRecord} from '../lib/json.ts'
import type {PoolRules} from './locking-pool.ts'
import type {MarketAbout, MarketKind} from './defi/about.ts'
import {markets, MOST_DECIMALS, type DefiDeployments} from './defi/markets.ts'
import {governanceStatuses, type LstAbout, type LstRegistration} from './lst/about.ts'
import {lstIds, lstProviders, type LstDeployments, type LstId} from './lst/providers.ts'
import type {LstRegistry, ProviderDocument} from './lst/registry.ts'
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
/** Multiaddrs, and host:port; the validator checks the numbers too. */
const PEER =
  '^(/(ip4|ip6|dns|dns4|dns6)/[A-Za-z0-9.:-]+/tcp/[0-9]{1,5}(/p2p/[1-9A-HJ-NP-Za-km-z]{30,64})?|[A-Za-z0-9.:[\\]-]+:[0-9]{1,5})$'
const URL_SCHEMA = {type: 'string', pattern: '^https?://[^\\s/?#]'}
const WS_URL_SCHEMA = {type: 'string', pattern: '^wss?://[^\\s/?#]'}

const addressSchema = (description: string) => ({type: 'string', pattern: ADDRESS, description})

/** Documents from others may have lost the checksum of their contract addresses. */
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

const wsUrl = (chain: string) =>
  optional(
    plain<string>(
      {
        ...WS_URL_SCHEMA,
        description: `WebSocket address with eth_subscribe that announces new blocks of ${chain}. Only a reason to read: nothing that it sends is shown.`,
      },
      'must be a ws or wss URL',
      (value) => typeof value === 'string' && /^wss?:\/\//.test(value) && URL.canParse(value),
    ),
  )

const rules = ['published', 'mainnet', 'unknown'] as const satisfies readonly PoolRules[]

const poolImplementations: Shape<Readonly<Record<Address, PoolRules>>> = {
  schema: {
    type: 'object',
    description:
      'Known implementations of LockingPool. For others only the simulation is authoritative.',
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
    wsUrl: wsUrl('L1'),
    explorerUrl: urlOrNull('Block explorer of L1.'),
    deploymentBlock: whole(0, 'Block in which LockingInfo was deployed: log scans start here.'),
    contracts: object<L1Network['contracts']>(
      {
        metis: address('METIS token.'),
        lockingPool: address('LockingPool, the proxy.'),
        lockingInfo: address('LockingInfo, the proxy.'),
        bridge: address('L1StandardBridge.'),
        addressManager: address('Lib_AddressManager, which resolves the oracle of the bridge fee.'),
        batchInbox: address('Address without a known key that receives transaction batches.'),
      },
      'Contracts on L1.',
    ),
    poolImplementations: optional(poolImplementations),
    infoImplementations: optional(
      addresses('Implementation.', 'Known implementations of LockingInfo; others cause a warning.'),
    ),
    batchSenders: addresses('Account.', 'Accounts whose inbox transactions are valid batches.'),
    confirmations: whole(0, 'Confirmations required before events of a block count.'),
    staleAfterSeconds: optional(
      whole(
        1,
        'Age of the newest block from which an endpoint is stale. If absent, blocks are produced only on demand.',
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
    followers: oneOf(['registered', 'anyone'], 'Access policy for reading blocks from the nodes.'),
  },
  'Settings of bundled nodes.',
)

const l2 = object<L2Network>(
  {
    chainId: whole(1, 'Chain id of L2.'),
    rpcUrls: urls('Endpoints of L2, the preferred one first.'),
    wsUrl: wsUrl('L2'),
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
        'True when nodes accept only legacy transactions, as l2geth does. If absent, the base fee of a block decides.',
      ),
    ),
    sequencerSetImplementations: optional(
      addresses(
        'Implementation.',
        'Known implementations of MetisSequencerSet; others cause a warning.',
      ),
    ),
    phase2Block: whole(0, 'First block that may contain more than one transaction.'),
    slotMs: whole(50, 'Slot time while there are transactions, in milliseconds.'),
    emptyBlocks: flag('True when every slot gets a block, even without transactions.'),
    respanDelaySeconds: whole(1, 'Respan delay in seconds.'),
    batchMarginBlocks: whole(
      0,
      'Blocks below the head that count as unsafe, in addition to the epoch rule.',
    ),
    bundled: orNull(bundled, 'Null when only external nodes run.'),
  },
  'The chain that sequencers produce.',
)

/** The contracts of one liquid-staking provider. */
function deploymentOf({contracts, title}: LstAbout): Shape<Record<string, Address>> {
  const fields = Object.entries(contracts).map(([key, {contract, label, isToken}]) => [
    key,
    address(`${label ?? contract}${isToken ? ' token' : ''}.`),
  ])
  return object<Record<string, Address>>(Object.fromEntries(fields), title)
}

/** Every known provider, by its id. */
const deployments = Object.fromEntries(
  lstProviders.map((about) => [
    about.id,
    optional(orNull(deploymentOf(about), 'Null or absent when not on this network.')),
  ]),
) as Shapes<LstDeployments>

/** Addresses by a name that the document chooses. */
const named = (
  item: string,
  description: string,
): Shape<Readonly<Record<string, Address>>> & {readonly isOptional?: never} => ({
  schema: {
    type: 'object',
    description,
    propertyNames: {pattern: '^[A-Za-z0-9./_-]{1,32}$'},
    additionalProperties: addressSchema(item),
  },
  check(value, path, problems) {
    const isNamed = ([name, at]: [string, unknown]) =>
      /^[A-Za-z0-9./_-]{1,32}$/.test(name) &&
      typeof at === 'string' &&
      isAddress(at, {strict: false})
    if (isRecord(value) && Object.entries(value).every(isNamed)) return
    problems.push(`${path} must map names to addresses`)
  },
})

/** The contracts of one market. */
function marketOf({contracts, title}: MarketAbout): Shape<Record<string, Address>> {
  const fields = Object.entries(contracts).map(([key, {role, isOptional}]) => {
    const shape = address(`${role[0]!.toUpperCase()}${role.slice(1)}.`)
    return [key, isOptional ? optional(shape) : shape]
  })
  return object<Record<string, Address>>(Object.fromEntries(fields), title)
}

/** Every known market of a kind, by its id. */
function marketsOf<K extends MarketKind>(kind: K, description: string) {
  const fields = markets
    .filter((about) => about.kind === kind)
    .map((about) => [about.id, optional(marketOf(about))])
  return object<DefiDeployments[K]>(
    Object.fromEntries(fields) as Shapes<DefiDeployments[K]>,
    description,
  )
}

/** An amount is typed in whole tokens: with other decimals it would be another amount. */
const tokenDecimals: Shape<Readonly<Record<string, number>>> = {
  schema: {
    type: 'object',
    description: 'Decimals of these tokens by symbol. An endpoint that answers others is refused.',
    additionalProperties: {type: 'integer', minimum: 0, maximum: MOST_DECIMALS},
  },
  check(value, path, problems) {
    const isCount = (each: unknown) =>
      Number.isInteger(each) && Number(each) >= 0 && Number(each) <= MOST_DECIMALS
    if (isRecord(value) && Object.values(value).every(isCount)) return
    problems.push(`${path} must map symbols to decimals, 0 to ${MOST_DECIMALS}`)
  },
}

const defi = object<DefiDeployments>(
  {
    tokens: named('Token.', 'Tokens of the markets by symbol. METIS and LSTs need no entry.'),
    tokenDecimals: optional(tokenDecimals),
    feeds: named('Price feed.', 'Price feeds by description, such as METIS/USD.'),
    pools: marketsOf('pools', 'Exchanges with pools.'),
    lending: marketsOf('lending', 'Lending markets.'),
    cdp: marketsOf('cdp', 'Stablecoins borrowed against collateral.'),
  },
  'Markets around the liquid-staking tokens.',
)

const registration = object<LstRegistration>(
  {
    status: oneOf(
      governanceStatuses,
      '`chosen` by a vote, `proposed` for one, or `none`: it runs without.',
    ),
    vote: urlOrNull('Page of the vote or proposal; null when there is none.'),
    l1Owners: addresses('Owner.', 'Owners of its sequencers in LockingPool.'),
    l1Holders: addresses('Contract.', 'Other contracts on L1 that hold METIS of its depositors.'),
  },
  'Governance of a provider, and what it has on L1.',
)

const registry = object<LstRegistry>(
  Object.fromEntries(
    lstProviders.map(({id}) => [id, optional(registration)]),
  ) as Shapes<LstRegistry>,
  'Liquid-staking providers that governance has registered.',
)

/** Their names depend on the provider: `contractsFault` checks those. */
const contractsOf: Shape<Record<string, Address>> & {readonly isOptional?: never} = {
  schema: {type: 'object', additionalProperties: addressSchema('Contract on L2.')},
  check(value, path, problems) {
    if (!isRecord(value)) {
      problems.push(`${path} must map the names of contracts to addresses`)
      return
    }
    for (const [name, at] of Object.entries(value)) {
      if (typeof at === 'string' && isAddress(at)) continue
      problems.push(`${path}.${name} must be an address, its capital letters a valid checksum`)
    }
  },
}

/** A provider for `governance provider add FILE`. */
export const providerShape = object<ProviderDocument>(
  {
    version: plain<1>(
      {const: 1, description: 'Version of this format.'},
      'must be 1',
      (value) => value === 1,
    ),
    provider: oneOf(lstIds, 'Provider whose contracts it has.'),
    contracts: contractsOf,
    registration,
  },
  'A liquid-staking provider of an own network, for `metis-seq governance provider add FILE`.',
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

/** The contracts of a provider, checked field by field. */
export function contractsFault(id: LstId, contracts: unknown): string[] {
  const problems: string[] = []
  deploymentOf(lstProviders.find((about) => about.id === id)!).check(
    contracts,
    'contracts',
    problems,
  )
  return problems
}

export const networkShape = object<Network>(
  {
    version: plain<1>(
      {const: 1, description: 'Version of this format.'},
      'must be 1',
      (value) => value === 1,
    ),
    name: text(/^[a-z0-9][a-z0-9-]{0,31}$/, 'Name for `--network`.'),
    kind: oneOf(
      ['main', 'test', 'local'],
      'Operations that can be rehearsed without loss: local networks have a faucet and can warp time.',
    ),
    l1,
    l2,
    posRestUrl: urlOrNull('REST server of the consensus layer, with the paths of Themis.'),
    caFile: optional(
      text(
        /^\//,
        'Absolute path of a PEM file with an additional certificate authority for the endpoints.',
      ),
    ),
    lst: object<Network['lst']>(deployments, 'Liquid-staking providers.'),
    lstRegistry: optional(registry),
    defi: optional(defi),
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
