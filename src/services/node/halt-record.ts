import {rmSync} from 'node:fs'
import {join} from 'node:path'

import type {HaltRecord} from '../../health/snapshot.ts'
import {writeFileAtomic} from '../../lib/files.ts'
import {isErrorCode, type ErrorCode} from '../../lib/error-codes/index.ts'
import {isExitName} from '../../lib/exit-codes.ts'
import {readBoundedText, RECORD_FILE_BYTES} from '../../lib/read-file.ts'
import {isRecord} from '../../lib/json.ts'

/** Records why a node ended, for readers after its end. */
export function writeHalt(dir: string, record: HaltRecord): void {
  writeFileAtomic(fileOf(dir), `${JSON.stringify(record)}\n`, 0o600)
}

/**
 * A restarted node gets a fresh start and reports its own findings.
 *
 * @param isMended matches codes that no longer count; without it none do
 */
export function clearHalt(dir: string, isMended: (code: ErrorCode) => boolean = () => true): void {
  const halt = readHalt(dir)
  if (halt === null || isMended(halt.code)) rmSync(fileOf(dir), {force: true})
}

/** Null when the last run of the node ended without one, or the record is damaged. */
export function readHalt(dir: string): HaltRecord | null {
  try {
    const file = fileOf(dir)
    const value: unknown = JSON.parse(readBoundedText(file, RECORD_FILE_BYTES))
    if (!isRecord(value)) return null
    const {code, message, exit, atMs} = value
    if (typeof code !== 'string' || typeof message !== 'string') return null
    if (typeof atMs !== 'number' || typeof exit !== 'string' || !isExitName(exit)) return null
    // It may be from another version of this program.
    return {code: isErrorCode(code) ? code : 'NODE_HALTED', message, exit, atMs}
  } catch {
    return null
  }
}

function fileOf(dir: string): string {
  return join(dir, 'halted.json')
}
