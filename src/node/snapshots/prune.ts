/** In: a directory of snapshots. Out: only the newest of one network remain. */
import {renameSync, rmSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'

import {listSnapshots, type ListedSnapshot, type SnapshotNetwork} from './manifest.ts'

export interface PrunePlan {
  kept: ListedSnapshot[]
  removed: ListedSnapshot[]
  freedBytes: number
}

/** Snapshots of other networks and unreadable ones are never touched. @param keep at least 1 */
export function planPrune(root: string, network: SnapshotNetwork, keep: number): PrunePlan {
  const ours = listSnapshots(root).filter(
    ({manifest}) =>
      manifest?.chainId === network.chainId && manifest.fingerprint === network.fingerprint,
  )
  const removed = ours.slice(keep)
  const freedBytes = removed.reduce((sum, {bytes}) => sum + bytes, 0)
  return {kept: ours.slice(0, keep), removed, freedBytes}
}

/** A crash midway leaves no partial snapshot in the snapshot directory. */
export function applyPrune({removed}: PrunePlan): void {
  for (const {path} of removed) {
    const hidden = join(dirname(path), `.removed-${basename(path)}`)
    renameSync(path, hidden)
    rmSync(hidden, {recursive: true, force: true})
  }
}
