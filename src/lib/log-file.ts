/** A bounded log that a background process writes through its standard output. */
import {copyFileSync, existsSync, fstatSync, ftruncateSync, renameSync, writeSync} from 'node:fs'

/** Set by the starter of a background process: the file of its output. */
export const LOG_FILE_VARIABLE = 'METIS_SEQ_LOG_FILE'

/** A calm node writes 2 MB a day at `info`, so this is ten days; a flood of lines fills it in minutes. */
const LOG_BYTES = 20_000_000
/** Including the current one: at most 80 MB. */
const OLD_LOGS = 3
const STDOUT = 1

/** Newest first: the current file, then `node.log.1` and so on; those that exist. */
export function logFiles(file: string): string[] {
  const old = Array.from({length: OLD_LOGS}, (_, index) => `${file}.${index + 1}`)
  return [file, ...old].filter((path) => existsSync(path))
}

/**
 * Writes lines to standard output. When that is the file set in the environment, it is rotated
 * before it grows without bound: copied aside and truncated, since a running program cannot switch
 * its output.
 *
 * Lines that cannot be written are lost and counted, and the next successful line reports how many:
 * a full disk, or a closed reader, never stops a node.
 */
export function openLogSink(
  file = process.env[LOG_FILE_VARIABLE],
  maxBytes = LOG_BYTES,
  descriptor = STDOUT,
): (line: string) => void {
  // A pipe or a terminal may not accept a line at once; the stream buffers it, and its errors are ignored.
  if (!isFile(descriptor)) {
    process.stdout.on('error', () => {})
    return (line) => void process.stdout.write(line)
  }
  const output = new LogFile(descriptor)
  let size = fstatSync(descriptor).size
  return (line) => {
    size += Buffer.byteLength(line)
    if (file && size > maxBytes) {
      rotate(file, descriptor)
      size = Buffer.byteLength(line)
    }
    output.write(line)
  }
}

/** A file that may be full. */
class LogFile {
  readonly #descriptor: number
  #lost = 0
  /** True when the last line was truncated by a full disk. */
  #isCut = false

  constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  write(line: string): void {
    try {
      if (this.#lost > 0) {
        const event = {
          at: new Date().toISOString(),
          level: 'warn',
          part: 'log',
          event: 'lines lost',
        }
        this.#put(`${this.#isCut ? '\n' : ''}${JSON.stringify({...event, lost: this.#lost})}\n`)
        this.#lost = 0
      }
      this.#put(line)
    } catch {
      this.#lost++
    }
  }

  #put(text: string): void {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; ) {
      at += writeSync(this.#descriptor, bytes, at)
      this.#isCut = at < bytes.length
    }
  }
}

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile()
  } catch {
    return false
  }
}

/** A full disk must not stop a node: the log is then left unchanged. */
function rotate(file: string, descriptor: number): void {
  try {
    for (let index = OLD_LOGS - 1; index >= 1; index--) {
      if (existsSync(`${file}.${index}`)) renameSync(`${file}.${index}`, `${file}.${index + 1}`)
    }
    copyFileSync(file, `${file}.1`)
    ftruncateSync(descriptor, 0)
  } catch {
    // The next line tries again.
  }
}
