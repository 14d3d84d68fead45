/** In: a snapshot and the directory of a node that does not run. Out: that node at the snapshot's head. */
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
 * What a snapshot stands in for. The batch cursor is read again from L1. Sign guard, batch pin, pool and
 * peer key stay: they are what this node has promised, holds and is.
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
  /** What is there and would be moved aside. */
  replaces: string[]
  /** `kept`: the node has one. `made`: it gets one. Either lets it sign only above the restored head. */
  signGuard: 'kept' | 'made'
  /** Highest height the kept guard has signed; null when there is none. */
  signedUpTo: number | null
}

/**
 * What a restore would do. Reads only.
 *
 * @throws {MetisSeqError} SNAPSHOT_UNKNOWN, SNAPSHOT_DAMAGED, SNAPSHOT_UNSAFE, SNAPSHOT_FOREIGN,
 *   SIGN_GUARD_DAMAGED
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
 * The node has the chain of the snapshot, and what it had is in a directory beside. A crash at any moment
 * leaves the old data, the new, or none in place; the same command then goes on.
 *
 * @returns where the old data is; null when there was none
 * @throws {MetisSeqError} DIRECTORY_LOCKED, the node runs; NODE_HAS_DATA; SNAPSHOT_DAMAGED; DISK_FULL
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
    // The copies: a disk that is full or failing shows here, before anything is moved.
    await checkSums(incoming, manifest)
    // Before the chain: a node that could start without it could sign again what was signed elsewhere.
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

/** The chain last: without it the node has nothing, and with it it has everything. */
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
 * The guard only grows: what it holds stays, and nothing at or below the restored head is signed. It is
 * not trusted, since the chain of the snapshot may be older than what the key has signed elsewhere.
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
    message: `The node in ${dataDir} has a chain of its own.`,
    facts: {dataDir},
    hints: ['Pass `--replace`: the current chain is moved aside, not deleted.'],
  })
}
