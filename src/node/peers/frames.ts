/**
 * Messages on a stream, each prefixed with its length as a varint. An excessive length ends the
 * stream before any of the message is buffered.
 */
import type {Stream} from '@libp2p/interface'

import {PEER_SEND_CHUNK_BYTES} from '../peer-limits.ts'
import {PeerError} from './exchange.ts'

/** Bytes of a length: 35 bits. */
const LENGTH_BYTES = 5

/** The other side announced an oversized message. */
export class GiantFrameError extends PeerError {}

export function withLength(bytes: Uint8Array): Uint8Array {
  const prefix: number[] = []
  let rest = bytes.length
  for (; rest > 127; rest = Math.floor(rest / 128)) prefix.push(rest % 128 | 128)
  prefix.push(rest)
  return Buffer.concat([Buffer.from(prefix), bytes])
}

/** Incoming data: one piece or a list of pieces. */
export type Chunk = Uint8Array | Iterable<Uint8Array>

/** Splits incoming data into messages. A message that arrived in one piece is not copied. */
export class FrameSplitter {
  readonly #maxBytes: number
  /** Of an incomplete message. */
  #parts: Uint8Array[] = []
  #size = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** True while a message is incomplete. */
  get isWithin(): boolean {
    return this.#size > 0
  }

  /** @throws {GiantFrameError} an excessive or malformed length */
  *push(chunk: Chunk): Generator<Uint8Array> {
    if (chunk instanceof Uint8Array) return yield* this.#take(chunk)
    for (const piece of chunk) yield* this.#take(piece)
  }

  *#take(piece: Uint8Array): Generator<Uint8Array> {
    let rest = piece
    while (rest.length > 0) {
      if (this.#size > 0) {
        // Only the missing part, so that a long message is assembled once.
        const wanted = Math.min(rest.length, this.#missing() ?? 1)
        this.#keep(rest.subarray(0, wanted))
        rest = rest.subarray(wanted)
        if (this.#missing() !== 0) continue
        const whole = Buffer.concat(this.#parts, this.#size)
        this.#parts = []
        this.#size = 0
        yield whole.subarray(this.#prefixOf(whole)!.end)
        continue
      }
      const prefix = this.#prefixOf(rest)
      const end = prefix && prefix.end + prefix.length
      if (end === undefined || end > rest.length) {
        this.#keep(rest)
        return
      }
      const frame = rest.subarray(prefix!.end, end)
      rest = rest.subarray(end)
      yield frame
    }
  }

  #keep(piece: Uint8Array): void {
    this.#parts.push(piece)
    this.#size += piece.length
  }

  /** Bytes until the message is complete; undefined while its length is not known. */
  #missing(): number | undefined {
    // A length is a few bytes and rarely split.
    const start = this.#parts.length === 1 ? this.#parts[0]! : this.#start()
    const prefix = this.#prefixOf(start)
    return prefix && prefix.end + prefix.length - this.#size
  }

  #start(): Uint8Array {
    const most = this.#parts[0]!.length >= LENGTH_BYTES ? 1 : LENGTH_BYTES
    return Buffer.concat(this.#parts.slice(0, most))
  }

  /** The length prefix of a message, and where it ends. */
  #prefixOf(bytes: Uint8Array): {length: number; end: number} | undefined {
    let length = 0
    for (let at = 0, unit = 1; at < bytes.length; at++, unit *= 128) {
      const byte = bytes[at]!
      length += (byte & 127) * unit
      if (length > this.#maxBytes || at >= LENGTH_BYTES) {
        throw new GiantFrameError('The message is larger than allowed.')
      }
      if (byte < 128) return {length, end: at + 1}
    }
    return undefined
  }
}

export interface FrameListener {
  onFrame(frame: Uint8Array): void
  /** Called after each chunk. True: it ended with an incomplete message. */
  onChunk?(isWithin: boolean): void
  onEnd(error: Error | undefined): void
}

/**
 * Calls `onFrame` for each message and `onEnd` once. Listens until the stream ends. An exception
 * from `onFrame` ends it.
 */
