import {statSync} from 'node:fs'

/**
 * Identifies one file or directory permanently. Inode numbers are reused after deletion, and a copy
 * can preserve every timestamp except the birth time.
 */
export interface FileIdentity {
  inode: string
  /** Nanoseconds since 1970, by the file system's clock. `0` where it has no birth time. */
  bornNs: string
  /** Comparable only within one boot: after a reboot the same disk may have another number. */
  device: string
}

/** @throws {Error} the system's own, such as ENOENT */
export function identifyFile(path: string): FileIdentity {
  const {ino, birthtimeNs, dev} = statSync(path, {bigint: true})
  return {inode: String(ino), bornNs: String(birthtimeNs), device: String(dev)}
}

/** For a marker file in a directory that must be invalid in a copy of that directory. */
export function directoryMark(path: string): string {
  const {inode, bornNs, device} = identifyFile(path)
  return `${device}:${inode}:${bornNs}`
}

/** True when a marker was written in this very directory; also for markers of versions without an identity. */
export function isOfDirectory(mark: unknown, path: string): boolean {
  if (mark === undefined) return true
  try {
    return mark === directoryMark(path)
  } catch {
    return false
  }
}
