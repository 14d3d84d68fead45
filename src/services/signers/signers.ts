import {resolve} from 'node:path'

import {getAddress, isAddress, isAddressEqual, type Address, type Hex} from 'viem'

import {createRemoteSigner, listRemoteAccounts, type RemoteApi} from '../../chain/remote-signer.ts'
import {cleanText} from '../../lib/clean-text.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {addressOfPublicKey, parsePublicKey} from '../../protocol/public-key.ts'
import type {AccountKey, ConfigStore, RemoteSignerRecord, SignerRecord} from '../../store/config.ts'
import {assertNewName} from '../keys/key-names.ts'
import {asAccount, listAccounts, shownName} from '../keys/key-records.ts'
import {remoteHttp, type RemoteFiles} from './remote-files.ts'
import {proveSigner} from './signer-proof.ts'

export {remoteApis} from '../../chain/remote-signer.ts'

/** A local key, or a signer on another machine: the possible values of a profile's role. */
export type AnySigner = (Omit<AccountKey, 'kind'> & {kind: 'keystore'}) | SignerRecord

/** A signer with the profiles that use it. */
export interface ListedSigner {
  signer: AnySigner
  usedBy: {profile: string; role: 'owner' | 'signer'}[]
}

export interface NewRemoteSigner {
  name: string
  url: string
  api: RemoteApi
  /** Undefined for the only account of the signer. */
  address: Address | undefined
  files: RemoteFiles
  /** Chain of the transaction that is signed as proof; some signers only serve one chain. */
  chainId: number
  timeoutMs: number
}

/** Keys and signers by name. */
export function listSigners(config: ConfigStore): ListedSigner[] {
  const {signers, profiles} = config.read()
  const all: AnySigner[] = [
    ...listAccounts(config).map((key) => ({...key, kind: 'keystore' as const})),
    ...Object.values(signers),
  ]
  return all
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map((signer) => ({
      signer,
      usedBy: Object.entries(profiles).flatMap(([profile, settings]) =>
        (['owner', 'signer'] as const)
          .filter((role) => settings.keys[role] === signer.name)
          .map((role) => ({profile, role})),
      ),
    }))
}

/** @throws {MetisSeqError} SIGNER_NOT_FOUND, KEY_IS_IDENTITY */
export function findSigner(config: ConfigStore, name: string): AnySigner {
  const key = config.read().keys[name]
  if (key) return {...asAccount(key), kind: 'keystore'}
  const listed = listSigners(config)
  const found = listed.find(({signer}) => signer.name === name)
  if (found) return found.signer
  throw new MetisSeqError({
    code: 'SIGNER_NOT_FOUND',
    message: `There is no key and no signer called ${shownName(name)}.`,
    facts: {signer: shownName(name), known: listed.map(({signer}) => signer.name).join(', ')},
    hints: [
      'Run `metis-seq signer list`.',
      'Run `metis-seq signer add NAME --url URL` to add one.',
    ],
  })
}

/** The local signer of an address; a key takes precedence over a remote signer. */
export function signerOfAddress(config: ConfigStore, address: Address): string | undefined {
  const {signers} = config.read()
  const is = (record: {address: Address}) => isAddressEqual(record.address, address)
  const key = listAccounts(config).find(is)
  return (
    key?.name ?? Object.values(signers).find((each) => each.kind === 'remote' && is(each))?.name
  )
}

/**
 * Records a signer on another machine, after it has signed something harmless with the right key.
 *
 * @throws {MetisSeqError} KEY_NAME_INVALID, KEY_EXISTS, SIGNER_EXISTS, SIGNER_URL_UNSAFE, SIGNER_ADDRESS_NEEDED,
 *   SIGNER_FILE_UNREADABLE and those of {@link createRemoteSigner}; nothing is recorded then
 */
export async function addRemoteSigner(
  request: NewRemoteSigner,
  config: ConfigStore,
): Promise<RemoteSignerRecord> {
  const {name, url, api, files, chainId, timeoutMs} = request
  assertNewName(name, config)
  assertSafeUrl(url, files)
  const http = remoteHttp(name, files, timeoutMs)
  const {address, publicKey: named} = await chooseAccount(request, {name, url, api, http})
  const signer = createRemoteSigner({name, url, api, address, publicKey: named, http})
  const {publicKey} = await proveSigner(signer, chainId)
  const path = (file: string | undefined) => (file === undefined ? null : resolve(file))
  const record: RemoteSignerRecord = {
    ...{kind: 'remote', name, address, createdAt: new Date().toISOString(), url, api, publicKey},
    tokenFile: path(files.tokenFile),
    caFile: path(files.caFile),
    certFile: path(files.certFile),
    keyFile: path(files.keyFile),
  }
  save(record, config)
  return record
}

