/**
 * A snapshot of a node is a directory: the chain log, the history, the engine's newest state, and a
 * manifest that describes them. Never keys, pool or sign guard: those belong to one node.
 */
import {createHash} from 'node:crypto'
import {createReadStream, lstatSync, readdirSync} from 'node:fs'
import {join} from 'node:path'

import type {Hash, Hex} from 'viem'

import {MetisSeqError, systemErrorCode} from '../../lib/errors.ts'
import {isRecord} from '../../lib/json.ts'
import {parseJson} from '../../lib/parse-json.ts'
import {FileRefused, readBoundedText} from '../../lib/read-file.ts'
import {assertLoadable} from '../engine/create-engine.ts'
import {EngineError} from '../engine/engine.ts'

export const MANIFEST_FILE = 'manifest.json'
export const CHAIN_FILE = 'chain.sqlite'
export const HISTORY_FILE = 'history.sqlite'
/** Format version of the directory. Other versions are rejected, never guessed. */
export const MANIFEST_VERSION = 1
/** A manifest lists three files. */
const MANIFEST_BYTES = 64 * 1024

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
  /**
   * Block of the engine's state; null when the node had saved none and everything must be
   * re-executed.
   */
  engineBlock: number | null
  files: SnapshotFile[]
}

/** Required properties of a snapshot. */
export interface SnapshotNetwork {
  name: string
  chainId: number
  fingerprint: Hex
}

export interface ListedSnapshot {
  name: string
  path: string
  /** Null when unreadable; then `problem` has the reason. */
  manifest: Manifest | null
  problem: string | null
  bytes: number
}

/** @throws {MetisSeqError} SNAPSHOT_UNKNOWN, SNAPSHOT_DAMAGED, SNAPSHOT_UNSAFE */
export function readManifest(path: string): Manifest {
  const file = join(path, MANIFEST_FILE)
  let text: string
  try {
    const stats = lstatSync(file)
    if (!stats.isFile()) throw unsafe(path, MANIFEST_FILE, 'is not a regular file')
    if (stats.size > MANIFEST_BYTES) throw damaged(path, 'its manifest is too long')
    text = readBoundedText(file, MANIFEST_BYTES)
  } catch (error) {
    if (error instanceof FileRefused) throw damaged(path, `of its manifest, ${error.message}`)
    if (systemErrorCode(error) !== 'ENOENT' && systemErrorCode(error) !== 'ENOTDIR') throw error
    throw new MetisSeqError({
      code: 'SNAPSHOT_UNKNOWN',
      message: `There is no snapshot at ${path}.`,
      facts: {path},
      hints: ['Run `metis-seq node snapshot list`.'],
      cause: error,
    })
  }
  const manifest = parseManifest(text)
  if (!manifest) throw damaged(path, 'its manifest is unreadable')
  assertFileNames(path, manifest)
  return manifest
}

/**
 * A snapshot contains the chain, its history and one engine state, under exactly these names. Any
 * other file, such as a sign guard or a peer key, belongs to one node and must never come from
 * elsewhere.
 */
function assertFileNames(path: string, {files, engineBlock}: Manifest): void {
  const allowed = [CHAIN_FILE, HISTORY_FILE]
  if (engineBlock !== null) allowed.push(`${engineBlock}.snapshot`)
  const seen = new Set<string>()
  for (const {name} of files) {
    if (!allowed.includes(name)) throw unsafe(path, name, 'is not part of a snapshot')
    if (seen.has(name)) throw unsafe(path, name, 'is listed twice')
    seen.add(name)
  }
  if (!seen.has(CHAIN_FILE)) throw damaged(path, `its manifest does not list ${CHAIN_FILE}`)
  if (engineBlock !== null && !seen.has(`${engineBlock}.snapshot`)) {
    throw damaged(path, `its manifest does not list ${engineBlock}.snapshot`)
  }
}

