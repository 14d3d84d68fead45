import {isAddress} from 'viem'
import type {Address, Hex} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {isRecord} from '../lib/json.ts'

/** Where a key's secret is stored. Recorded per key and never guessed. */
export type KeyBackend = 'keytar' | 'secret-service' | 'file'

/** Public data about a key, known without opening it. Contains no secret. */
export type KeyRecord = AccountKey | NodeIdentity

/** A secp256k1 key: an account, and the validator key of Themis. */
export interface AccountKey extends StoredKey {
  kind: 'account'
  address: Address
  /** 64 bytes, without the 04 prefix, as LockingPool expects it. */
  publicKey: Hex
}

/**
 * The Ed25519 identity of a Themis node among its peers. It signs neither blocks nor transactions.
 */
export interface NodeIdentity extends StoredKey {
  kind: 'node-identity'
  /** 40 hex digits, lower case. */
  nodeId: string
  /** 32 bytes. */
  publicKey: Hex
}

/** Fields of both kinds. */
export interface StoredKey {
  name: string
  backend: KeyBackend
  createdAt: string
  /**
   * File backend: file from which an unattended process may read the password. Null: it is prompted
   * for.
   */
  passwordFile: string | null
  /** When a backup of this key was last opened and verified to contain it. Null: never. */
  backupVerifiedAt: string | null
}

/** A signer whose key is not on this machine. Contains no secret: a token stays in its file. */
export type SignerRecord = RemoteSignerRecord | WatchSignerRecord

export interface RemoteSignerRecord {
  kind: 'remote'
  name: string
  address: Address
  createdAt: string
  /** Without user info or query, which may contain secrets. */
  url: string
  api: 'eth_signTransaction' | 'web3signer'
  /** 64 bytes, without the 04 prefix. */
  publicKey: Hex
  /** File with the bearer token. Null: no token is sent. */
  tokenFile: string | null
  /** PEM files. */
  caFile: string | null
  certFile: string | null
  keyFile: string | null
}

/** `watch`: an address whose key is elsewhere. `safe`: a Safe, whose owners sign together. */
export interface WatchSignerRecord {
  kind: 'watch' | 'safe'
  name: string
  address: Address
  createdAt: string
}

/** The operator's identity on a network. Never contains a private key or password. */
export interface Profile {
  network: string
  owner: Address | null
  signer: Address | null
  rewardRecipient: Address | null
  /** Names of keys or signers. Null: the role signs elsewhere. */
  keys: {owner: string | null; signer: string | null}
  /**
   * Endpoints that replace the network's, tried in order; if empty, those of the network. May
   * contain an API key: redact before printing.
   */
  endpoints: {
    l1: string[]
    l2: string[]
    pos: string | null
    /** WebSocket addresses (`ws://`, `wss://`) that announce new blocks; absent or null: see `headUrlsOf`. */
    l1Ws?: string | null
    l2Ws?: string | null
    /** Absolute path to the PEM of an additional trusted authority, besides those of the system. */
    caFile?: string | null
  }
  /** The bundled node of this profile. Null: none is configured. */
  node: NodeProfile | null
  /** Choices about single health rules, by the id of their issue; left out while there are none. */
  rules?: Record<string, RuleChoice>
}

/** What an operator has chosen for one health rule. Every field may be missing: the default holds. */
export interface RuleChoice {
  /** Severity of its alerts, whatever the rule says. */
  severity?: 'warn' | 'critical'
  /** No alerts. */
  off?: boolean
  /** Time that an issue has to last before it is reported. */
  holdSeconds?: number
  /** Interval of the reminders; 0: none. */
  repeatSeconds?: number
  /** Limits of the rule itself, for every reader of health. */
  limits?: Record<string, number>
}

export interface NodeProfile {
  host: string
  rpcPort: number
  peerPort: number
  /** Key that relays bridge deposits, on a private network. */
  relayerKey: string | null
  /** Key that posts transaction batches to L1. */
  batchKey: string | null
}

export interface Config {
  currentProfile: string | null
  profiles: Record<string, Profile>
  keys: Record<string, KeyRecord>
  signers: Record<string, SignerRecord>
}

export const emptyConfig: Config = {
  currentProfile: null,
  profiles: byName(),
  keys: byName(),
  signers: byName(),
}

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string' && value.length > 0
const isPath: Check = (value) => typeof value === 'string' && value.startsWith('/')
const isPort: Check = (value) =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535
const isAccount: Check = (value) => typeof value === 'string' && isAddress(value, {strict: false})
const isUrl: Check = (value) =>
  typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value)