/**
 * Records an address that signs on another machine, so that a profile can use it.
 *
 * @throws {MetisSeqError} KEY_NAME_INVALID, KEY_EXISTS, SIGNER_EXISTS
 */
export function addWatchedSigner(
  {name, kind, address}: {name: string; kind: 'watch' | 'safe'; address: Address},
  config: ConfigStore,
): SignerRecord {
  assertNewName(name, config)
  const record: SignerRecord = {kind, name, address, createdAt: new Date().toISOString()}
  save(record, config)
  return record
}

/**
 * The signer, if it is unused.
 *
 * @throws {MetisSeqError} SIGNER_NOT_FOUND, SIGNER_IS_KEY, SIGNER_IN_USE
 */
export function assertRemovable(name: string, config: ConfigStore): SignerRecord {
  const signer = findSigner(config, name)
  if (signer.kind === 'keystore') throw isKey(name)
  const {usedBy = []} = listSigners(config).find((each) => each.signer.name === name) ?? {}
  if (usedBy[0]) throw inUse(name, usedBy)
  return signer
}

/**
 * Removes a signer. No key is changed.
 *
 * @throws {MetisSeqError} those of {@link assertRemovable}
 */
export function removeSigner(name: string, config: ConfigStore): void {
  assertRemovable(name, config)
  config.update((all) => {
    const {[name]: _removed, ...signers} = all.signers
    return {...all, signers}
  })
}

function save(record: SignerRecord, config: ConfigStore): void {
  config.update((all) => ({...all, signers: {...all.signers, [record.name]: record}}))
}

/** The signing account: the given one, or the only one. */
async function chooseAccount(
  {address, api}: NewRemoteSigner,
  remote: Parameters<typeof listRemoteAccounts>[0],
): Promise<{address: Address; publicKey: Hex | null}> {
  // JSON-RPC identifies an account by its address, so the list is only needed to find it.
  if (address && api === 'eth_signTransaction') return {address, publicKey: null}
  const listed = await listRemoteAccounts(remote)
  const accounts = listed.map((text) => {
    if (api === 'eth_signTransaction') {
      if (!isAddress(text, {strict: false})) throw noAccount(text)
      return {address: getAddress(text), publicKey: null}
    }
    const publicKey = parsePublicKey(text)
    return {address: addressOfPublicKey(publicKey), publicKey}
  })
  const wanted = address
    ? accounts.filter((account) => isAddressEqual(account.address, address))
    : accounts
  const [only, ...others] = wanted
  if (only && others.length === 0) return only
  throw new MetisSeqError({
    code: address ? 'WRONG_KEY' : 'SIGNER_ADDRESS_NEEDED',
    message: address
      ? `The remote signer does not have the key of ${address}.`
      : `The remote signer has ${accounts.length} accounts; choose one.`,
    facts: {accounts: accounts.map((account) => account.address).join(', ') || 'none'},
    hints: ['Pass `--address ADDRESS` with one of its accounts.'],
  })
}

function noAccount(text: string): MetisSeqError {
  return new MetisSeqError({
    code: 'SIGNER_WRONG_ANSWER',
    message: `The remote signer lists an entry that is not an account: ${cleanText(text, 60)}.`,
    hints: ['Check the address of the signer, and `--api`.'],
  })
}

/** Secrets do not belong in the settings, nor a token on a network that anyone can read. */
function assertSafeUrl(text: string, {tokenFile}: RemoteFiles): void {
  const url = new URL(text)
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
  const reason =
    url.username || url.password || url.search
      ? 'it contains user info or a query, which would be stored in the settings'
      : tokenFile && url.protocol === 'http:' && !loopback
        ? 'a token would be sent over the network in clear text'
        : undefined
  if (reason === undefined) return
  throw new MetisSeqError({
    code: 'SIGNER_URL_UNSAFE',
    message: `The URL of the signer is not accepted: ${reason}.`,
    hints: ['Use https, and put the token in a file: `--token-file FILE`.'],
  })
}

function isKey(name: string): MetisSeqError {
  return new MetisSeqError({
    code: 'SIGNER_IS_KEY',
    message: `${name} is a key of this machine, and removing it would delete its secret.`,
    facts: {key: name},
    hints: [`Run \`metis-seq key delete ${name}\` if you want that.`],
  })
}

function inUse(name: string, usedBy: ListedSigner['usedBy']): MetisSeqError {
  const [first] = usedBy
  return new MetisSeqError({
    code: 'SIGNER_IN_USE',
    message: `${name} is the ${usedBy.map(({role, profile}) => `${role} of profile ${profile}`).join(' and the ')}.`,
    exit: 'precondition',
    facts: {signer: name, profiles: usedBy.map(({profile}) => profile).join(', ')},
    hints: [
      `Run \`metis-seq init --profile ${first?.profile} --replace --signer NAME\` with another one first, or \`metis-seq profile remove ${first?.profile}\`.`,
    ],
  })
}
