/** In: the directory of a node, which may be running. Out: a snapshot of it. */
import {copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'

import type {Hash} from 'viem'

import {MetisSeqError} from '../../lib/errors.ts'
import {fromFileError, fsyncDirectory, fsyncFile, writeFileAtomic} from '../../lib/files.ts'
import {makeDirectory} from '../../lib/make-directory.ts'
import {mapSqliteErrors} from '../../lib/sqlite.ts'
import {snapshotMetaOf} from '../engine/create-engine.ts'
import {EngineError} from '../engine/engine.ts'
import {
  CHAIN_FILE,
  HISTORY_FILE,
  MANIFEST_FILE,
  MANIFEST_VERSION,
  sha256Of,
  type Manifest,
  type SnapshotNetwork,
} from './manifest.ts'

export interface CreatedSnapshot {
  name: string
  path: string
  manifest: Manifest
}

/**
 * A consistent copy of the node's current data, complete or not there at all.
 *
 * @param options.root directory of the snapshots; created if missing
 * @throws {MetisSeqError} NOTHING_TO_SNAPSHOT, SNAPSHOT_EXISTS, DISK_FULL, STORE_DAMAGED
 */
export async function createSnapshot(options: {
  dataDir: string
  root: string
  network: SnapshotNetwork
  nowMs: number
}): Promise<CreatedSnapshot> {
  const {dataDir, root, network, nowMs} = options
  if (!existsSync(join(dataDir, CHAIN_FILE))) throw nothing(dataDir)
  const partial = join(root, `.partial-${process.pid}-${nowMs}`)
  try {
    makeDirectory(partial)
    // The history follows the chain, so its copy is made first and is never ahead of the chain.
    if (existsSync(join(dataDir, HISTORY_FILE))) copyDatabase(dataDir, HISTORY_FILE, partial)
    copyDatabase(dataDir, CHAIN_FILE, partial)
    const head = readyCopy(join(partial, CHAIN_FILE), dataDir)
    const engineBlock = copyEngineState(dataDir, partial)
    const manifest: Manifest = {
      version: MANIFEST_VERSION,
      ...{network: network.name, chainId: network.chainId, fingerprint: network.fingerprint},
      ...{head, createdAt: new Date(nowMs).toISOString(), engineBlock},
      files: await filesIn(partial),
    }
    writeFileAtomic(join(partial, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`)
    const name = `${network.name}-${head.number}-${manifest.createdAt.replaceAll(/[-:]|\.\d+/g, '')}`
    const path = join(root, name)
    if (existsSync(path)) throw exists(path)
    renameSync(partial, path)
    fsyncDirectory(root)
    return {name, path, manifest}
  } catch (error) {
    rmSync(partial, {recursive: true, force: true})
    throw fromFileError(error, root)
  }
}

/**
 * A point-in-time copy of a database, even while its owner writes: SQLite copies in one
 * transaction.
 */
function copyDatabase(dataDir: string, name: string, to: string): void {
  const source = join(dataDir, name)
  mapSqliteErrors(source, () => {
    const database = new DatabaseSync(source, {readOnly: true, timeout: 5000})
    try {
      database.prepare('VACUUM INTO ?').run(join(to, name))
    } finally {
      database.close()
    }
  })
}

/**
 * Removes data that belongs to one node from the copy: a block that is executed and perhaps signed
 * there, which no other node may finish.
 */
function readyCopy(file: string, dataDir: string): Manifest['head'] {
  return mapSqliteErrors(file, () => {
    const database = new DatabaseSync(file)
    try {
      database.exec('DELETE FROM candidate')
      const last = database
        .prepare('SELECT number, hash FROM blocks ORDER BY number DESC LIMIT 1')
        .get()
      if (!last) throw nothing(dataDir)
      return {number: Number(last['number']), hash: String(last['hash']) as Hash}
    } finally {
      database.close()
    }
  })
}

/**
 * The newest state that is part of the copied chain. @returns its block, or null when there is none
 */
function copyEngineState(dataDir: string, to: string): number | null {
  const database = new DatabaseSync(join(to, CHAIN_FILE), {readOnly: true})
  try {
    const hashOf = database.prepare('SELECT hash FROM blocks WHERE number = ?')
    for (const number of engineStates(join(dataDir, 'snapshots'))) {
      const name = `${number}.snapshot`
      try {
        // A copy, because the node may remove old ones at any time.
        copyFileSync(join(dataDir, 'snapshots', name), join(to, name))
        if (snapshotMetaOf(join(to, name)).hash === hashOf.get(number)?.['hash']) return number
      } catch (error) {
        if (!(error instanceof EngineError) && !isGone(error)) throw error
      }
      rmSync(join(to, name), {force: true})
    }
    return null
  } finally {
    database.close()
  }
}

/** Block numbers, newest first. */
function engineStates(dir: string): number[] {
  if (!existsSync(dir)) return []
  return readdirSync(dir)
    .flatMap((name) => /^(\d+)\.snapshot$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a)
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

async function filesIn(dir: string): Promise<Manifest['files']> {
  const files = []
  for (const name of readdirSync(dir).sort()) {
    const path = join(dir, name)
    fsyncFile(path)
    files.push({name, bytes: statSync(path).size, sha256: await sha256Of(path)})
  }
  return files
}

function nothing(dataDir: string): MetisSeqError {
  return new MetisSeqError({
    code: 'NOTHING_TO_SNAPSHOT',
    message: `The node in ${dataDir} has no blocks yet.`,
    facts: {dataDir},
    hints: ['Start it first: `metis-seq node start`.'],
  })
}

function exists(path: string): MetisSeqError {
  return new MetisSeqError({
    code: 'SNAPSHOT_EXISTS',
    message: `A snapshot of this block and second already exists: ${path}.`,
    facts: {path},
    hints: ['Run `metis-seq node snapshot list`.'],
  })
}
