import type {Address} from 'viem'

import {MetisSeqError} from '../../lib/errors.ts'
import {looksLikeAddress, readAddress} from '../../protocol/address-text.ts'
import type {ConfigStore, NodeProfile, Profile} from '../../store/config.ts'
import type {Home} from '../../store/home.ts'
import type {Network} from '../../protocol/network.ts'
import {readNetwork} from '../../store/networks.ts'
import {readDaemon} from '../../process/daemon.ts'
import {NODE_DAEMON} from '../node/node-answers.ts'
import {profileUnknown} from '../context.ts'
import {KEY_NAME} from '../keys/key-names.ts'
import {asAccount, shownName} from '../keys/key-records.ts'
import {assertChains, type NamedChain} from './named-chains.ts'
import {whereSecretsLie} from '../keys/other-wallets.ts'
import {signerOfAddress} from '../signers/signers.ts'

export interface ProfileRequest {
  name: string
  network: string
  /** Name of a key or signer, or an address whose key is on another machine. */
  owner?: string | undefined
  signer?: string | undefined
  /** Undefined for the owner's address, which also receives on L2. */
  rewardRecipient?: Address | undefined
  endpoints: Profile['endpoints']
  node: NodeProfile | null
  rules?: Profile['rules']
  /** Chain prefixes of other addresses in the request. */
  namedChains?: readonly NamedChain[]
  replace: boolean
}

/** The known part of a request, to be checked early. */
interface ProfileDraft {
  name?: string | undefined
  network?: string | undefined
  owner?: string | undefined
  signer?: string | undefined
  namedChains?: readonly NamedChain[]
  replace?: boolean
}

const PROFILE_NAME = /^[a-z0-9][a-z0-9-]{0,31}$/

/**
 * Checks a partial profile, so that invalid input is rejected before the rest is prompted for.
 *
 * @returns the network document, if the network is set
 * @throws {MetisSeqError} PROFILE_EXISTS, PROFILE_NAME_INVALID, NETWORK_UNKNOWN, KEY_UNKNOWN, KEY_IS_IDENTITY,
 *   ADDRESS_INVALID, ADDRESS_OF_OTHER_CHAIN
 */
export function checkProfile(
  home: Home,
  config: ConfigStore,
  request: ProfileDraft,
): Network | undefined {
  const {name, network, namedChains = [], replace = false} = request
  if (name !== undefined && !PROFILE_NAME.test(name)) {
    throw new MetisSeqError({
      code: 'PROFILE_NAME_INVALID',
      message: 'A profile name has 1 to 32 lower-case letters, digits and dashes.',
      facts: {profile: name},
    })
  }
  const document = network === undefined ? undefined : readNetwork(home, network)
  if (document) assertChains(namedChains, document)
  if (name !== undefined && config.read().profiles[name] && !replace) {
    throw new MetisSeqError({
      code: 'PROFILE_EXISTS',
      message: `A profile called ${name} exists already.`,
      facts: {profile: name},
      hints: ['Pass `--replace` to overwrite it, or choose another name.'],
    })
  }
  resolveRole(config, request.owner, document)
  resolveRole(config, request.signer, document)
  return document
}

/**
 * Creates a profile and makes it the default. It contains no secrets.
 *
 * @throws {MetisSeqError} those of {@link checkProfile}
 */
export function createProfile(home: Home, config: ConfigStore, request: ProfileRequest): Profile {
  const {name, network, endpoints, node} = request
  const document = checkProfile(home, config, request)
  const owner = resolveRole(config, request.owner, document)
  const signer = resolveRole(config, request.signer, document)
  const profile: Profile = {
    network,
    owner: owner.address,
    signer: signer.address,
    rewardRecipient: request.rewardRecipient ?? owner.address,
    keys: {owner: owner.key, signer: signer.key},
    endpoints,
    node,
    ...(request.rules ? {rules: request.rules} : {}),
  }
  config.update((all) => ({
    ...all,
    currentProfile: name,
    profiles: {...all.profiles, [name]: profile},
  }))
  return profile
}

/** @throws {MetisSeqError} PROFILE_UNKNOWN */
export function useProfile(config: ConfigStore, name: string): Profile {
  const profile = findProfile(config, name)
  config.update((all) => ({...all, currentProfile: name}))
  return profile
}

/**
 * Removes a profile. Keys and node data stay.
 *
 * @throws {MetisSeqError} PROFILE_UNKNOWN; PROFILE_RUNNING while its node is running, which could then no longer be stopped
 */
export function removeProfile(home: Home, config: ConfigStore, name: string): void {
  findProfile(config, name)
  const daemon = readDaemon(home.nodeDir(name), NODE_DAEMON)
  if (daemon?.running) throw profileRunning(name, daemon.pid)
  config.update((all) => {
    const {[name]: _removed, ...profiles} = all.profiles
    return {
      ...all,
      profiles,
      currentProfile: all.currentProfile === name ? null : all.currentProfile,
    }
  })
}

function profileRunning(name: string, pid: number): MetisSeqError {
  return new MetisSeqError({
    code: 'PROFILE_RUNNING',
    message: `The node of profile ${name} runs as process ${pid}.`,
    facts: {profile: name, pid: `${pid}`},
    hints: [`Run \`metis-seq node stop --profile ${name}\` first.`],
  })
}

/** @throws {MetisSeqError} PROFILE_UNKNOWN */
export function findProfile(config: ConfigStore, name: string): Profile {
  const {profiles} = config.read()
  const profile = profiles[name]
  if (profile) return profile
  throw profileUnknown(name, Object.keys(profiles))
}

export function noProfile(): MetisSeqError {
  return new MetisSeqError({
    code: 'PROFILE_MISSING',
    message: 'No profile is active.',
    hints: [
      'Run `metis-seq init --network NETWORK` to create a profile.',
      'Run `metis-seq profile list`, then `metis-seq profile use NAME`.',
    ],
  })
}

function resolveRole(
  config: ConfigStore,
  given: string | undefined,
  network: Network | undefined,
): {address: Address | null; key: string | null} {
  if (given === undefined) return {address: null, key: null}
  const {keys, signers} = config.read()
  const key = keys[given]
  const record = key ? asAccount(key) : signers[given]
  if (record) return {address: record.address, key: record.name}
  const read = readAddress(given)
  if ('fault' in read) throw noRole(given, read.fault, Object.keys({...keys, ...signers}))
  const {address, chainId} = read
  const named = {text: given.trim(), chainId, layer: undefined}
  if (chainId !== null && network) assertChains([{...named, chainId}], network)
  return {address, key: signerOfAddress(config, address) ?? null}
}

/** @param fault why it is not an address, as the end of a sentence */
function noRole(given: string, fault: string, known: string[]): MetisSeqError {
  const shown = shownName(given.trim())
  if (looksLikeAddress(given) && shown === given.trim()) {
    return new MetisSeqError({
      code: 'ADDRESS_INVALID',
      message: `${shown} ${fault}.`,
      facts: {given: shown},
    })
  }
  return new MetisSeqError({
    code: 'KEY_UNKNOWN',
    message: `${shown} is neither a key of this machine, nor a signer, nor an address.`,
    facts: {given: shown, known: known.join(', ')},
    hints: whereSecretsLie(given) ?? [
      'Run `metis-seq signer list`.',
      `Run \`metis-seq key create ${KEY_NAME.test(given) ? given : 'NAME'}\`.`,
    ],
  })
}
export type {Profile} from '../../store/config.ts'
