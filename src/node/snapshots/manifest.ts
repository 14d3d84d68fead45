/**
 * A snapshot of a node is a directory: the chain log, the history, the engine's newest state, and a
 * manifest that says what they are. Never keys, pool or sign guard: those belong to one node.
 */
import {createHash} from 'node:crypto'
import {createReadStream, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import type {Hash, Hex} from 'viem'

import {MetisSeqError, systemErrorCode} from '../../lib/errors.ts'
import {isRecord} from '../../lib/json.ts'

export const MANIFEST_FILE = 'manifest.json'
export const CHAIN_FILE = 'chain.sqlite'
export const HISTORY_FILE = 'history.sqlite'
/** Shape of the directory. One of another version is refused, never guessed at. */
export const MANIFEST_VERSION = 1

export interface SnapshotFile {
  name: string
  bytes: number
  sha256: string
}

export interface Manifest {
  version: typeof MANIFEST_VERSION
  network: string
  chainId: number
  /** Genesis, engine flags and engine version in one hash. */
  fingerprint: Hex
  head: {number: number; hash: Hash}
  /** ISO 8601. */
  createdAt: string
  /** Block of the engine's state; null when the node had saved none, and all is executed again. */
  engineBlock: number | null
  files: SnapshotFile[]
}

/** What a snapshot has to be of. */
export interface SnapshotNetwork {
  name: string
  chainId: number
  fingerprint: Hex
}

export interface ListedSnapshot {
  name: string
  path: string
  /** Null when it is not readable; `problem` then says why. */
  manifest: Manifest | null
  problem: string | null
  bytes: number
}

/** @throws {MetisSeqError} SNAPSHOT_UNKNOWN, SNAPSHOT_DAMAGED */
export function readManifest(path: string): Manifest {
  let text: string
  try {
    text = readFileSync(join(path, MANIFEST_FILE), 'utf8')
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT' && systemErrorCode(error) !== 'ENOTDIR') throw error
    throw new MetisSeqError({
      code: 'SNAPSHOT_UNKNOWN',
      message: `There is no snapshot at ${path}.`,
      exit: 'not-found',
      facts: {path},
      hints: ['metis-seq node snapshot list'],
      cause: error,
    })
  }
  const manifest = parseManifest(text)
  if (manifest) return manifest
  throw damaged(path, 'its manifest is not readable')
}

function parseManifest(text: string): Manifest | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value) || value['version'] !== MANIFEST_VERSION) return undefined
  const {network, chainId, fingerprint, head, createdAt, engineBlock, files} = value
  const isWhole =
    [network, fingerprint, createdAt].every((each) => typeof each === 'string') &&
    typeof chainId === 'number' &&
    (engineBlock === null || typeof engineBlock === 'number') &&
    isRecord(head) &&
    typeof head['number'] === 'number' &&
    typeof head['hash'] === 'string' &&
    Array.isArray(files) &&
    files.every(isFile)
  return isWhole ? (value as unknown as Manifest) : undefined
}

/** A name with a slash could reach outside of the directory. */
function isFile(value: unknown): boolean {
  return (
    isRecord(value) &&
    /^[\w.-]+$/.test(String(value['name'])) &&
    typeof value['bytes'] === 'number' &&
    /^[0-9a-f]{64}$/.test(String(value['sha256']))
  )
}

/** Everything in a directory that is or was meant to be a snapshot, the newest first. */
export function listSnapshots(root: string): ListedSnapshot[] {
  return directoriesIn(root)
    .map((name) => describe(root, name))
    .sort((a, b) => createdAt(b).localeCompare(createdAt(a)) || b.name.localeCompare(a.name))
}

function directoriesIn(root: string): string[] {
  try {
    return readdirSync(root, {withFileTypes: true})
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({name}) => name)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
}

function describe(root: string, name: string): ListedSnapshot {
  const path = join(root, name)
  try {
    const manifest = readManifest(path)
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0)
    return {name, path, manifest, problem: null, bytes}
  } catch (error) {
    if (!(error instanceof MetisSeqError)) throw error
    return {name, path, manifest: null, problem: error.message, bytes: 0}
  }
}

function createdAt({manifest}: ListedSnapshot): string {
  return manifest?.createdAt ?? ''
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path)) hash.update(part as Buffer)
  return hash.digest('hex')
}

/**
 * Every file has the bytes that the manifest names.
 *
 * @param dir where the files are; their copies may be checked instead of the snapshot itself
 * @throws {MetisSeqError} SNAPSHOT_DAMAGED
 */
export async function checkSums(dir: string, {files}: Manifest): Promise<void> {
  for (const {name, sha256} of files) {
    const found = await sha256Of(join(dir, name)).catch((error: unknown) => {
      if (systemErrorCode(error) === 'ENOENT') return null
      throw error
    })
    if (found === null) throw damaged(dir, `${name} is missing`)
    if (found !== sha256) throw damaged(dir, `${name} has other bytes than its manifest says`)
  }
}

/** @throws {MetisSeqError} SNAPSHOT_FOREIGN */
export function assertNetwork(manifest: Manifest, network: SnapshotNetwork): void {
  const {chainId, fingerprint} = manifest
  if (chainId === network.chainId && fingerprint === network.fingerprint) return
  throw new MetisSeqError({
    code: 'SNAPSHOT_FOREIGN',
    message: `The snapshot is of ${manifest.network} with another genesis or engine than ${network.name} has here.`,
    exit: 'config',
    facts: {
      snapshot: `${chainId} ${fingerprint}`,
      network: `${network.chainId} ${network.fingerprint}`,
    },
    hints: ['Choose the network it belongs to with `--network`, or update the network document.'],
  })
}

export function damaged(path: string, why: string): MetisSeqError {
  return new MetisSeqError({
    code: 'SNAPSHOT_DAMAGED',
    message: `The snapshot at ${path} is damaged: ${why}.`,
    exit: 'critical',
    facts: {path, why},
    hints: ['Use another one: `metis-seq node snapshot list`.'],
  })
}
