import {formatCount, counted} from '../../lib/units.ts'
import {fields} from './table.ts'

interface Progress {
  l1Block: number
  l1Target: number
  l1Start: number
  l2Block: number
  batches: number
  blocks: number
  transactions: number
  seconds: number
}

interface Verified extends Progress {
  head: {number: number; hash: string; stateRoot: string}
  deposits: number
  l1Bytes: number
  equalBlocks: number | null
  node: string | null
}

interface Difference {
  block: number
  batchIndex: string
  l1Transaction: string
  l1Block: number
  field: string
  fromL1: string
  other: 'node' | 'rules' | 'bridge'
  otherValue: string
}

/** One progress line while a chain is rebuilt. */
export function verifyProgressText(progress: Progress): string {
  const {l1Block, l1Target, l1Start, l2Block, blocks, transactions, seconds} = progress
  const part = (l1Block - l1Start) / Math.max(1, l1Target - l1Start)
  return [
    `L1 block ${l1Block} of ${l1Target} (${Math.floor(part * 100)} %)`,
    `L2 block ${l2Block}`,
    `${perSecond(blocks, seconds)} blocks/s, ${perSecond(transactions, seconds)} tx/s`,
  ].join(', ')
}

export function verificationText(found: Verified): string {
  const {head, batches, blocks, transactions, deposits, l1Bytes, l1Target, seconds} = found
  const {equalBlocks, node} = found
  const rows = [
    ['head', `${head.number} ${head.hash}`],
    ['state root', head.stateRoot],
    ['read up to L1 block', String(l1Target)],
    ['batches', `${batches}, ${l1Bytes} bytes on L1`],
    ['blocks', `${formatCount(blocks)} with ${counted(transactions, 'transaction')}`],
    ['deposits', `${deposits}, each matching the L1 bridge`],
    [
      'compared with',
      node === null || equalBlocks === null
        ? 'nothing'
        : `${node}: ${counted(equalBlocks, 'equal block')}`,
    ],
    ['speed', `${perSecond(blocks, seconds)} blocks/s, ${perSecond(transactions, seconds)} tx/s`],
  ] as const
  const isEqual = equalBlocks === blocks
  const sentence = isEqual ? 'The node matches L1.' : 'The chain was rebuilt from L1.'
  return [sentence, fields(rows)].join('\n')
}

export function differenceFacts(difference: Difference): Record<string, string> {
  const {block, batchIndex, l1Transaction, l1Block, field, fromL1, other, otherValue} = difference
  return {
    block: String(block),
    field,
    fromL1,
    [other]: otherValue,
    l1Transaction,
    l1Block: String(l1Block),
    batchIndex,
  }
}

function perSecond(count: number, seconds: number): string {
  return String(Math.round(count / Math.max(seconds, 0.001)))
}
