import type {LstAbout, LstContract} from '../../protocol/lst/about.ts'
import type {MarketContract, MarketKind} from '../../protocol/defi/about.ts'
import {markets, type DefiDeployments} from '../../protocol/defi/markets.ts'
import {lstIds, lstProviders} from '../../protocol/lst/providers.ts'
import type {LstRegistry} from '../../protocol/lst/registry.ts'
import type {Network} from '../../protocol/network.ts'
import type {NetworkCheck} from '../../services/network/network-check.ts'
import {
  address,
  constant,
  count,
  flag,
  hash,
  foreignObject,
  integer,
  list,
  mapOf,
  nullable,
  object,
  optional,
  text,
  word,
  type Fields,
  type JsonSchema,
} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {registration} from './parts/registration.ts'
import {checks} from './parts/sequencer.ts'

const name = text('Name of the network.')
const kind = word('Operations that can be rehearsed without loss.', ['main', 'test', 'local'])
const explorerUrl = nullable(text('URL of a block explorer; null when none is known.'))
const rpcUrls = list('Endpoints: scheme and host.', {type: 'string'})

const wsUrl = optional(
  text('WebSocket address that announces new blocks: scheme and host; absent without one.'),
)

const l1 = object<Network['l1']>('The L1 of the network.', {
  chainId: count('Chain id.'),
  rpcUrls,
  wsUrl,
  explorerUrl,
  deploymentBlock: count('Block in which LockingInfo was deployed.'),
  contracts: object<Network['l1']['contracts']>('Addresses on L1.', {
    metis: address('METIS.'),
    lockingPool: address('LockingPool.'),
    lockingInfo: address('LockingInfo.'),
    bridge: address('L1StandardBridge.'),
    addressManager: address('AddressManager.'),
    batchInbox: address('Externally owned address that receives transaction batches.'),
  }),
  poolImplementations: optional(
    mapOf(
      'Known implementations of LockingPool, by address.',
      word('Rules.', ['published', 'mainnet', 'unknown']),
    ),
  ),
  infoImplementations: optional(
    list('Known implementations of LockingInfo.', address('An implementation.')),
  ),
  batchSenders: list('Accounts whose inbox transactions are valid.', address('An account.')),
  confirmations: count('Confirmations required before events of a block count.'),
  staleAfterSeconds: optional(
    integer('Age of the newest block, in seconds, from which an endpoint is stale.', 1),
  ),
})

const bundled = object<NonNullable<Network['l2']['bundled']>>('Settings of bundled nodes.', {
  genesisFile: text('Path of the genesis document.'),
  fingerprint: hash('Hash of genesis, engine flags and engine version.'),
  bootnodes: list('Peers that a new node dials first.', {type: 'string'}),
  relayer: address('Account that relays bridge deposits.'),
  followers: word('Access policy for reading blocks from the nodes.', ['registered', 'anyone']),
})

const l2 = object<Network['l2']>('The L2 of the network.', {
  chainId: count('Chain id.'),
  rpcUrls,
  wsUrl,
  explorerUrl,
  contracts: object<Network['l2']['contracts']>('Addresses on L2.', {
    sequencerSet: address('MetisSequencerSet.'),
    bridge: address('L2StandardBridge.'),
    metis: address('METIS.'),
    gasPriceOracle: address('GasPriceOracle.'),
  }),
  sequencerSetImplementations: optional(
    list('Known implementations of MetisSequencerSet.', address('An implementation.')),
  ),
  legacyTransactions: optional(flag('True when nodes accept only legacy transactions.')),
  phase2Block: count('First block that may contain more than one transaction.'),
  slotMs: count('Length of a block slot, in milliseconds.'),
  emptyBlocks: flag('True when every slot gets a block, even without transactions.'),
  respanDelaySeconds: count('Respan delay in seconds.'),
  batchMarginBlocks: count('Blocks below the head that are still unsafe.'),
  bundled: nullable(bundled),
})

function deploymentOf({name: provider, contracts}: LstAbout): JsonSchema {
  const fields = Object.entries<LstContract>(contracts).map(
    ([key, {contract, label = contract}]) => [key, address(`${label}.`)],
  )
  return object(
    `Contracts of ${provider}.`,
    Object.fromEntries(fields) as Record<string, JsonSchema>,
  )
}

const deployments = Object.fromEntries(
  lstProviders.map((about) => [about.id, optional(nullable(deploymentOf(about)))]),
) as Fields<Network['lst']>

/** Every known market of a kind. */
function marketsOf<K extends MarketKind>(kind: K, description: string) {
  const fields = markets
    .filter((about) => about.kind === kind)
    .map(({id, name: market, contracts}) => {
      const addresses = Object.entries<MarketContract>(contracts).map(([key, about]) => [
        key,
        about.isOptional
          ? optional(address(`${about.contract}; missing where it is not known.`))
          : address(`${about.contract}.`),
      ])
      const shape = object(
        `Contracts of ${market}.`,
        Object.fromEntries(addresses) as Record<string, JsonSchema>,
      )
      return [id, optional(shape)]
    })
  return object<DefiDeployments[K]>(
    description,
    Object.fromEntries(fields) as Fields<DefiDeployments[K]>,
  )
}

const defi = object<DefiDeployments>('Markets around the liquid-staking tokens.', {
  tokens: mapOf('Tokens by symbol.', address('Address.')),
  tokenDecimals: optional(mapOf('Decimals of these tokens by symbol.', integer('Decimals.'))),
  feeds: mapOf('Price feeds by description.', address('Address.')),
  pools: marketsOf('pools', 'Exchanges with pools.'),
  lending: marketsOf('lending', 'Lending markets.'),
  cdp: marketsOf('cdp', 'Stablecoins borrowed against collateral.'),
})
const lstRegistry = object<LstRegistry>(
  'Providers that governance has registered.',
  Object.fromEntries(lstIds.map((id) => [id, optional(registration)])) as Fields<LstRegistry>,
)

export const networkSchemas: CommandSchemas = {
  'network schema': {data: foreignObject('JSON Schema of a network document, draft 2020-12.')},
  'network add': {
    data: object('The network that was added.', {
      name,
      path: text('File of its document.'),
    }),
  },
  'network check': {
    data: object<Omit<NetworkCheck, 'unknownCode'>>('Result of the checks of a network.', {
      ok: flag('True when every check passes.'),
      checks: checks('Endpoints first, then contracts.'),
    }),
  },
  'network list': {
    data: object('Known networks.', {
      networks: list(
        'Built-in ones first.',
        object('A network.', {
          name,
          kind,
          source: word('Origin of its document.', ['built in', 'file']),
          l1ChainId: count('Chain id of L1.'),
          l2ChainId: count('Chain id of L2.'),
        }),
      ),
    }),
  },
  'network show': {
    data: object<Network>('A network document; endpoints are shown as scheme and host only.', {
      version: constant('Version of the network document format.', 1),
      name,
      l1,
      l2,
      posRestUrl: nullable(text('Consensus layer: scheme and host; null when none is known.')),
      kind,
      caFile: optional(text('PEM file of the certificate authority of its endpoints.')),
      lst: object<Network['lst']>('Liquid-staking providers.', deployments),
      lstRegistry: optional(lstRegistry),
      defi: optional(defi),
    }),
  },
}
