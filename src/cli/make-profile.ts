import {Flags} from '@oclif/core'
import type {Address} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import type {NamedChain} from '../services/network/named-chains.ts'
import {checkedCaFile} from '../services/network/endpoint-authorities.ts'
import {findAccount} from '../services/keys/key-records.ts'
import {checkProfile, createProfile} from '../services/network/profiles.ts'
import {openConfig, type ConfigStore, type NodeProfile} from '../store/config.ts'
import {openHome} from '../store/home.ts'
import {profileJson, profileText} from '../ui/presenters/setup.ts'
import {addressFlag, hostFlag, urlFlag, wsUrlFlag} from './flags.ts'
import type {Result} from './operator-command.ts'

const DEFAULT_NODE_HOST = '127.0.0.1'

/** Endpoints with a private certificate authority. */
export const caFileFlag = Flags.string({
  description:
    'PEM of a certificate authority to trust for the endpoints, besides those of the system; `none` removes it.',
  helpValue: 'FILE',
})

/** The fields of a profile, as flags. */
export const profileFlags = {
  owner: Flags.string({
    description: 'Owner: the name of a key or signer, or an address whose key is elsewhere.',
    helpValue: 'NAME|ADDRESS',
  }),
  signer: Flags.string({
    description: 'Signer: the name of a key or signer, or an address whose key is elsewhere.',
    helpValue: 'NAME|ADDRESS',
  }),
  recipient: addressFlag({layer: 'L2', description: 'Reward recipient on L2. Default: the owner.'}),
  'l1-rpc-url': urlFlag({
    description:
      'Your own L1 endpoint. Repeatable; endpoints that are down or rate-limited are skipped.',
    multiple: true,
  }),
  'l2-rpc-url': urlFlag({
    description:
      'Your own L2 endpoint. Repeatable; endpoints that are down or rate-limited are skipped.',
    multiple: true,
  }),
  'pos-url': urlFlag({description: 'Your own consensus layer endpoint.'}),
  'l1-ws-url': wsUrlFlag({
    description:
      'WebSocket address that announces blocks of L1, for live views; `none` removes it.',
  }),
  'l2-ws-url': wsUrlFlag({
    description:
      'WebSocket address that announces blocks of L2. Default: the bundled node of the profile.',
  }),
  'ca-file': caFileFlag,
  'node-port': Flags.integer({
    description: 'Set up a bundled node with this RPC port; the next port is for peers.',
    min: 1,
    max: 65_534,
  }),
  'node-host': hostFlag({
    description: `Address the node listens on. Default: ${DEFAULT_NODE_HOST}.`,
  }),
  'relayer-key': Flags.string({
    description: 'Key that relays deposits, on a network of your own.',
  }),
  'batch-key': Flags.string({description: 'Key that posts transaction batches to L1.'}),
  replace: Flags.boolean({
    description: 'Change an existing profile; settings without a flag stay as they are.',
  }),
}

export interface ProfileFlags {
  network?: string | undefined
  owner?: string | undefined
  signer?: string | undefined
  recipient?: Address | undefined
  'l1-rpc-url'?: string[] | undefined
  'l2-rpc-url'?: string[] | undefined
  'pos-url'?: string | undefined
  'l1-ws-url'?: string | undefined
  'l2-ws-url'?: string | undefined
  'ca-file'?: string | undefined
  'node-port'?: number | undefined
  'node-host'?: string | undefined
  'relayer-key'?: string | undefined
  'batch-key'?: string | undefined
  replace: boolean
}

/**
 * Creates a profile from flags and reports it. With `--replace`, fields without a flag keep the
 * values of the existing profile.
 */
export function makeProfile(
  name: string,
  flags: ProfileFlags,
  namedChains: readonly NamedChain[],
): Result {
  const home = openHome()
  const config = openConfig(home)
  const before = flags.replace ? config.read().profiles[name] : undefined
  const network = flags.network ?? before?.network
  if (network === undefined) throw networkMissing()
  const caFile = caFileOf(flags['ca-file'], before?.endpoints.caFile)
  assertNodeKeys(flags, config)
  const profile = createProfile(home, config, {
    ...{name, network, replace: flags.replace},
    owner: flags.owner ?? before?.keys.owner ?? before?.owner ?? undefined,
    signer: flags.signer ?? before?.keys.signer ?? before?.signer ?? undefined,
    rewardRecipient: flags.recipient ?? before?.rewardRecipient ?? undefined,
    endpoints: {
      l1: flags['l1-rpc-url'] ?? before?.endpoints.l1 ?? [],
      l2: flags['l2-rpc-url'] ?? before?.endpoints.l2 ?? [],
      pos: flags['pos-url'] ?? before?.endpoints.pos ?? null,
      l1Ws: unlessNone(flags['l1-ws-url'] ?? before?.endpoints.l1Ws),
      l2Ws: unlessNone(flags['l2-ws-url'] ?? before?.endpoints.l2Ws),
      caFile,
    },
    node: nodeOf(flags, before?.node ?? null),
    ...(before?.rules ? {rules: before.rules} : {}),
    namedChains,
  })
  return {
    data: profileJson(name, profile, true),
    text: `${profileText(name, profile, true)}\nNext: \`metis-seq status\`.`,
  }
}

/** Rejects invalid flags before prompting for the rest. */
export function checkProfileFlags(
  name: string | undefined,
  flags: ProfileFlags,
  namedChains: readonly NamedChain[],
): void {
  const home = openHome()
  const config = openConfig(home)
  const {network, owner, signer, replace} = flags
  checkProfile(home, config, {name, network, owner, signer, replace, namedChains})
  caFileOf(flags['ca-file'], null)
  assertNodeKeys(flags, config)
}

/** Nobody deliberately sets up a node that cannot start. */
function assertNodeKeys(flags: ProfileFlags, config: ConfigStore): void {
  for (const key of [flags['relayer-key'], flags['batch-key']]) {
    if (key !== undefined) findAccount(config, key)
  }
}

function unlessNone(given: string | null | undefined): string | null {
  return given === undefined || given === 'none' ? null : given
}

function caFileOf(given: string | undefined, before: string | null | undefined): string | null {
  if (given === undefined) return before ?? null
  return given === 'none' ? null : checkedCaFile(given)
}

function nodeOf(flags: ProfileFlags, before: NodeProfile | null): NodeProfile | null {
  const rpcPort = flags['node-port'] ?? before?.rpcPort
  if (rpcPort === undefined) return null
  return {
    host: flags['node-host'] ?? before?.host ?? DEFAULT_NODE_HOST,
    rpcPort,
    peerPort: flags['node-port'] === undefined ? (before?.peerPort ?? rpcPort + 1) : rpcPort + 1,
    relayerKey: flags['relayer-key'] ?? before?.relayerKey ?? null,
    batchKey: flags['batch-key'] ?? before?.batchKey ?? null,
  }
}

function networkMissing(): MetisSeqError {
  return new MetisSeqError({
    code: 'NETWORK_MISSING',
    message: 'A profile belongs to a network, and no network was given.',
    hints: ['Pass `--network andromeda`, `--network sepolia` or `--network local`.'],
  })
}
