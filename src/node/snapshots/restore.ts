/** In: a snapshot and the directory of a stopped node. Out: that node at the snapshot's head. */
import {constants, copyFileSync, existsSync, mkdirSync, renameSync, rmSync} from 'node:fs'
import {join} from 'node:path'

import {MetisSeqError} from '../../lib/errors.ts'
import {fromFileError, fsyncDirectory, fsyncFile} from '../../lib/files.ts'
import {makeDirectory} from '../../lib/make-directory.ts'
import {lockDirectory} from '../../store/dir-lock.ts'
import {SignGuard} from '../../store/sign-guard.ts'
import {
  assertNetwork,
  assertPlainFiles,
  CHAIN_FILE,
  checkSums,
  HISTORY_FILE,
  readManifest,
  type Manifest,
  type SnapshotNetwork,
} from './manifest.ts'

const GUARD_FILE = 'sign-guard.log'
/**
 * Files that a snapshot replaces. The batch cursor is re-read from L1. Sign guard, batch pin, pool
 * and peer key stay: they are this node's promises, transactions and identity.
 */
const REPLACED = [
  ...[CHAIN_FILE, `${CHAIN_FILE}-wal`, `${CHAIN_FILE}-shm`],
  ...[HISTORY_FILE, `${HISTORY_FILE}-wal`, `${HISTORY_FILE}-shm`],
  ...['snapshots', 'batch-cursor.json'],
]

export interface RestorePlan {
  path: string
  dataDir: string
  manifest: Manifest
  /** Existing data that would be moved aside. */
  replaces: string[]
  /**
   * `kept`: the node has one. `made`: a new one is created. Either way it signs only above the
   * restored head.
   */
  signGuard: 'kept' | 'made'
  /** Highest height the kept guard has signed; null when there is none. */
  signedUpTo: number | null
}

/**
 * Plans a restore. Read-only.
 *
 * @throws {MetisSeqError} SNAPSHOT_UNKNOWN, SNAPSHOT_DAMAGED, SNAPSHOT_UNSAFE, SNAPSHOT_FOREIGN,
 * SIGN_GUARD_DAMAGED
 */
export function planRestore(options: {
  path: string
  dataDir: string
  network: SnapshotNetwork
}): RestorePlan {
  const {path, dataDir, network} = options
  const manifest = readManifest(path)
  assertNetwork(manifest, network)
  assertPlainFiles(path, manifest)
  const guard = join(dataDir, GUARD_FILE)
  return {
    ...{path, dataDir, manifest},
    replaces: REPLACED.filter((name) => existsSync(join(dataDir, name))),
    signGuard: existsSync(guard) ? 'kept' : 'made',
    signedUpTo: SignGuard.topOf(guard),
  }
}

/**
 * Gives the node the chain of the snapshot and moves its old data to a directory next to it. A
 * crash at any time leaves the old data, the new data or none in place; the same command then
 * continues.
 *
 * @returns the path of the old data; null if there was none
 * @throws {MetisSeqError} DIRECTORY_LOCKED, the node is running; NODE_HAS_DATA; SNAPSHOT_DAMAGED;
 * DISK_FULL
 */
export async function applyRestore(
  plan: RestorePlan,
  options: {replace: boolean; nowMs: number},
): Promise<{movedTo: string | null}> {
  const {path, dataDir, manifest} = plan
  makeDirectory(dataDir)
  const lock = lockDirectory(dataDir, 'data')
  const incoming = join(dataDir, 'incoming')
  try {
    const present = REPLACED.filter((name) => existsSync(join(dataDir, name)))
    if (present.length > 0 && !options.replace) throw hasData(dataDir)
    rmSync(incoming, {recursive: true, force: true})
    mkdirSync(incoming, {mode: 0o700})
    for (const {name} of manifest.files) {
      copyFileSync(join(path, name), join(incoming, name), constants.COPYFILE_EXCL)
      fsyncFile(join(incoming, name))
    }
    // Copy first: a full or failing disk shows here, before anything is moved.
    await checkSums(incoming, manifest)
    // Before the chain: a node that starts without it could double-sign blocks that were signed
    // elsewhere.
    raiseGuard(join(dataDir, GUARD_FILE), manifest.head.number + 1)
    const movedTo = present.length > 0 ? moveAside(dataDir, present, options.nowMs) : null
    putInPlace(dataDir, incoming, manifest)
    return {movedTo}
  } catch (error) {
    rmSync(incoming, {recursive: true, force: true})
    throw fromFileError(error, dataDir)
  } finally {
    lock.release()
  }
}

function moveAside(dataDir: string, names: readonly string[], nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const aside = join(dataDir, `replaced-${stamp}`)
  makeDirectory(aside)
  for (const name of names) renameSync(join(dataDir, name), join(aside, name))
  fsyncDirectory(aside)
  fsyncDirectory(dataDir)
  return aside
}

/** The chain comes last: without it the node has nothing, and with it everything. */
function putInPlace(dataDir: string, incoming: string, {files}: Manifest): void {
  makeDirectory(join(dataDir, 'snapshots'))
  for (const {name} of files) {
    if (name === CHAIN_FILE) continue
    const isState = name.endsWith('.snapshot')
    renameSync(join(incoming, name), join(dataDir, isState ? 'snapshots' : '.', name))
  }
  fsyncDirectory(join(dataDir, 'snapshots'))
  renameSync(join(incoming, CHAIN_FILE), join(dataDir, CHAIN_FILE))
  rmSync(incoming, {recursive: true, force: true})
  fsyncDirectory(dataDir)
}

/**
 * The guard only grows: its entries stay, and nothing at or below the restored head is signed. It
 * is untrusted, since the snapshot's chain may be older than signatures of the key elsewhere.
 */
function raiseGuard(path: string, floor: number): void {
  const guard = SignGuard.open(path)
  try {
    guard.distrust(floor)
  } finally {
    guard.close()
  }
}

function hasData(dataDir: string): MetisSeqError {
  return new MetisSeqError({
    code: 'NODE_HAS_DATA',
    message: `The node in ${dataDir} already has a chain.`,
    facts: {dataDir},
    hints: ['Pass `--replace`: the current chain is moved aside, not deleted.'],
  })
}
