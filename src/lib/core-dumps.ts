import {writeFileSync} from 'node:fs'

/**
 * Keeps the memory of this process, and of every process it starts, out of core files: the kernel then
 * writes the registers and no page of ours. Works for cores that are piped to a collector too, which a
 * limit of 0 does not stop. Without Linux, or without /proc, nothing changes.
 */
export function keepMemoryOutOfCores(): void {
  try {
    writeFileSync('/proc/self/coredump_filter', '0')
  } catch {
    // Nothing an operator can do about it now, and no reason not to work.
  }
}
