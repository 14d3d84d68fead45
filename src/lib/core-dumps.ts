import {writeFileSync} from 'node:fs'

/**
 * Keeps the memory of this process and its children out of core files: the kernel then writes the
 * registers and none of our pages. Also covers cores piped to a collector, which a limit of 0 does
 * not. Without Linux or /proc, it does nothing.
 */
export function keepMemoryOutOfCores(): void {
  try {
    writeFileSync('/proc/self/coredump_filter', '0')
  } catch {
    // The operator cannot change it now, and it is no reason to fail.
  }
}
