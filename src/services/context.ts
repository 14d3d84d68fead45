import type {Address} from 'viem'

import {connectChain, type Connection, type SourceState} from '../chain/connect.ts'
import {connectThemis, type PosClient} from '../chain/themis-client.ts'
import {MetisSeqError} from '../lib/errors.ts'
import type {TlsOptions} from '../lib/json-rpc.ts'
import type {Network} from '../protocol/network.ts'
import {openConfig, type ConfigStore, type Profile} from '../store/config.ts'
import {openHome, type Home} from '../store/home.ts'
import {readNetwork} from '../store/networks.ts'
import {endpointTls} from './network/endpoint-authorities.ts'

export interface ContextOptions {
  profile?: string | undefined
  network?: string | undefined
  /** Acts for this owner instead of the profile's; its key is then on another machine. */
  from?: Address | undefined
  /** The role `from` acts in. */
  role?: 'owner' | 'signer' | undefined
  /** Uses the endpoints of the network, not those of the profile: for tasks that only they support. */
  networksOwn?: boolean | undefined
  timeoutSeconds?: number | undefined
  /** Aborts waits for endpoints. */
  signal?: AbortSignal | undefined
  home?: Home
}

/** The acting profile, its network, and connections that are opened on first use. */
export interface Context {
  home: Home
  config: ConfigStore
  profileName: string | null
  profile: Profile | null
  networkName: string
  network: Network
  /** Timeout of one outgoing call, to any endpoint. */
  timeoutMs: number
  l1(): Connection
  l2(): Connection
  /**
   * Trusted certificate authorities of HTTPS endpoints.
   *
   * @throws {MetisSeqError} CA_FILE_INVALID
   */
  tls(): TlsOptions
  /** Null when the network has no consensus layer. */
  pos(): PosClient | null
  /** From now on every request verifies the chain id: an endpoint can move while a screen is open. */
  goLive(): void
  /** Every source used so far. */
  sources(): SourceState[]
  close(): void
}

/**
 * Resolves profile and network from flags and settings. Opens no connection.
 *
 * @throws {MetisSeqError} PROFILE_UNKNOWN, NETWORK_MISSING, NETWORK_UNKNOWN, PROFILE_NETWORK_MISMATCH
 */
export function openContext(options: ContextOptions): Context {
  const home = options.home ?? openHome()
  const config = openConfig(home)
  const selected = actingFor(selectProfile(config, options), options.from, options.role)
  const networkName = options.network ?? selected.profile?.network
  if (networkName === undefined) throw networkMissing()
  const network = readNetwork(home, networkName)
  const timeoutMs = (options.timeoutSeconds ?? 10) * 1000
  const urls = endpointsOf(network, options.networksOwn ? null : selected.profile)
  const tls = lazy(() => endpointTls(urls.caFiles))
  let isLive = false

  const l1 = lazy(() =>
    connectChain({
      name: 'L1',
      chainId: network.l1.chainId,
      urls: urls.l1,
      tls: tls.get(),
      timeoutMs,
      signal: options.signal,
      isLive: () => isLive,
    }),
  )
  const l2 = lazy(() =>
    connectChain({
      name: 'L2',
      chainId: network.l2.chainId,
      urls: urls.l2,
      legacyTransactions: network.l2.legacyTransactions ?? false,
      tls: tls.get(),
      timeoutMs,
      signal: options.signal,
      isLive: () => isLive,
    }),
  )
  const pos = lazy(() => (urls.pos === null ? null : connectThemis(urls.pos, timeoutMs, tls.get())))
  return {
    home,
    config,
    ...selected,
    networkName,
    network,
    timeoutMs,
    l1: l1.get,
    l2: l2.get,
    tls: tls.get,
    pos: pos.get,
    goLive: () => void (isLive = true),
    sources: () => [
      ...(l1.opened?.sources() ?? []),
      ...(l2.opened?.sources() ?? []),
      ...(pos.opened ? [pos.opened.source] : []),
    ],
    close: () => {
      l1.opened?.close()
      l2.opened?.close()
    },
  }
}

