/**
 * Messages on the long-lived control stream between two nodes. JSON, one message per frame. Pure.
 */
import type {Hash} from 'viem'

import {isRecord} from '../../lib/json.ts'
import {PEERS} from '../peer-limits.ts'
import {PeerError, type PeerHead} from './exchange.ts'
import {parseRecord, type SignedRecord} from './peer-record.ts'

export type ControlMessage =
  /** The first message from either side. */
  | {type: 'hello'; record: SignedRecord}
  /** The other side is admitted. Only now does it learn about the chain and the other nodes. */
  | {type: 'welcome'; head: PeerHead; records: SignedRecord[]}
  /** The other side is not admitted, and why; then the connection is closed. */
  | {type: 'refused'; reason: string}
  | {type: 'head'; head: PeerHead}
  | {type: 'records'; records: SignedRecord[]}

export function encodeControl(message: ControlMessage): Uint8Array {
  return Buffer.from(JSON.stringify(message), 'utf8')
}

/** @throws {PeerError} anything that is not exactly one of these */
export function parseControl(bytes: Uint8Array): ControlMessage {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch (error) {
    throw new PeerError('The message is not JSON.', error)
  }
  if (!isRecord(value)) throw new PeerError('The message is not a JSON object.')
  switch (value['type']) {
    case 'hello':
      return {type: 'hello', record: parseRecord(value['record'])}
    case 'welcome':
      return {
        type: 'welcome',
        head: parseHead(value['head']),
        records: parseRecords(value['records']),
      }
    case 'refused':
      return {type: 'refused', reason: String(value['reason']).slice(0, 300)}
    case 'head':
      return {type: 'head', head: parseHead(value['head'])}
    case 'records':
      return {type: 'records', records: parseRecords(value['records'])}
    default:
      throw new PeerError('The message has an unknown type.')
  }
}

function parseRecords(value: unknown): SignedRecord[] {
  if (!Array.isArray(value) || value.length > 2 * PEERS) {
    throw new PeerError('The list of records is not valid.')
  }
  return value.map(parseRecord)
}

function parseHead(value: unknown): PeerHead {
  if (!isRecord(value)) throw new PeerError('The message has no head.')
  const {number, hash} = value
  if (!Number.isSafeInteger(number) || Number(number) < 0) {
    throw new PeerError('The head has an invalid number.')
  }
  if (typeof hash !== 'string' || !/^0x[0-9a-f]{64}$/.test(hash)) {
    throw new PeerError('The head has an invalid hash.')
  }
  return {number: Number(number), hash: hash as Hash}
}
