import type {LstAbout, LstContract} from '../../protocol/lst/about.ts'
import {lstProviders} from '../../protocol/lst/providers.ts'
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
import {checks} from './parts/sequencer.ts'

const name = text('Name of the network.')
const kind = word('What may be rehearsed without loss.', ['main', 'test', 'local'])
const explorerUrl = nullable(text('URL of a block explorer; null when none is known.'))
const rpcUrls = list('Endpoints: scheme and host.', {type: 'string'})

const l1 = object<Network['l1']>('The L1 of the network.', {
  chainId: count('Chain id.'),
  rpcUrls,
  explorerUrl,
  deploymentBlock: count('Block in which LockingInfo was deployed.'),
  contracts: object<Network['l1']['contracts']>('Addresses on L1.', {
    metis: address('METIS.'),
    lockingPool: address('LockingPool.'),
    lockingInfo: address('LockingInfo.'),
    bridge: address('L1StandardBridge.'),
    addressManager: address('AddressManager.'),
    batchInbox: address('Plain address that receives transaction batches.'),
  }),
  poolImplementations: optional(
    mapOf(
      'Implementations of LockingPool whose rules are known, by address.',
      word('Rules.', ['published', 'mainnet', 'unknown']),
    ),
  ),
  infoImplementations: optional(
    list('Implementations of LockingInfo that are known.', address('An implementation.')),
  ),
  batchSenders: list('Accounts whose inbox transactions count.', address('An account.')),
  confirmations: count('Blocks on top of a block before its events count.'),
  staleAfterSeconds: optional(
    integer('Age in seconds from which on the newest block makes an endpoint stale.', 1),
  ),
})

const bundled = object<NonNullable<Network['l2']['bundled']>>('What a bundled node needs.', {
  genesisFile: text('Path of the genesis document.'),
  fingerprint: hash('Hash of genesis, engine flags and engine version.'),
  bootnodes: list('Peers that a new node dials first.', {type: 'string'}),
  relayer: address('Account that relays bridge deposits.'),
  followers: word('Who may read blocks from the nodes.', ['registered', 'anyone']),
})

const l2 = object<Network['l2']>('The L2 of the network.', {
  chainId: count('Chain id.'),
  rpcUrls,
  explorerUrl,
  contracts: object<Network['l2']['contracts']>('Addresses on L2.', {
    sequencerSet: address('MetisSequencerSet.'),
    bridge: address('L2StandardBridge.'),
    metis: address('METIS.'),
    gasPriceOracle: address('GasPriceOracle.'),
  }),
  sequencerSetImplementations: optional(
    list('Implementations of MetisSequencerSet that are known.', address('An implementation.')),
  ),
  legacyTransactions: optional(flag('True: nodes take legacy transactions only.')),
  phase2Block: count('First block that may hold many transactions.'),
  slotMs: count('Length of a block slot, in milliseconds.'),
  emptyBlocks: flag('True: there is a block in each slot, also without transactions.'),
  respanDelaySeconds: count('Seconds without a block before the producer is replaced.'),
  batchMarginBlocks: count('Blocks behind the head that still count as unsafe.'),
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
  lstProviders.map((about) => [about.id, nullable(deploymentOf(about))]),
) as Fields<Network['lst']>

export const networkSchemas: CommandSchemas = {
  'network schema': {data: foreignObject('JSON Schema of a network document, draft 2020-12.')},
  'network add': {
    data: object('The network that was added.', {
      name,
      path: text('File that keeps its document.'),
    }),
  },
  'network check': {
    data: object<Omit<NetworkCheck, 'unknownCode'>>('Whether everything answers as it should.', {
      ok: flag('True when every check holds.'),
      checks: checks('Endpoints first, then contracts.'),
    }),
  },
  'network list': {
    data: object('The networks that are known here.', {
      networks: list(
        'Built-in ones first.',
        object('A network.', {
          name,
          kind,
          source: word('Where its document is.', ['built in', 'file']),
          l1ChainId: count('Chain id of L1.'),
          l2ChainId: count('Chain id of L2.'),
        }),
      ),
    }),
  },
  'network show': {
    data: object<Network>('A network document; of endpoints only scheme and host.', {
      version: constant('Version of the shape of a network document.', 1),
      name,
      l1,
      l2,
      posRestUrl: nullable(text('Consensus layer: scheme and host; null when none is known.')),
      kind,
      caFile: optional(text('PEM of an authority that vouches for its endpoints.')),
      lst: object<Network['lst']>('Liquid-staking providers.', deployments),
    }),
  },
}
