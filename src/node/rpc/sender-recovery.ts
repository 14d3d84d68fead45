/**
 * Hashes transactions and recovers their senders in worker threads. Both together take 0.08 ms; a
 * few hundred in a row on the main thread would make the driver miss its slot.
 */
import {createRequire} from 'node:module'
import {availableParallelism} from 'node:os'
import {Worker} from 'node:worker_threads'

import type {Address, Hash, Hex} from 'viem'

import {isHighS} from '../../protocol/secp256k1.ts'
import {
  badSignature,
  InvalidTransactionError,
  recoverSender,
  type ParsedTransaction,
  type SignedTransaction,
} from '../../protocol/transaction.ts'
import {
  RECOVERY_BATCH,
  RECOVERY_GATHER_MS,
  RECOVERY_REMEMBERED,
  RECOVERY_REMEMBERED_CHARS,
} from '../limits.ts'

/**
 * Lengths of the signed part and of the whole transaction (4 each), recovery id (1), r and s (64).
 */
const HEAD_BYTES = 73
/** Hash of the transaction (32), sender (20; all zero for an impossible signature). */
const OUT_BYTES = 52

/**
 * Plain text, so that a bundle needs no second file. Keccak in WebAssembly is ten times as fast as
 * in JavaScript.
 */
const workerSource = `
  const {parentPort, workerData} = require('node:worker_threads')
  const {ecdsaRecover} = require(workerData.secp256k1)
  const {createKeccak} = require(workerData.keccak)
  const ready = createKeccak(256)
  parentPort.on('message', async ({input, count}) => {
    const hasher = await ready
    const hash = (bytes) => hasher.init().update(bytes).digest('binary')
    const view = new DataView(input.buffer, input.byteOffset)
    const output = new Uint8Array(count * ${OUT_BYTES})
    const point = new Uint8Array(65)
    for (let index = 0, at = 0; index < count; index++) {
      const signedLength = view.getUint32(at)
      const rawLength = view.getUint32(at + 4)
      const parity = input[at + 8]
      const signature = input.subarray(at + 9, at + ${HEAD_BYTES})
      at += ${HEAD_BYTES}
      const digest = hash(input.subarray(at, at + signedLength)).slice()
      at += signedLength
      output.set(hash(input.subarray(at, at + rawLength)), index * ${OUT_BYTES})
      at += rawLength
      try {
        ecdsaRecover(signature, parity, digest, false, point)
        output.set(hash(point.subarray(1)).subarray(12), index * ${OUT_BYTES} + 32)
      } catch {}
    }
    parentPort.postMessage(output, [output.buffer])
  })`

interface Job {
  transaction: ParsedTransaction
  raw: Buffer
  resolve(signed: SignedTransaction): void
  reject(error: unknown): void
}

interface Lane {
  worker: Worker
  /** The worker's current job. */
  jobs: Job[]
}

export class SenderRecovery {
  readonly #lanes: Lane[] = []
  #waiting: Job[] = []
  #isScheduled = false
  /** Recently recovered senders, by raw bytes: oldest first. */
  readonly #remembered = new Map<Hex, {hash: Hash; sender: Address}>()

  constructor(threads = Math.min(4, Math.max(1, availableParallelism() - 1))) {
    const {resolve} = createRequire(import.meta.url)
    const workerData = {secp256k1: resolve('secp256k1'), keccak: resolve('hash-wasm')}
    for (let index = 0; index < threads; index++) {
      const worker = new Worker(workerSource, {eval: true, workerData})
      const lane: Lane = {worker, jobs: []}
      worker.on('message', (output: Uint8Array) => this.#answer(lane, output))
      worker.on('error', () => this.#retire(lane))
      worker.unref()
      this.#lanes.push(lane)
    }
  }

  /** @throws {InvalidTransactionError} when the signature is impossible */
  async recover(transaction: ParsedTransaction): Promise<SignedTransaction> {
    const known = this.#remembered.get(transaction.raw)
    if (known) return {...transaction, ...known}
    const signed = await this.#queue(transaction)
    this.#remember(signed)
    return signed
  }

  #remember({raw, hash, sender}: SignedTransaction): void {
    if (raw.length > RECOVERY_REMEMBERED_CHARS) return
    this.#remembered.set(raw, {hash, sender})
    if (this.#remembered.size <= RECOVERY_REMEMBERED) return
    const [oldest] = this.#remembered.keys()
    this.#remembered.delete(oldest!)
  }

  #queue(transaction: ParsedTransaction): Promise<SignedTransaction> {
    return new Promise((resolve, reject) => {
      const raw = Buffer.from(transaction.raw.slice(2), 'hex')
      this.#waiting.push({transaction, raw, resolve, reject})
      if (this.#isScheduled) return
      this.#isScheduled = true
      setTimeout(() => this.#flush(), RECOVERY_GATHER_MS)
    })
  }

  async close(): Promise<void> {
    const lanes = this.#lanes.splice(0)
    await Promise.all(lanes.map(({worker}) => worker.terminate()))
    this.#flush()
  }

  #flush(): void {
    this.#isScheduled = false
    if (this.#lanes.length === 0) {
      const jobs = this.#waiting
      this.#waiting = []
      for (const job of jobs) recoverHere(job)
      return
    }
    for (const lane of this.#lanes) {
      if (lane.jobs.length > 0 || this.#waiting.length === 0) continue
      lane.jobs = this.#waiting.splice(0, RECOVERY_BATCH)
      const input = pack(lane.jobs)
      lane.worker.postMessage({input, count: lane.jobs.length}, [input.buffer as ArrayBuffer])
    }
  }

  #answer(lane: Lane, output: Uint8Array): void {
    const {jobs} = lane
    lane.jobs = []
    this.#flush()
    const hex = Buffer.from(output.buffer, output.byteOffset, output.length).toString('hex')
    jobs.forEach(({transaction, resolve, reject}, index) => {
      const at = index * OUT_BYTES * 2
      const sender = hex.slice(at + 64, at + 104)
      if (/^0+$/.test(sender) || isHighS(transaction.signature.rs)) reject(notSigned())
      else resolve({...transaction, hash: `0x${hex.slice(at, at + 64)}`, sender: `0x${sender}`})
    })
  }

  /** Nothing is lost when a thread dies: its work is done here, and the other threads continue. */
  #retire(lane: Lane): void {
    const index = this.#lanes.indexOf(lane)
    if (index >= 0) this.#lanes.splice(index, 1)
    for (const job of lane.jobs) recoverHere(job)
    this.#flush()
  }
}

function pack(jobs: readonly Job[]): Uint8Array {
  const size = jobs.reduce(
    (sum, {transaction, raw}) => sum + HEAD_BYTES + transaction.signedBytes.length + raw.length,
    0,
  )
  const input = Buffer.alloc(size)
  let at = 0
  for (const {transaction, raw} of jobs) {
    const {signedBytes, signature} = transaction
    at = input.writeUInt32BE(signedBytes.length, at)
    at = input.writeUInt32BE(raw.length, at)
    at = input.writeUInt8(signature.parity, at)
    for (const part of [signature.rs, signedBytes, raw]) {
      input.set(part, at)
      at += part.length
    }
  }
  return input
}

function recoverHere({transaction, resolve, reject}: Job): void {
  try {
    resolve(recoverSender(transaction))
  } catch (error) {
    reject(error)
  }
}

function notSigned(): InvalidTransactionError {
  return badSignature()
}
