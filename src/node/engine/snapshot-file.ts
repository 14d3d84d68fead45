/**
 * Snapshot files: one line of JSON as a header, then the compressed engine state. They only speed
 * up a restart; the chain log is always sufficient.
 */
import {createHash} from 'node:crypto'
import {Readable} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import {Worker} from 'node:worker_threads'
import {createGunzip} from 'node:zlib'

import type {Hash, Hex} from 'viem'

import {messageOf} from '../../lib/errors.ts'
import {isRecord} from '../../lib/json.ts'
import {readBoundedFile} from '../../lib/read-file.ts'
import {STATE_PACKED_BYTES, STATE_UNPACKED_BYTES} from '../limits.ts'
import {ENGINE_RECEIPT_BLOCKS, SNAPSHOT_HEADERS} from './limits.ts'
import {EngineError, type SnapshotMeta} from './engine.ts'

export interface Snapshot {
  meta: SnapshotMeta
  /** As accepted by `anvil_loadState`. */
  state: Hex
}

/**
 * Runs in its own thread: a large state takes a second, and the node has a slot deadline.
 *
 * The engine stores every header it ever made, 95 MB a day. Contracts can read only the last 256,
 * so a trimmed snapshot keeps memory and file size at that.
 */
const writerSource = `
  const {parentPort, workerData} = require('node:worker_threads')
  const {createHash} = require('node:crypto')
  const {closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync} = require('node:fs')
  const {dirname} = require('node:path')
  const {gunzipSync, gzipSync} = require('node:zlib')
  const {state, file, meta, headers, receipts, most} = workerData
  const temporary = file + '.tmp'
  try {
    const dump = JSON.parse(gunzipSync(state, {maxOutputLength: most}).toString('utf8'))
    const keep = new Set(dump.blocks
      .map(({header}) => Number(header.number))
      .sort((a, b) => b - a)
      .slice(0, headers))
    const withBodies = meta.number - receipts
    dump.blocks = dump.blocks
      .filter(({header}) => keep.has(Number(header.number)))
      .map((block) => Number(block.header.number) > withBodies ? block : {...block, transactions: []})
    dump.transactions = dump.transactions
      .filter(({block_number}) => Number(block_number) > withBodies)
    dump.historical_states = null
    const leaves = Object.values(dump.accounts)
      .reduce((sum, {storage}) => sum + 1 + Object.keys(storage).length, 0)
    const body = gzipSync(JSON.stringify(dump), {level: 1})
    const sha256 = createHash('sha256').update(body).digest('hex')
    const descriptor = openSync(temporary, 'w', 0o600)
    for (const part of [Buffer.from(JSON.stringify({...meta, leaves, sha256}) + '\\n'), body]) {
      for (let at = 0; at < part.length; ) at += writeSync(descriptor, part, at)
    }
    fsyncSync(descriptor)
    closeSync(descriptor)
    renameSync(temporary, file)
    const directory = openSync(dirname(file), 'r')
    fsyncSync(directory)
    closeSync(directory)
    parentPort.postMessage(leaves)
  } catch (error) {
    rmSync(temporary, {force: true})
    parentPort.postMessage(String(error && error.message))
  }`

/**
 * Trims and writes a snapshot, all or nothing.
 *
 * @param state as returned by `anvil_dumpState`
 * @returns how many accounts and slots the state has
 * @throws {Error} it cannot be written; no file is left behind
 */
export function writeSnapshot(file: string, meta: SnapshotMeta, state: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(writerSource, {
      eval: true,
      workerData: {
        ...{file, meta},
        state: Buffer.from(state.slice(2), 'hex'),
        headers: SNAPSHOT_HEADERS,
        receipts: ENGINE_RECEIPT_BLOCKS,
        most: STATE_UNPACKED_BYTES,
      },
    })
    worker.on('message', (answer: number | string) => {
      if (typeof answer === 'number') resolve(answer)
      else reject(new Error(answer))
    })
    worker.on('error', reject)
    worker.on('exit', () => reject(new Error('The snapshot writer ended early.')))
  })
}

/** @throws {EngineError} bad-snapshot: unreadable, too large, or not what was written */
export function readSnapshot(file: string): Snapshot {
  try {
    const bytes = readBoundedFile(file, STATE_PACKED_BYTES)
    const end = bytes.indexOf('\n')
    const header: unknown = JSON.parse(bytes.toString('utf8', 0, end))
    if (!isRecord(header)) throw new Error('it has no header')
    const {number, hash, fingerprint, hardfork, leaves, sha256} = header
    const texts = [hash, fingerprint, hardfork, sha256]
    if (typeof number !== 'number' || texts.some((text) => typeof text !== 'string')) {
      throw new Error('its header is not readable')
    }
    const body = bytes.subarray(end + 1)
    if (createHash('sha256').update(body).digest('hex') !== sha256) throw new Error('it is damaged')
    return {
      meta: {
        number,
        hash: hash as Hash,
        fingerprint: fingerprint as Hex,
        hardfork: String(hardfork),
        leaves: typeof leaves === 'number' ? leaves : 0,
      },
      state: `0x${body.toString('hex')}`,
    }
  } catch (error) {
    throw new EngineError('bad-snapshot', `The snapshot ${file} is unreadable.`, error)
  }
}

/**
 * Test-unpacks a state without storing it, so that neither the node nor the engine loads a
 * decompression bomb.
 *
 * @throws {EngineError} bad-snapshot
 */
export async function assertUnpacks({state}: Pick<Snapshot, 'state'>): Promise<void> {
  let size = 0
  try {
    const packed = Buffer.from(state.slice(2), 'hex')
    await pipeline(
      Readable.from([packed]),
      createGunzip(),
      async (parts: AsyncIterable<Buffer>) => {
        for await (const part of parts) {
          size += part.length
          if (size > STATE_UNPACKED_BYTES) throw new Error(TOO_LARGE)
        }
      },
    )
  } catch (error) {
    const reason =
      messageOf(error) === TOO_LARGE ? TOO_LARGE : 'is not in the compressed format of a state'
    throw new EngineError('bad-snapshot', `The state ${reason}.`, error)
  }
}

const TOO_LARGE = `unpacks to more than ${STATE_UNPACKED_BYTES / 1_000_000} MB`
