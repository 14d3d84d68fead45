import {readFileSync} from 'node:fs'

/** Names one process for good: a pid alone is reused by the system. */
export interface ProcessIdentity {
  pid: number
  /** Start time in clock ticks since boot. Empty where the system does not tell. */
  startTicks: string
}

/** The identity of a live process, or undefined when none has that pid. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  if (!isAlive(pid)) return undefined
  const stat = readProcStat(pid)
  if (stat?.hasEnded) return undefined
  return {pid, startTicks: stat?.startTicks ?? ''}
}

/** True when that very process still runs. */
export function isSameProcess(identity: ProcessIdentity): boolean {
  const now = identifyProcess(identity.pid)
  return now !== undefined && now.startTicks === identity.startTicks
}

/** True for a process that a signal has stopped: it lives, and does nothing until it is continued. */
export function isStopped(pid: number): boolean {
  return readProcStat(pid)?.isStopped ?? false
}

/** Names one run of the system, from its start to its end. Empty where it does not tell. */
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
    // EPERM means that it lives and belongs to someone else.
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
  /** Nothing of it is left but its exit code. */
  hasEnded: boolean
  /** By SIGSTOP or a debugger. */
  isStopped: boolean
  startTicks: string
}

/** @param text of `/proc/PID/stat` */
export function parseProcStat(text: string): ProcStat {
  // The command name may hold spaces and brackets; the fields after the last bracket are regular.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  // A killed process is a zombie as soon as its first thread is gone; the others still hold its ports.
  const isZombie = fields[0] === 'Z' && Number(fields[17] ?? 0) <= 1
  return {
    hasEnded: isZombie,
    isStopped: fields[0] === 'T' || fields[0] === 't',
    startTicks: fields[19] ?? '',
  }
}
