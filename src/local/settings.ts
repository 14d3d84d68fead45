import {existsSync} from 'node:fs'
import {join} from 'node:path'

import {MetisSeqError} from '../lib/errors.ts'
import {writeFileAtomic} from '../lib/files.ts'
import {readBoundedText, DOCUMENT_FILE_BYTES} from '../lib/read-file.ts'
import {isRecord} from '../lib/json.ts'
import {parseJson} from '../lib/parse-json.ts'
import {lstIds, type LstId} from '../protocol/lst/providers.ts'
import type {Home} from '../store/home.ts'
import type {LocalPart} from '../protocol/local-parts.ts'

export const LOCAL_NETWORK = 'local'
export const LOCAL_L1_CHAIN_ID = 31_337
/** Not 1088, so that nothing signed in a rehearsal is valid on a real chain. */
export const LOCAL_L2_CHAIN_ID = 108_800

/** Settings chosen when a local network is created, fixed for its lifetime. */
export interface LocalSettings {
  /** Sequencers that are registered from the start. */
  nodes: number
  /** Length of an L2 block slot in milliseconds. */
  slotMs: number
  /** Time between L1 blocks in seconds; 12 on Ethereum. */
  l1BlockSeconds: number
  /** Blocks of an epoch. */
  epochLength: number
  /** Seconds without a block before a respan. */
  respanDelaySeconds: number
  /** Epochs paid with one reward batch. */
  rewardBatchEpochs: number
  /** Blocks between the genesis and block 16,500,000. */
  blocksBeforeFork: number
  /** First port, used by L1; the others follow. */
  basePort: number
  /** Mainnet's two extra rules in LockingPool. */
  mainnetRules: boolean
  /** Optional parts. */
  with: readonly LocalPart[]
  /** Delay of every liquid-staking provider. Absent: those that they promise, which are days. */
  lstDelaySeconds?: number
}

export const defaultSettings: LocalSettings = {
  nodes: 3,
  slotMs: 2000,
  l1BlockSeconds: 1,
  epochLength: 10,
  respanDelaySeconds: 10,
  rewardBatchEpochs: 2,
  blocksBeforeFork: 30,
  basePort: 18_545,
  mainnetRules: true,
  with: [],
}

/** The local network as created. */
export interface LocalState {
  version: 1
  /** `creating` until every step of the first start is done. */
  phase: 'creating' | 'ready'
  createdAt: string
  settings: LocalSettings
  /** Profiles of the sequencers that were registered at the start. */
  profiles: string[]
  /** Keys created for the network; deleted with it. */
  keys: string[]
}

export interface LocalPaths {
  root: string
  stateFile: string
  passwordFile: string
  l1Dir: string
  l1GenesisFile: string
  l2GenesisFile: string
  posDir: string
}

export function localPaths(home: Home): LocalPaths {
  const root = home.localDir
  return {
    root,
    stateFile: join(root, 'state.json'),
    passwordFile: join(root, 'password'),
    l1Dir: join(root, 'l1'),
    l1GenesisFile: join(root, 'l1', 'genesis.json'),
    l2GenesisFile: join(root, 'l2-genesis.json'),
    posDir: join(root, 'pos'),
  }
}

export interface LocalPorts {
  l1: number
  pos: number
  /** Of the sequencer with this number, from 1. */
  nodeRpc(sequencer: number): number
  nodePeer(sequencer: number): number
}

export function localPorts({basePort}: Pick<LocalSettings, 'basePort'>): LocalPorts {
  return {
    l1: basePort,
    pos: basePort + 1,
    nodeRpc: (sequencer) => basePort + sequencer * 10,
    nodePeer: (sequencer) => basePort + sequencer * 10 + 1,
  }
}

/** A sequencer from the start: of an operator, or of a liquid-staking provider. */
export interface LocalSequencer {
  profile: string
  /** Null: its owner is an account of an operator. */
  provider: LstId | null
}

/** In the order in which they are registered and numbered. */
export function sequencersOf({nodes, with: parts}: LocalSettings): LocalSequencer[] {
  const operators = Array.from({length: nodes}, (_, index) => ({
    ...{profile: `seq-${index + 1}`, provider: null},
  }))
  const providers = lstIds.map((id) => ({profile: `${id}-1`, provider: id}))
  return parts.includes('lst') ? [...operators, ...providers] : operators
}

/** Undefined: no local network exists. */
export function readLocalState(home: Home): LocalState | undefined {
  const {stateFile} = localPaths(home)
  if (!existsSync(stateFile)) return undefined
  let value: unknown
  try {
    value = parseJson(readBoundedText(stateFile, DOCUMENT_FILE_BYTES))
  } catch {
    value = undefined
  }
  if (isRecord(value) && value['version'] === 1 && isRecord(value['settings'])) {
    const state = value as unknown as LocalState
    // A network of an earlier version has none.
    return {...state, settings: {...state.settings, with: state.settings.with ?? []}}
  }
  throw new MetisSeqError({
    code: 'LOCAL_STATE_INVALID',
    message: `${stateFile} is not the state of a local network.`,
    facts: {path: stateFile},
    hints: [
      'Run `metis-seq local reset`, then `metis-seq local up`, to recreate the local network.',
    ],
  })
}

/** @throws {MetisSeqError} LOCAL_MISSING, LOCAL_HALF_MADE, LOCAL_STATE_INVALID */
export function requireLocalState(home: Home): LocalState {
  const state = readLocalState(home)
  if (state?.phase === 'ready') return state
  if (state) throw halfMade(state)
  throw new MetisSeqError({
    code: 'LOCAL_MISSING',
    message: 'There is no local network yet.',
    hints: ['Run `metis-seq local up` to create one.'],
  })
}

export function halfMade(state: LocalState): MetisSeqError {
  return new MetisSeqError({
    code: 'LOCAL_HALF_MADE',
    message: `The creation of the local network was interrupted at ${state.createdAt}.`,
    facts: {createdAt: state.createdAt},
    hints: ['Run `metis-seq local reset`, then `metis-seq local up`.'],
  })
}

export function saveLocalState(home: Home, state: LocalState): void {
  writeFileAtomic(localPaths(home).stateFile, `${JSON.stringify(state, null, 2)}\n`)
}
