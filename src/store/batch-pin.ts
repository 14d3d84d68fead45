import type {Hash} from 'viem'

import {writeFileAtomic} from '../lib/files.ts'
import {readBoundedText, RECORD_FILE_BYTES} from '../lib/read-file.ts'
import {isRecord} from '../lib/json.ts'

/**
 * Last block of the newest transaction batch that this node sent to L1, recorded before sending.
 */
export interface BatchPin {
  l2Block: number
  /** Shows whether it is still part of our chain. */
  hash: Hash
}

/** Durable when it returns. @throws {MetisSeqError} DISK_FULL; the old pin stays */
export function saveBatchPin(path: string, pin: BatchPin): void {
  writeFileAtomic(path, `${JSON.stringify(pin)}\n`)
}

/** @returns undefined when there is none or it is unreadable */
export function readBatchPin(path: string): BatchPin | undefined {
  try {
    const value: unknown = JSON.parse(readBoundedText(path, RECORD_FILE_BYTES))
    if (!isRecord(value)) return undefined
    const {l2Block, hash} = value
    if (typeof l2Block !== 'number' || !Number.isSafeInteger(l2Block)) return undefined
    if (typeof hash !== 'string' || !/^0x[0-9a-f]{64}$/.test(hash)) return undefined
    return {l2Block, hash: hash as Hash}
  } catch {
    return undefined
  }
}
