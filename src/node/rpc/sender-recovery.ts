/**
 * Recovers senders in worker threads. One recovery takes 0.08 ms; a few hundred of them in a row on the
 * main thread would make the driver miss its slot.
 */
import {createRequire} from 'node:module'
import {availableParallelism} from 'node:os'
import {Worker} from 'node:worker_threads'

import type {Address} from 'viem'

import {addressOfPoint, isHighS, recoverAddress} from '../../protocol/secp256k1.ts'
import {signatureOf, type ParsedTransaction} from '../../protocol/transaction.ts'
import {RECOVERY_BATCH} from '../limits.ts'

/** 32 digest, 64 signature, 1 recovery id. */
const IN_BYTES = 97
/** An uncompressed public key; all zero when there is none. */
const OUT_BYTES = 65

/** Plain text, so that a bundle needs no second file. It gets packed inputs and returns packed keys. */
const workerSource = `
  const {parentPort, workerData} = require('node:worker_threads')
  const {ecdsaRecover} = require(workerData.modulePath)
  parentPort.on('message', (input) => {
    const count = input.length / ${IN_BYTES}
    const output = new Uint8Array(count * ${OUT_BYTES})
    for (let index = 0; index < count; index++) {
      const at = index * ${IN_BYTES}
      try {
        const point = output.subarray(index * ${OUT_BYTES}, (index + 1) * ${OUT_BYTES})
        ecdsaRecover(input.subarray(at + 32, at + 96), input[at + 96], input.subarray(at, at + 32), false, point)
      } catch {}
    }
    parentPort.postMessage(output, [output.buffer])
  })`

interface Job {
  digest: Uint8Array
  signature: Uint8Array
  parity: 0 | 1
  resolve(sender: Address | undefined): void
}

interface Lane {
  worker: Worker
  /** What the worker is busy with. */
  jobs: Job[]
}

export class SenderRecovery {
  readonly #lanes: Lane[] = []
  #waiting: Job[] = []
  #isScheduled = false

  constructor(threads = Math.min(4, Math.max(1, availableParallelism() - 1))) {
    const modulePath = createRequire(import.meta.url).resolve('secp256k1')
    for (let index = 0; index < threads; index++) {
      const worker = new Worker(workerSource, {eval: true, workerData: {modulePath}})
      const lane: Lane = {worker, jobs: []}
      worker.on('message', (output: Uint8Array) => this.#answer(lane, output))
      worker.on('error', () => this.#retire(lane))
      worker.unref()
      this.#lanes.push(lane)
    }
  }

  /** @returns undefined when nobody can have made the signature */
  recover(transaction: ParsedTransaction): Promise<Address | undefined> {
    const {digest, signature, parity} = signatureOf(transaction)
    if (isHighS(signature)) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      this.#waiting.push({digest, signature, parity, resolve})
      if (this.#isScheduled) return
      this.#isScheduled = true
      setImmediate(() => this.#flush())
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
      const input = new Uint8Array(lane.jobs.length * IN_BYTES)
      lane.jobs.forEach(({digest, signature, parity}, index) => {
        const at = index * IN_BYTES
        input.set(digest, at)
        input.set(signature, at + 32)
        input[at + 96] = parity
      })
      lane.worker.postMessage(input, [input.buffer])
    }
  }

  #answer(lane: Lane, output: Uint8Array): void {
    const {jobs} = lane
    lane.jobs = []
    this.#flush()
    jobs.forEach(({resolve}, index) => {
      const point = output.subarray(index * OUT_BYTES, (index + 1) * OUT_BYTES)
      resolve(point[0] === 4 ? addressOfPoint(point) : undefined)
    })
  }

  /** A thread that died takes nothing with it: its work is done here, and the others go on. */
  #retire(lane: Lane): void {
    const index = this.#lanes.indexOf(lane)
    if (index >= 0) this.#lanes.splice(index, 1)
    for (const job of lane.jobs) recoverHere(job)
    this.#flush()
  }
}

function recoverHere({digest, signature, parity, resolve}: Job): void {
  resolve(recoverAddress(digest, signature, parity))
}
