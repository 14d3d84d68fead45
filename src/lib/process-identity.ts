import {readFileSync} from 'node:fs'

/** Identifies one process permanently: a pid alone is reused by the system. */
export interface ProcessIdentity {
  pid: number
  /** Start time in clock ticks since boot. Empty where the system does not report it. */
  startTicks: string
}

/** The identity of a live process, or undefined when there is none with that pid. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  if (!isAlive(pid)) return undefined
  const stat = readProcStat(pid)
  if (stat?.hasEnded) return undefined
  return {pid, startTicks: stat?.startTicks ?? ''}
}

/** True when that very process is still running. */
export function isSameProcess(identity: ProcessIdentity): boolean {
  const now = identifyProcess(identity.pid)
  return now !== undefined && now.startTicks === identity.startTicks
}

/** True for a process paused by a signal: it is alive, and does nothing until it is resumed. */
export function isStopped(pid: number): boolean {
  return readProcStat(pid)?.isStopped ?? false
}

/** Identifies one boot of the system. Empty where it is not reported. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM means that it is alive and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function readProcStat(pid: number): ProcStat | undefined {
  try {
    return parseProcStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return undefined
  }
}

interface ProcStat {
  /** Only its exit code is left. */
  hasEnded: boolean
  /** By SIGSTOP or a debugger. */
  isStopped: boolean
  startTicks: string
}

/** @param text of `/proc/PID/stat` */
export function parseProcStat(text: string): ProcStat {
  // The command name may contain spaces and brackets; the fields after the last bracket are regular.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  // A killed process is a zombie as soon as its first thread is gone; its other threads still occupy its ports.
  const isZombie = fields[0] === 'Z' && Number(fields[17] ?? 0) <= 1
  return {
    hasEnded: isZombie,
    isStopped: fields[0] === 'T' || fields[0] === 't',
    startTicks: fields[19] ?? '',
  }
}
