/** Memory of processes and size of files, as the system counts them. */
import {readdirSync, readFileSync, statSync} from 'node:fs'
import {loadavg} from 'node:os'
import {join} from 'node:path'

/** Resident memory in MB; 0 for a process that is gone. */
export function residentMb(pid: number | undefined): number {
  try {
    const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return match ? Number(match[1]) / 1024 : 0
  } catch {
    return 0
  }
}

/** Bytes of all files in a directory and below. */
export function directoryBytes(dir: string): number {
  let bytes = 0
  for (const entry of readdirSync(dir, {withFileTypes: true, recursive: true})) {
    if (!entry.isFile()) continue
    try {
      bytes += statSync(join(entry.parentPath, entry.name)).size
    } catch {
      // It was replaced or removed since the listing.
    }
  }
  return bytes
}

/** Rise per x of the straight line with the least squares. */
export function slope(points: readonly {x: number; y: number}[]): number {
  const meanX = points.reduce((sum, {x}) => sum + x, 0) / points.length
  const meanY = points.reduce((sum, {y}) => sum + y, 0) / points.length
  const above = points.reduce((sum, {x, y}) => sum + (x - meanX) * (y - meanY), 0)
  const below = points.reduce((sum, {x}) => sum + (x - meanX) ** 2, 0)
  return below === 0 ? 0 : above / below
}

export function loadOfMachine(): string {
  return `load of the machine ${loadavg()
    .map((value) => value.toFixed(1))
    .join(' ')}`
}

/** The smallest value that this part of all values does not exceed. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN
}
