import {readFileSync} from 'node:fs'

/** Default limit where the system does not report one. */
const USUAL_DESCRIPTORS = 1_024

/**
 * Maximum open descriptors of this process. Node raises the soft limit to the hard limit at
 * startup, so this is usually the hard limit.
 */
export function readDescriptorLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8')
    const soft = /^Max open files\s+(?<soft>\S+)/m.exec(limits)?.groups?.['soft']
    return soft === 'unlimited' ? Infinity : Number(soft ?? USUAL_DESCRIPTORS)
  } catch {
    // Not Linux: a common minimum.
    return USUAL_DESCRIPTORS
  }
}