export function listenToFrames(stream: Stream, maxBytes: number, listener: FrameListener): void {
  const splitter = new FrameSplitter(maxBytes)
  let isOver = false
  const end = (error: Error | undefined) => {
    if (isOver) return
    isOver = true
    listener.onEnd(error)
  }
  stream.addEventListener('close', ({error}) => end(error))
  stream.addEventListener('end', () => {
    // An aborted stream ends first and provides its reason afterwards.
    if (stream.status !== 'aborted' && stream.status !== 'reset') end(undefined)
  })
  stream.addEventListener('message', ({data}) => {
    if (isOver) return
    try {
      for (const frame of splitter.push(data)) listener.onFrame(frame)
      listener.onChunk?.(splitter.isWithin)
    } catch (error) {
      const reason = error instanceof Error ? error : new PeerError(String(error))
      end(reason)
      // Not within the library's own read of the stream.
      setImmediate(() => stream.abort(reason))
    }
  })
  if (stream.readableEnded || stream.status !== 'open') queueMicrotask(() => end(undefined))
}

/** More messages arrived than may wait. */
export class FloodError extends PeerError {}

/** The messages of a stream, one after the other. */
export class FrameReader {
  readonly #frames: Uint8Array[] = []
  readonly #mostWaiting: number
  #isOver = false
  #error: Error | undefined
  #hasData = false
  #isWithin = false
  #wake: () => void = () => {}

  /** @param mostWaiting unread messages; one more ends the stream */
  constructor(stream: Stream, maxBytes: number, mostWaiting = Number.POSITIVE_INFINITY) {
    this.#mostWaiting = mostWaiting
    listenToFrames(stream, maxBytes, {
      onFrame: (frame) => this.#onFrame(frame),
      onChunk: (isWithin) => {
        this.#hasData = true
        this.#isWithin = isWithin
        this.#wake()
      },
      onEnd: (error) => {
        this.#isOver = true
        this.#error = error
        this.#wake()
      },
    })
  }

  /** True once anything has arrived, even a single byte. */
  get hasData(): boolean {
    return this.#hasData
  }

  /** True when an unread message has started to arrive. */
  get hasBegun(): boolean {
    return this.#isWithin || this.#frames.length > 0
  }

  /** Why the stream ended early. */
  get failure(): Error | undefined {
    return this.#error
  }

  /** True when `next` returns at once. */
  get isReady(): boolean {
    return this.#frames.length > 0 || this.#isOver
  }

  /**
   * Resolves when a message has started to arrive or none will. @throws {Error} why the stream
   * ended early
   */
  async begins(): Promise<boolean> {
    while (!this.hasBegun && !this.#isOver) await this.#woken()
    if (this.#error && !this.hasBegun) throw this.#error
    return this.hasBegun
  }

  /**
   * @returns undefined when the other side has no more. @throws {Error} why the stream ended early
   */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const frame = this.#frames.shift()
      if (frame) return frame
      if (this.#error) throw this.#error
      if (this.#isOver) return undefined
      await this.#woken()
    }
  }

  #onFrame(frame: Uint8Array): void {
    if (this.#frames.length >= this.#mostWaiting) {
      throw new FloodError('The peer sent more before it got a response.')
    }
    this.#frames.push(frame)
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve))
  }
}

/**
 * Resolves when the other side has read all but the last window. @throws {Error} it does not read
 */
export async function sendFrame(stream: Stream, bytes: Uint8Array): Promise<void> {
  const frame = withLength(bytes)
  for (let from = 0; from < frame.length; from += PEER_SEND_CHUNK_BYTES) {
    const canSendMore = stream.send(frame.subarray(from, from + PEER_SEND_CHUNK_BYTES))
    if (!canSendMore) await stream.onDrain()
  }
}

/** Ends the stream with a reason when the work takes longer. */
export async function withDeadline<T>(
  stream: Stream,
  ms: number,
  reason: () => Error,
  work: () => Promise<T>,
): Promise<T> {
  const timer = setTimeout(() => stream.abort(reason()), ms)
  try {
    return await work()
  } finally {
    clearTimeout(timer)
  }
}