export interface Endpoints {
  l1: string[]
  l2: string[]
  pos: string | null
  /** PEM files of their certificate authorities. */
  caFiles: string[]
}

/** Endpoints of a network: the profile's own, otherwise those of the network document. */
export function endpointsOf(network: Network, profile: Profile | null): Endpoints {
  const own = profile?.endpoints
  const orElse = (urls: string[] | undefined, others: string[]) =>
    urls && urls.length > 0 ? urls : others
  return {
    l1: orElse(own?.l1, network.l1.rpcUrls),
    l2: orElse(own?.l2, network.l2.rpcUrls),
    pos: own?.pos ?? network.posRestUrl,
    caFiles: [own?.caFile, network.caFile].filter((file) => typeof file === 'string'),
  }
}

/** The network selected by flags and settings, without opening it; undefined without one. */
export function chosenNetwork(
  home: Home,
  options: Pick<ContextOptions, 'profile' | 'network'>,
): string | undefined {
  return options.network ?? selectProfile(openConfig(home), options).profile?.network
}

function actingFor<T extends {profile: Profile | null}>(
  selected: T,
  from: Address | undefined,
  role: 'owner' | 'signer' = 'owner',
): T {
  const {profile} = selected
  if (!profile || !from || profile[role] === from) return selected
  return {...selected, profile: {...profile, [role]: from, keys: {...profile.keys, [role]: null}}}
}

/**
 * The profile of a context, for commands that act as someone.
 *
 * @throws {MetisSeqError} PROFILE_MISSING
 */
export function requireProfile(context: Context): {name: string; profile: Profile} {
  if (context.profile && context.profileName) {
    return {name: context.profileName, profile: context.profile}
  }
  throw new MetisSeqError({
    code: 'PROFILE_MISSING',
    message: `No profile is active on ${context.networkName}.`,
    facts: {network: context.networkName},
    hints: [
      `Run \`metis-seq init --network ${context.networkName}\` to create a profile.`,
      'Run `metis-seq profile list`, then pass `--profile NAME`.',
    ],
  })
}

function selectProfile(
  config: ConfigStore,
  options: ContextOptions,
): {profileName: string | null; profile: Profile | null} {
  const {profiles, currentProfile} = config.read()
  const name = options.profile ?? currentProfile
  if (name === null) return {profileName: null, profile: null}
  const profile = profiles[name]
  if (!profile) {
    if (options.profile === undefined) return {profileName: null, profile: null}
    throw profileUnknown(name, Object.keys(profiles))
  }
  if (options.network === undefined || options.network === profile.network) {
    return {profileName: name, profile}
  }
  // The profile in use belongs to another network: reads continue without it, an explicit pair is rejected.
  if (options.profile === undefined) return {profileName: null, profile: null}
  throw new MetisSeqError({
    code: 'PROFILE_NETWORK_MISMATCH',
    message: `Profile ${name} belongs to network ${profile.network}, not to ${options.network}.`,
    facts: {profile: name, profileNetwork: profile.network, network: options.network},
    hints: ['Omit `--network`, or choose a profile of that network.'],
  })
}

export function profileUnknown(name: string, known: string[]): MetisSeqError {
  return new MetisSeqError({
    code: 'PROFILE_UNKNOWN',
    message: `There is no profile called ${name}.`,
    facts: {profile: name, known: known.join(', ') || 'none'},
    hints: [
      'Run `metis-seq profile list`.',
      `Run \`metis-seq init --profile ${name} --network NETWORK\` to create it.`,
    ],
  })
}

function networkMissing(): MetisSeqError {
  return new MetisSeqError({
    code: 'NETWORK_MISSING',
    message: 'No network is chosen.',
    hints: [
      'Pass `--network andromeda`, `--network sepolia` or `--network local`.',
      'Run `metis-seq init --network NETWORK` to create a profile that remembers it.',
      'Run `metis-seq local demo` to try everything on a local network first.',
    ],
  })
}

function lazy<T>(open: () => T): {get(): T; readonly opened: T | undefined} {
  let value: {it: T} | undefined
  return {
    get: () => (value ??= {it: open()}).it,
    get opened() {
      return value?.it
    },
  }
}
