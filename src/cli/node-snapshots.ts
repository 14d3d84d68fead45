import {existsSync, rmSync} from 'node:fs'
import {isAbsolute, join, resolve} from 'node:path'

import {systemClock} from '../lib/clock.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {silentLogger} from '../lib/log.ts'
import {makeScratchDirectory} from '../lib/trusted-path.ts'
import {readGenesis, type Genesis} from '../node/engine/genesis.ts'
import {createSnapshot, type CreatedSnapshot} from '../node/snapshots/create.ts'
import {
  listSnapshots,
  type ListedSnapshot,
  type SnapshotNetwork,
} from '../node/snapshots/manifest.ts'
import {applyPrune, planPrune, type PrunePlan} from '../node/snapshots/prune.ts'
import {applyRestore, planRestore, type RestorePlan} from '../node/snapshots/restore.ts'
import {
  verifySnapshot,
  type SnapshotProgress,
  type VerifiedSnapshot,
} from '../node/snapshots/verify.ts'
import type {Context} from '../services/context.ts'
import {requireBundledNetwork, requireNode} from '../services/node/node-runtime.ts'

/** Stands for the newest snapshot. */
export const LATEST = 'latest'

export interface SnapshotPlace {
  /** Directory of the snapshots of this profile's node. */
  root: string
  /** Of the node. */
  dataDir: string
  network: SnapshotNetwork
  genesis: Genesis
  /** Its network has no value at stake. */
  isRehearsal: boolean
}

/**
 * @param dir undefined: `snapshots/<profile>` in the tool's directory
 * @throws {MetisSeqError} NODE_NOT_SET_UP, NETWORK_HAS_NO_NODE, GENESIS_UNREADABLE
 */
export function snapshotPlace(context: Context, dir: string | undefined): SnapshotPlace {
  const {name, dir: dataDir} = requireNode(context)
  const {genesisFile} = requireBundledNetwork(context)
  const {chainId} = context.network.l2
  const genesis = readGenesis(genesisFile)
  return {
    root: dir === undefined ? join(context.home.root, 'snapshots', name) : resolve(dir),
    dataDir,
    network: {name: context.networkName, chainId, fingerprint: genesis.fingerprint},
    genesis,
    isRehearsal: context.network.kind === 'local',
  }
}

export function takeSnapshot({dataDir, root, network}: SnapshotPlace): Promise<CreatedSnapshot> {
  return createSnapshot({dataDir, root, network, nowMs: Date.now()})
}

export function snapshotsIn({root}: SnapshotPlace): ListedSnapshot[] {
  return listSnapshots(root)
}

/** @param name in the directory of snapshots, a path, or `latest` */
export function findSnapshot({root, network}: SnapshotPlace, name: string): string {
  if (name !== LATEST)
    return isAbsolute(name) || existsSync(name) ? resolve(name) : join(root, name)
  const newest = listSnapshots(root).find(
    ({manifest}) => manifest?.fingerprint === network.fingerprint,
  )
  if (newest) return newest.path
  throw new MetisSeqError({
    code: 'SNAPSHOT_UNKNOWN',
    message: `There is no snapshot of ${network.name} in ${root}.`,
    facts: {root},
    hints: ['Run `metis-seq node snapshot create`.'],
  })
}

/** Works in a temporary directory. */
export async function verifyNodeSnapshot(
  place: SnapshotPlace,
  path: string,
  options: {
    fromGenesis: boolean
    signal: AbortSignal
    onProgress(progress: SnapshotProgress): void
  },
): Promise<VerifiedSnapshot> {
  const dir = makeScratchDirectory('metis-seq-snapshot-')
  try {
    const {genesis, isRehearsal} = place
    return await verifySnapshot({
      ...{path, genesis, isRehearsal, dir, clock: systemClock, logger: silentLogger},
      ...options,
    })
  } finally {
    rmSync(dir, {recursive: true, force: true})
  }
}

export function planNodeRestore({dataDir, network}: SnapshotPlace, path: string): RestorePlan {
  return planRestore({path, dataDir, network})
}

export function restoreNode(
  plan: RestorePlan,
  replace: boolean,
): Promise<{movedTo: string | null}> {
  return applyRestore(plan, {replace, nowMs: Date.now()})
}

export function planSnapshotPrune({root, network}: SnapshotPlace, keep: number): PrunePlan {
  return planPrune(root, network, keep)
}

export const pruneSnapshots = applyPrune
