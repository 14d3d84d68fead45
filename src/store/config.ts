import Conf, {type Schema} from 'conf'
import {join} from 'node:path'
import type {Address, Hex} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {fromFileError} from '../lib/files.ts'
import {jsonFault} from '../lib/json.ts'
import type {Home} from './home.ts'

/** Where a key's secret lies. Recorded per key and never guessed. */
export type KeyBackend = 'keytar' | 'secret-service' | 'file'

/** What is known about a key without opening it. Holds no secret. */
export interface KeyRecord {
  name: string
  address: Address
  /** 64 bytes, without the 04 prefix, as LockingPool wants it. */
  publicKey: Hex
  backend: KeyBackend
  createdAt: string
  /** File backend: where the password may be read by an unattended process. Null: it is asked for. */
  passwordFile: string | null
}

/** Who I am on a network. Never holds a private key or a password. */
export interface Profile {
  network: string
  owner: Address | null
  signer: Address | null
  rewardRecipient: Address | null
  /** Names of keys in the key list. Null: the role signs elsewhere. */
  keys: {owner: string | null; signer: string | null}
  /** Endpoints that replace the network's. May hold an API key: redact before printing. */
  endpoints: {l1: string | null; l2: string | null; pos: string | null}
  /** The bundled node of this profile. Null: none is set up. */
  node: NodeProfile | null
}

export interface NodeProfile {
  host: string
  rpcPort: number
  peerPort: number
  /** Key that relays bridge deposits, on a network of one's own. */
  relayerKey: string | null
  /** Key that posts transaction batches to L1. */
  batchKey: string | null
}

export interface Config {
  currentProfile: string | null
  profiles: Record<string, Profile>
  keys: Record<string, KeyRecord>
}

const address = {anyOf: [{type: 'null'}, {type: 'string', pattern: '^0x[0-9a-fA-F]{40}$'}]} as const
const nameOrNull = {anyOf: [{type: 'null'}, {type: 'string', minLength: 1}]} as const
const urlOrNull = {
  anyOf: [{type: 'null'}, {type: 'string', pattern: '^(https?|wss?)://'}],
} as const
const port = {type: 'integer', minimum: 1, maximum: 65_535} as const

const nodeSchema = {
  anyOf: [
    {type: 'null'},
    {
      type: 'object',
      properties: {
        host: {type: 'string', minLength: 1},
        rpcPort: port,
        peerPort: port,
        relayerKey: nameOrNull,
        batchKey: nameOrNull,
      },
      required: ['host', 'rpcPort', 'peerPort', 'relayerKey', 'batchKey'],
      additionalProperties: false,
    },
  ],
} as const

const profileSchema = {
  type: 'object',
  properties: {
    network: {type: 'string', minLength: 1},
    owner: address,
    signer: address,
    rewardRecipient: address,
    keys: {
      type: 'object',
      properties: {owner: nameOrNull, signer: nameOrNull},
      required: ['owner', 'signer'],
      additionalProperties: false,
    },
    endpoints: {
      type: 'object',
      properties: {l1: urlOrNull, l2: urlOrNull, pos: urlOrNull},
      required: ['l1', 'l2', 'pos'],
      additionalProperties: false,
    },
    node: nodeSchema,
  },
  required: ['network', 'owner', 'signer', 'rewardRecipient', 'keys', 'endpoints', 'node'],
  additionalProperties: false,
} as const

const keySchema = {
  type: 'object',
  properties: {
    name: {type: 'string', minLength: 1},
    address: {type: 'string', pattern: '^0x[0-9a-fA-F]{40}$'},
    publicKey: {type: 'string', pattern: '^0x[0-9a-f]{128}$'},
    backend: {enum: ['keytar', 'secret-service', 'file']},
    createdAt: {type: 'string'},
    passwordFile: nameOrNull,
  },
  required: ['name', 'address', 'publicKey', 'backend', 'createdAt', 'passwordFile'],
  additionalProperties: false,
} as const

/** What a settings file may hold. */
export const configSchema = {
  currentProfile: {...nameOrNull, default: null},
  profiles: {type: 'object', additionalProperties: profileSchema, default: {}},
  keys: {type: 'object', additionalProperties: keySchema, default: {}},
} as unknown as Schema<Config>

export interface ConfigStore {
  path: string
  read(): Config
  /** Changes the document in one atomic write. */
  update(change: (config: Config) => Config): void
}

/**
 * Opens the operator's settings. A broken file is reported and kept: wiping it would lose settings.
 *
 * @throws {MetisSeqError} CONFIG_INVALID
 */
export function openConfig(home: Home): ConfigStore {
  const path = join(home.configDir, 'config.json')
  const conf = guard(path, () => createConf(home))
  return {
    path,
    read: () =>
      guard(path, () => ({
        currentProfile: conf.get('currentProfile'),
        profiles: conf.get('profiles'),
        keys: conf.get('keys'),
      })),
    update(change) {
      guard(path, () => {
        conf.store = change({
          currentProfile: conf.get('currentProfile'),
          profiles: conf.get('profiles'),
          keys: conf.get('keys'),
        })
      })
    },
  }
}

function createConf(home: Home): Conf<Config> {
  return new Conf<Config>({
    cwd: home.configDir,
    configName: 'config',
    projectName: 'metis-seq',
    projectSuffix: '',
    schema: configSchema,
    rootSchema: {additionalProperties: false},
    // Checking our own schema against the schema of schemas costs every start 80 ms; a test does it.
    ajvOptions: {validateSchema: false},
    clearInvalidConfig: false,
    configFileMode: 0o600,
  })
}

function guard<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    const mapped = fromFileError(error, path)
    if (mapped !== error) throw mapped
    throw new MetisSeqError({
      code: 'CONFIG_INVALID',
      message: `The settings file ${path} is not valid: ${jsonFault(error)}.`,
      exit: 'config',
      facts: {path},
      hints: [`Mend ${path}, or move it away and run \`metis-seq init\` again.`],
      cause: error,
    })
  }
}
