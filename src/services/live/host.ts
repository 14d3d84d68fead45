import {statfsSync} from 'node:fs'
import {cpus, freemem, loadavg, totalmem} from 'node:os'

import type {Context} from '../context.ts'

/** The machine that this program runs on. */
export interface HostLook {
  /** Share of all cores in use since the last look, 0 to 1; null at the first look. */
  cpuShare: number | null
  cores: number
  /** Processes that want to run, over one minute. */
  load: number
  memoryUsedBytes: number
  memoryBytes: number
  diskUsedBytes: number
  diskBytes: number
  /** Days until the disk is full at the rate seen since the start; null while unknown or not filling. */
  diskDaysLeft: number | null
}

/** A trend over less is noise. */
const TREND_MS = 10 * 60_000

/** A reader for repeated looks: shares and trends follow from the look before. */
export function hostReader(context: Context): () => Promise<HostLook> {
  let before: {busy: number; total: number} | undefined
  let start: {atMs: number; usedBytes: number} | undefined
  return async () => {
    const ticks = cpuTicks()
    const total = before ? ticks.total - before.total : 0
    const cpuShare = before && total > 0 ? (ticks.busy - before.busy) / total : null
    before = ticks
    const {bavail, blocks, bsize} = statfsSync(context.home.root)
    const diskBytes = Number(blocks) * Number(bsize)
    const freeBytes = Number(bavail) * Number(bsize)
    const diskUsedBytes = diskBytes - freeBytes
    start ??= {atMs: performance.now(), usedBytes: diskUsedBytes}
    return {
      ...{cpuShare, cores: cpus().length, load: loadavg()[0] ?? 0},
      ...{memoryUsedBytes: totalmem() - freemem(), memoryBytes: totalmem()},
      ...{diskUsedBytes, diskBytes},
      diskDaysLeft: daysLeft(
        freeBytes,
        diskUsedBytes - start.usedBytes,
        performance.now() - start.atMs,
      ),
    }
  }
}

function daysLeft(freeBytes: number, grownBytes: number, overMs: number): number | null {
  if (overMs < TREND_MS || grownBytes <= 0) return null
  return freeBytes / (grownBytes / (overMs / 86_400_000))
}

function cpuTicks(): {busy: number; total: number} {
  let [busy, total] = [0, 0]
  for (const {times} of cpus()) {
    const all = times.user + times.nice + times.sys + times.idle + times.irq
    total += all
    busy += all - times.idle
  }
  return {busy, total}
}
