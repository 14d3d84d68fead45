import type {Hash} from 'viem'

import {writeFileAtomic} from '../lib/files.ts'
import {readBoundedText, DOCUMENT_FILE_BYTES} from '../lib/read-file.ts'
import {isRecord} from '../lib/json.ts'

/** How far the inbox on L1 has been read. It only saves time: the inbox itself is the truth. */
export interface BatchCursor {
  /** Last L1 block that was read, with its hash to detect a reorg. */
  l1Block: number
  l1Hash: Hash
  /** 0 until a batch is seen. */
  batchIndex: number
  /** Last L2 block in a batch; null until a batch is seen. */
  l2Block: number | null
  /** Batches that are not final yet, oldest first: where each landed and where it ends. */
  recent: BatchLanding[]
  /** The finalized head, which never moves back; null before the first. */
  finalized: number | null
}

export interface BatchLanding {
  l1Block: number
  l2Block: number
}

export function saveBatchCursor(path: string, cursor: BatchCursor): void {
  writeFileAtomic(path, `${JSON.stringify(cursor)}\n`)
}

/** @returns undefined when there is none or it is unreadable: reading starts over then */
export function readBatchCursor(path: string): BatchCursor | undefined {
  try {
    return parseCursor(JSON.parse(readBoundedText(path, DOCUMENT_FILE_BYTES)))
  } catch {
    return undefined
  }
}

function parseCursor(value: unknown): BatchCursor | undefined {
  if (!isRecord(value)) return undefined
  const {l1Block, l1Hash, batchIndex, l2Block, recent, finalized = null} = value
  if (!isHeight(l1Block) || !isHeight(batchIndex)) return undefined
  if (l2Block !== null && !isHeight(l2Block)) return undefined
  if (finalized !== null && !isHeight(finalized)) return undefined
  if (typeof l1Hash !== 'string' || !/^0x[0-9a-f]{64}$/.test(l1Hash)) return undefined
  if (!Array.isArray(recent) || !recent.every(isLanding)) return undefined
  return {l1Block, l1Hash: l1Hash as Hash, batchIndex, l2Block, recent, finalized}
}

function isLanding(value: unknown): value is BatchLanding {
  return isRecord(value) && isHeight(value['l1Block']) && isHeight(value['l2Block'])
}

function isHeight(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
