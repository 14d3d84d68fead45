import {createReadStream, statSync} from 'node:fs'

import {systemClock} from '../lib/clock.ts'

const POLL_MS = 200

/** Prints lines appended to a file until the signal aborts. A truncated file is read from the start. */
export async function follow(path: string, signal: AbortSignal): Promise<void> {
  let offset = sizeOf(path)
  while (!signal.aborted) {
    const size = sizeOf(path)
    if (size < offset) offset = 0
    if (size > offset) {
      for await (const chunk of createReadStream(path, {start: offset, end: size - 1})) {
        process.stdout.write(chunk as Buffer)
      }
      offset = size
    }
    await systemClock.sleep(POLL_MS, signal).catch(() => {})
  }
}

function sizeOf(path: string): number {
  return statSync(path, {throwIfNoEntry: false})?.size ?? 0
}
