import {statSync} from 'node:fs'

/**
 * Names one file or directory for good. The number of an inode is given again once the file is gone, and a
 * copy can keep every time but the one of its birth.
 */
export interface FileIdentity {
  inode: string
  /** Nanoseconds since 1970, by the clock of the file system. `0` where it keeps no such time. */
  bornNs: string
  /** Told apart within one run of the system only: after a restart the same disk may have another number. */
  device: string
}

/** @throws {Error} the system's own, such as ENOENT */
export function identifyFile(path: string): FileIdentity {
  const {ino, birthtimeNs, dev} = statSync(path, {bigint: true})
  return {inode: String(ino), bornNs: String(birthtimeNs), device: String(dev)}
}

/** For a note about a directory that is kept in it, and must not count in a copy of that directory. */
export function directoryMark(path: string): string {
  const {inode, bornNs, device} = identifyFile(path)
  return `${device}:${inode}:${bornNs}`
}

/** True where a note was made in that very directory; also for a note of a version that did not say. */
export function isOfDirectory(mark: unknown, path: string): boolean {
  if (mark === undefined) return true
  try {
    return mark === directoryMark(path)
  } catch {
    return false
  }
}
