import {isAddress, getAddress, type Address} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import type {ConfigStore, NodeProfile, Profile} from '../store/config.ts'
import type {Home} from '../store/home.ts'
import {readNetwork} from '../store/networks.ts'
import {profileUnknown} from './context.ts'
import {asAccount} from './key-records.ts'
import {signerOfAddress} from './signers.ts'

export interface ProfileRequest {
  name: string
  network: string
  /** Name of a key or signer, or an address whose key is elsewhere. */
  owner?: string | undefined
  signer?: string | undefined
  /** Undefined: the owner's address, as it receives on L2 too. */
  rewardRecipient?: Address | undefined
  endpoints: Profile['endpoints']
  node: NodeProfile | null
  replace: boolean
}

const PROFILE_NAME = /^[a-z0-9][a-z0-9-]{0,31}$/

/**
 * Makes a profile and puts it in use. No secret goes into it.
 *
 * @throws {MetisSeqError} PROFILE_EXISTS, PROFILE_NAME_INVALID, NETWORK_UNKNOWN, KEY_UNKNOWN, KEY_IS_IDENTITY
 */
export function createProfile(home: Home, config: ConfigStore, request: ProfileRequest): Profile {
  const {name, network, endpoints, node, replace} = request
  if (!PROFILE_NAME.test(name)) {
    throw new MetisSeqError({
      code: 'PROFILE_NAME_INVALID',
      message: 'A profile name has 1 to 32 lower-case letters, digits and dashes.',
      exit: 'usage',
      facts: {profile: name},
    })
  }
  readNetwork(home, network)
  if (config.read().profiles[name] && !replace) {
    throw new MetisSeqError({
      code: 'PROFILE_EXISTS',
      message: `A profile called ${name} exists already.`,
      exit: 'precondition',
      facts: {profile: name},
      hints: ['Pass `--replace` to overwrite it, or choose another name.'],
    })
  }
  const owner = resolveRole(config, request.owner)
  const signer = resolveRole(config, request.signer)
  const profile: Profile = {
    network,
    owner: owner.address,
    signer: signer.address,
    rewardRecipient: request.rewardRecipient ?? owner.address,
    keys: {owner: owner.key, signer: signer.key},
    endpoints,
    node,
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

/** Forgets a profile. Keys and node data stay. */
export function removeProfile(config: ConfigStore, name: string): void {
  findProfile(config, name)
  config.update((all) => {
    const {[name]: _removed, ...profiles} = all.profiles
    return {
      ...all,
      profiles,
      currentProfile: all.currentProfile === name ? null : all.currentProfile,
    }
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
    message: 'No profile is in use.',
    exit: 'config',
    hints: [
      'Run `metis-seq init` to make a profile.',
      'Run `metis-seq profile list`, then `metis-seq profile use NAME`.',
    ],
  })
}

function resolveRole(
  config: ConfigStore,
  keyOrAddress: string | undefined,
): {address: Address | null; key: string | null} {
  if (keyOrAddress === undefined) return {address: null, key: null}
  const {keys, signers} = config.read()
  const key = keys[keyOrAddress]
  const record = key ? asAccount(key) : signers[keyOrAddress]
  if (record) return {address: record.address, key: record.name}
  if (isAddress(keyOrAddress)) {
    const address = getAddress(keyOrAddress)
    return {address, key: signerOfAddress(config, address) ?? null}
  }
  throw new MetisSeqError({
    code: 'KEY_UNKNOWN',
    message: `${keyOrAddress} is neither a key of this machine, nor a signer, nor an address.`,
    exit: 'signer',
    facts: {given: keyOrAddress, known: Object.keys({...keys, ...signers}).join(', ')},
    hints: ['Run `metis-seq signer list`.', `Run \`metis-seq key create ${keyOrAddress}\`.`],
  })
}
export type {Profile} from '../store/config.ts'
