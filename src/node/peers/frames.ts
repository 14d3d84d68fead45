/**
 * Messages on a stream: each with its length in front, as a varint. A length that is too large ends the
 * stream before anything of the message is kept.
 */
import type {Stream} from '@libp2p/interface'
import {LengthPrefixedDecoder} from '@libp2p/utils'

import {PEER_READ_AHEAD_BYTES, PEER_SEND_CHUNK_BYTES} from '../peer-limits.ts'
import {PeerError} from './exchange.ts'

/** The other side announced a message that is larger than allowed. */
export class GiantFrameError extends PeerError {}

export function withLength(bytes: Uint8Array): Uint8Array {
  const prefix: number[] = []
  let rest = bytes.length
  for (; rest > 127; rest = Math.floor(rest / 128)) prefix.push(rest % 128 | 128)
  prefix.push(rest)
  return Buffer.concat([Buffer.from(prefix), bytes])
}

/** Splits what arrives into messages. */
export class FrameSplitter {
  readonly #decoder: LengthPrefixedDecoder

  constructor(maxBytes: number) {
    this.#decoder = new LengthPrefixedDecoder({
      maxDataLength: maxBytes,
      maxBufferSize: maxBytes + PEER_READ_AHEAD_BYTES,
    })
  }

  /** @throws {GiantFrameError} a length above the limit, or no length at all */
  *push(chunk: Parameters<LengthPrefixedDecoder['decode']>[0]): Generator<Uint8Array> {
    try {
      for (const frame of this.#decoder.decode(chunk)) yield frame.subarray()
    } catch (error) {
      throw new GiantFrameError('The message is larger than allowed.', error)
    }
  }
}

/** Calls `onFrame` for each message and `onEnd` once. Listens until the stream ends. */
export function listenToFrames(
  stream: Stream,
  maxBytes: number,
  listener: {onFrame(frame: Uint8Array): void; onEnd(error: Error | undefined): void},
): void {
  const splitter = new FrameSplitter(maxBytes)
  let isOver = false
  const end = (error: Error | undefined) => {
    if (isOver) return
    isOver = true
    listener.onEnd(error)
  }
  stream.addEventListener('close', ({error}) => end(error))
  stream.addEventListener('end', () => {
    // An aborted stream ends first and gives its reason afterwards.
    if (stream.status !== 'aborted' && stream.status !== 'reset') end(undefined)
  })
  stream.addEventListener('message', ({data}) => {
    if (isOver) return
    try {
      for (const frame of splitter.push(data)) listener.onFrame(frame)
    } catch (error) {
      const reason = error instanceof Error ? error : new PeerError(String(error))
      end(reason)
      // Not inside the library's own reading of the stream.
      setImmediate(() => stream.abort(reason))
    }
  })
  if (stream.readableEnded || stream.status !== 'open') queueMicrotask(() => end(undefined))
}

/** The messages of a stream, one after the other. */
export class FrameReader {
  readonly #frames: Uint8Array[] = []
  #isOver = false
  #error: Error | undefined
  #hasData = false
  #wake: () => void = () => {}

  constructor(stream: Stream, maxBytes: number) {
    stream.addEventListener('message', () => (this.#hasData = true))
    listenToFrames(stream, maxBytes, {
      onFrame: (frame) => {
        this.#frames.push(frame)
        this.#wake()
      },
      onEnd: (error) => {
        this.#isOver = true
        this.#error = error
        this.#wake()
      },
    })
  }

  /** True once anything arrived, were it a single byte. */
  get hasData(): boolean {
    return this.#hasData
  }

  /** @returns undefined when the other side has no more. @throws {Error} why the stream ended early */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const frame = this.#frames.shift()
      if (frame) return frame
      if (this.#error) throw this.#error
      if (this.#isOver) return undefined
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}

/** Resolves when the other side has taken all but the last window. @throws {Error} it does not read */
export async function sendFrame(stream: Stream, bytes: Uint8Array): Promise<void> {
  const frame = withLength(bytes)
  for (let from = 0; from < frame.length; from += PEER_SEND_CHUNK_BYTES) {
    const canSendMore = stream.send(frame.subarray(from, from + PEER_SEND_CHUNK_BYTES))
    if (!canSendMore) await stream.onDrain()
  }
}

/** Ends the stream when the work takes longer, and gives the reason. */
export async function withDeadline<T>(
  stream: Stream,
  ms: number,
  error: Error,
  work: () => Promise<T>,
): Promise<T> {
  const timer = setTimeout(() => stream.abort(error), ms)
  try {
    return await work()
  } finally {
    clearTimeout(timer)
  }
}