function parseManifest(text: string): Manifest | undefined {
  let value: unknown
  try {
    value = parseJson(text)
  } catch {
    return undefined
  }
  if (!isRecord(value) || value['version'] !== MANIFEST_VERSION) return undefined
  const {network, chainId, fingerprint, head, createdAt, engineBlock, files} = value
  const isWhole =
    [network, fingerprint, createdAt].every((each) => typeof each === 'string') &&
    isCount(chainId) &&
    (engineBlock === null || isCount(engineBlock)) &&
    isRecord(head) &&
    isCount(head['number']) &&
    typeof head['hash'] === 'string' &&
    Array.isArray(files) &&
    files.every(isFile)
  return isWhole ? (value as unknown as Manifest) : undefined
}

function isFile(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value['name'] === 'string' &&
    isCount(value['bytes']) &&
    /^[0-9a-f]{64}$/.test(String(value['sha256']))
  )
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

/** All complete or broken snapshots in a directory, newest first. */
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
 * Checks that every file is a regular file of the size in the manifest: a link or pipe would be
 * read from elsewhere.
 *
 * @throws {MetisSeqError} SNAPSHOT_DAMAGED, SNAPSHOT_UNSAFE
 */
export function assertPlainFiles(dir: string, {files}: Manifest): void {
  for (const {name, bytes} of files) {
    const stats = lstatSync(join(dir, name), {throwIfNoEntry: false})
    if (!stats) throw damaged(dir, `${name} is missing`)
    if (!stats.isFile()) throw unsafe(dir, name, 'is not a regular file')
    if (stats.size !== bytes) throw damaged(dir, `${name} does not match its manifest`)
  }
}

/**
 * Checks that every file matches the checksum in the manifest.
 *
 * @param dir directory of the files; copies may be checked instead of the snapshot itself
 * @throws {MetisSeqError} SNAPSHOT_DAMAGED, SNAPSHOT_UNSAFE
 */
export async function checkSums(dir: string, manifest: Manifest): Promise<void> {
  assertPlainFiles(dir, manifest)
  for (const {name, sha256} of manifest.files) {
    const found = await sha256Of(join(dir, name))
    if (found !== sha256) throw damaged(dir, `${name} does not match its manifest`)
    if (name.endsWith('.snapshot')) await checkState(dir, name)
  }
}

/**
 * Checksums may match while the content is crafted to exhaust the memory of the node that unpacks
 * it.
 */
async function checkState(dir: string, name: string): Promise<void> {
  try {
    await assertLoadable(join(dir, name))
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    throw damaged(dir, `${name}: ${error.message.replace(/\.$/, '')}`)
  }
}

/** @throws {MetisSeqError} SNAPSHOT_FOREIGN */
export function assertNetwork(manifest: Manifest, network: SnapshotNetwork): void {
  const {chainId, fingerprint} = manifest
  if (chainId === network.chainId && fingerprint === network.fingerprint) return
  throw new MetisSeqError({
    code: 'SNAPSHOT_FOREIGN',
    message: `The snapshot belongs to ${manifest.network} with a different genesis or engine than ${network.name} has here.`,
    facts: {
      snapshot: `${chainId} ${fingerprint}`,
      network: `${network.chainId} ${network.fingerprint}`,
    },
    hints: ['Choose the network it belongs to with `--network`, or update the network document.'],
  })
}

function unsafe(path: string, name: string, why: string): MetisSeqError {
  const file = JSON.stringify(name.slice(0, 100))
  return new MetisSeqError({
    code: 'SNAPSHOT_UNSAFE',
    message: `The snapshot at ${path} is refused: ${file} ${why}.`,
    facts: {path, file: name.slice(0, 100), why},
    hints: [
      'Do not use it: it was crafted to overwrite data that belongs to this node alone.',
      'Use another one: `metis-seq node snapshot list`.',
    ],
  })
}

export function damaged(path: string, why: string): MetisSeqError {
  return new MetisSeqError({
    code: 'SNAPSHOT_DAMAGED',
    message: `The snapshot at ${path} is damaged: ${why}.`,
    facts: {path, why},
    hints: ['Use another one: `metis-seq node snapshot list`.'],
  })
}
