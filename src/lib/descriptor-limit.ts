import {readFileSync} from 'node:fs'

/** Descriptors that are taken for granted where the system does not tell its limit. */
const USUAL_DESCRIPTORS = 1_024

/**
 * How many descriptors this process may have. Node raises the soft limit to the hard one when it starts, so this is
 * the hard one as a rule.
 */
export function readDescriptorLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8')
    const soft = /^Max open files\s+(?<soft>\S+)/m.exec(limits)?.groups?.['soft']
    return soft === 'unlimited' ? Infinity : Number(soft ?? USUAL_DESCRIPTORS)
  } catch {
    // Not Linux: what is common there at least.
    return USUAL_DESCRIPTORS
  }
}