const isWsUrl: Check = (value) =>
  typeof value === 'string' && /^wss?:\/\//.test(value) && URL.canParse(value)
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const either =
  (...values: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && values.includes(value)

/** Exactly the fields of a record: a smuggled `privateKey` is rejected like any unknown field. */
const fields =
  (checks: Record<string, Check>): Check =>
  (value) =>
    isRecord(value) &&
    Object.keys(value).every((name) => Object.hasOwn(checks, name)) &&
    Object.entries(checks).every(([name, check]) => check(value[name]))

const isNode = fields({
  host: isText,
  rpcPort: isPort,
  peerPort: isPort,
  relayerKey: orNull(isText),
  batchKey: orNull(isText),
})

const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
const isAmount: Check = (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0
const isFlag: Check = (value) => typeof value === 'boolean'
const mapOf =
  (check: Check): Check =>
  (value) =>
    isRecord(value) && Object.values(value).every(check)

const isRuleChoice = fields({
  severity: optional(either('warn', 'critical')),
  off: optional(isFlag),
  holdSeconds: optional(isAmount),
  repeatSeconds: optional(isAmount),
  limits: optional(mapOf(isAmount)),
})

const isProfile = fields({
  network: isText,
  owner: orNull(isAccount),
  signer: orNull(isAccount),
  rewardRecipient: orNull(isAccount),
  keys: fields({owner: orNull(isText), signer: orNull(isText)}),
  endpoints: fields({
    ...{l1: listOf(isUrl), l2: listOf(isUrl), pos: orNull(isUrl)},
    ...{l1Ws: optional(orNull(isWsUrl)), l2Ws: optional(orNull(isWsUrl))},
    caFile: optional(orNull(isPath)),
  }),
  node: orNull(isNode),
  rules: optional(mapOf(isRuleChoice)),
})

const matches =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value)

const isPublicKey = matches(/^0x[0-9a-f]{128}$/)

const isRemoteSigner = fields({
  kind: either('remote'),
  name: isText,
  address: isAccount,
  createdAt: isText,
  url: isUrl,
  api: either('eth_signTransaction', 'web3signer'),
  publicKey: isPublicKey,
  tokenFile: orNull(isText),
  caFile: orNull(isText),
  certFile: orNull(isText),
  keyFile: orNull(isText),
})

const isWatchSigner = fields({
  kind: either('watch', 'safe'),
  name: isText,
  address: isAccount,
  createdAt: isText,
})

const isSigner: Check = (value) => isRemoteSigner(value) || isWatchSigner(value)

const storedKey = {
  name: isText,
  backend: either('keytar', 'secret-service', 'file'),
  createdAt: isText,
  passwordFile: orNull(isText),
  backupVerifiedAt: orNull(isText),
}

const isAccountKey = fields({
  ...storedKey,
  kind: either('account'),
  address: isAccount,
  publicKey: isPublicKey,
})

const isNodeIdentity = fields({
  ...storedKey,
  kind: either('node-identity'),
  nodeId: matches(/^[0-9a-f]{40}$/),
  publicKey: matches(/^0x[0-9a-f]{64}$/),
})

const isKey: Check = (value) => isAccountKey(value) || isNodeIdentity(value)

/** Settings of an older version, with one kind of key and no verified backups, remain valid. */
function withNewFields(keys: unknown): unknown {
  if (!isRecord(keys)) return keys
  const entries = Object.entries(keys).map(([name, key]) => [
    name,
    isRecord(key) ? {kind: 'account', backupVerifiedAt: null, ...key} : key,
  ])
  return Object.fromEntries(entries) as unknown
}

/** A profile of an older version has one endpoint or none. */
function withEndpointLists(profiles: unknown): unknown {
  if (!isRecord(profiles)) return profiles
  const toList = (value: unknown) =>
    value === null ? [] : typeof value === 'string' ? [value] : value
  const entries = Object.entries(profiles).map(([name, profile]) => {
    if (!isRecord(profile) || !isRecord(profile['endpoints'])) return [name, profile]
    const {l1, l2, ...rest} = profile['endpoints']
    return [name, {...profile, endpoints: {l1: toList(l1), l2: toList(l2), ...rest}}]
  })
  return Object.fromEntries(entries) as unknown
}

/**
 * Validates the settings document after reading and before writing. Reports the invalid entry but
 * never its content.
 *
 * A schema library would add 40 ms to every command, for only a few settings.
 *
 * @throws {MetisSeqError} CONFIG_INVALID
 */
export function parseConfig(value: unknown, path: string): Config {
  if (!isRecord(value)) throw configInvalid(path, 'it is not a JSON object')
  const {currentProfile = null, keys: stored = {}, signers = {}, ...others} = value
  const {profiles: listed = {}, ...unknown} = others
  const profiles = withEndpointLists(listed)
  const keys = withNewFields(stored)
  const [stranger] = Object.keys(unknown)
  if (stranger !== undefined) throw configInvalid(path, `${stranger} is not a setting`)
  if (!orNull(isText)(currentProfile)) throw configInvalid(path, 'currentProfile is not a name')
  checkEntries(profiles, 'profile', isProfile, path)
  checkEntries(keys, 'key', isKey, path)
  checkEntries(signers, 'signer', isSigner, path)
  return {
    currentProfile,
    profiles: byName(profiles),
    keys: byName(keys),
    signers: byName(signers),
  } as Config
}

/**
 * Operators choose names freely: `constructor` and `toString` are valid, so only own properties are
 * looked up.
 */
function byName<T>(entries?: unknown): Record<string, T> {
  return Object.assign(Object.create(null) as Record<string, T>, entries)
}

function checkEntries(entries: unknown, what: string, check: Check, path: string): void {
  if (!isRecord(entries)) throw configInvalid(path, `${what}s is not an object`)
  const wrong = Object.keys(entries).find((name) => !check(entries[name]))
  if (wrong !== undefined)
    throw configInvalid(path, `${what} ${wrong} has a wrong or unknown field`)
}

export function configInvalid(path: string, reason: string, cause?: unknown): MetisSeqError {
  return new MetisSeqError({
    code: 'CONFIG_INVALID',
    message: `The settings file ${path} is not valid: ${reason}.`,
    facts: {path},
    hints: [`Mend ${path}, or move it away and run \`metis-seq init --network NETWORK\` again.`],
    cause,
  })
}
