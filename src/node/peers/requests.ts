/**
 * Requests between two admitted nodes: block ranges, each on its own stream, and forwarded
 * transactions, one after the other on long-lived streams. Both sides are bounded in size and in
 * time.
 */
import type {Connection, Stream} from '@libp2p/interface'
import type {Address, Hash} from 'viem'

import {messageOf} from '../../lib/errors.ts'
import {isRecord} from '../../lib/json.ts'
import {errorFacts, type Logger} from '../../lib/log.ts'
import {InvalidBlockError, type SealedBlock} from '../../protocol/block.ts'
import {MAX_BLOCK_BYTES, MAX_TRANSACTION_BYTES} from '../limits.ts'
import {
  FORWARD_BYTES,
  FORWARD_CHUNK,
  PEER_ANSWER_MS,
  PEER_BLOCK_BYTES,
  PEER_RANGE_BLOCKS,
  PEER_RANGE_BYTES,
  PEER_RANGE_SLICE,
  PEER_REQUEST_BYTES,
  PEER_REQUEST_MS,
  PEER_SERVE_MS,
  PEER_SERVING,
  PEER_SERVING_EACH,
  PEER_TIMEOUT_MS,
} from '../peer-limits.ts'
import {
  blockOf,
  decodeBlock,
  decodeTransactions,
  encodeBlock,
  encodeTransactions,
  type HandedOn,
} from './block-codec.ts'
import {deliveries, LateError, PeerError, type Delivery} from './exchange.ts'
import {ForwardStreams} from './forward-streams.ts'
import {FloodError, FrameReader, GiantFrameError, sendFrame, withDeadline} from './frames.ts'
import type {Session} from './session.ts'

export interface RequestsOptions {
  /** Differs between networks, so that foreign nodes find no protocol. */
  prefix: string
  logger: Logger
  sessionOf(connection: Connection): Session | undefined
  /** True while requests to a peer are known to be pointless. */
  isResting(who: string): boolean
  blocks(from: number, count: number): SealedBlock[]
  /** One of our own last blocks as bytes. */
  recent(hash: Hash): Uint8Array | undefined
  onTransactions(handed: HandedOn, from: Address): Promise<Delivery[]>
}

interface RangeRequest {
  from: number
  count: number
  /** For a block that was just announced. */
  hash?: Hash
}

export class Requests {
  readonly #options: RequestsOptions
  readonly #forwards: ForwardStreams
  #serving = 0

  constructor(options: RequestsOptions) {
    this.#options = options
    this.#forwards = new ForwardStreams(this.protocols.transactions)
  }

  get protocols(): {blocks: string; transactions: string} {
    const {prefix} = this.#options
    return {blocks: `${prefix}/blocks/1`, transactions: `${prefix}/transactions/3`}
  }

  // Requesting.

  /** @returns the blocks that arrived in time, at least one. @throws {PeerError} */
  async fetchBlocks(session: Session, request: RangeRequest): Promise<SealedBlock[]> {
    const blocks: SealedBlock[] = []
    if (this.#options.isResting(session.who))
      throw new PeerError('The peer is ignored for a while.')
    try {
      await this.#ask(session, this.protocols.blocks, PEER_BLOCK_BYTES, async (stream) => {
        const reader = new FrameReader(stream, PEER_BLOCK_BYTES)
        // A peer that claims blocks but stays silent must not hold up our own work for long.
        const silence = setTimeout(() => {
          if (!reader.hasData) stream.abort(new LateError('The peer does not respond.'))
        }, PEER_ANSWER_MS)
        try {
          await sendFrame(stream, Buffer.from(JSON.stringify(request), 'utf8'))
          await collect(reader, request, blocks)
        } finally {
          clearTimeout(silence)
        }
      })
    } catch (error) {
      // Some blocks are better than none: a slow connection still makes progress.
      if (blocks.length === 0) {
        // It claimed to have them, and repeated failed requests waste our slots.
        if (!session.isClosed) session.offend('no answer in time', `No block ${request.from}.`)
        throw asPeerError(error)
      }
    }
    if (blocks.length > 0) return blocks
    session.offend('blocks it does not have', `The peer has no block ${request.from}.`)
    throw new PeerError('The peer does not have the blocks it claims.')
  }

  /** Resolves when the other side has checked them. @throws {PeerError} */
  async sendTransactions(session: Session, handed: HandedOn): Promise<Delivery[]> {
    const {transactions} = handed
    try {
      const answer = await this.#forwards.ask(session, encodeTransactions(handed))
      if (answer.length !== transactions.length) {
        throw new PeerError('The transactions were not accepted.')
      }
      return [...answer].map((code) => deliveries[code] ?? 'taken')
    } catch (error) {
      if (error instanceof GiantFrameError) session.offend('giant message', error.message)
      else if (isLate(error))
        session.offend('no answer in time', 'The peer did not accept the transactions.')
      throw asPeerError(error)
    }
  }

  async #ask(
    session: Session,
    protocol: string,
    maxBytes: number,
    talk: (stream: Stream) => Promise<void>,
  ): Promise<void> {
    let stream: Stream | undefined
    const late = () => new LateError('The peer did not respond in time.')
    try {
      const signal = AbortSignal.timeout(PEER_ANSWER_MS)
      stream = await session.connection.newStream(protocol, {signal})
      const opened = stream
      opened.maxReadBufferLength = maxBytes + MAX_BLOCK_BYTES
      await withDeadline(opened, PEER_TIMEOUT_MS, late, () => talk(opened))
      opened.close().catch(() => {})
    } catch (error) {
      stream?.abort(new PeerError('The response is unusable.'))
      if (error instanceof GiantFrameError) session.offend('giant message', error.message)
      else if (error instanceof InvalidBlockError) session.offend('garbage', error.message)
      throw error
    }
  }

  // Responding.

  serveBlocks(stream: Stream, connection: Connection): Promise<void> {
    return this.#serve(stream, connection, PEER_REQUEST_BYTES, async (session, frame) => {
      await this.#sendRange(stream, parseRange(frame), session)
    })
  }

  async serveTransactions(stream: Stream, connection: Connection): Promise<void> {
    const session = this.#options.sessionOf(connection)
    if (!session) return stream.abort(new PeerError('There is no session.'))
    const limit = FORWARD_BYTES + MAX_TRANSACTION_BYTES + 6 * FORWARD_CHUNK
    stream.maxReadBufferLength = limit + PEER_REQUEST_BYTES
    let reader: FrameReader | undefined
    try {
      await session.admitted()
      const signer = session.record?.signer
      if (session.role !== 'member' || signer === undefined) {
        throw new PeerError('Only members may forward transactions.')
      }
      const requests = new FrameReader(stream, limit, 1)
      reader = requests
      // A new stream must start with a request; later it may be idle.
      const late = () => new SlowRequestError('The request was not complete in time.')
      let goesOn = await withDeadline(stream, PEER_REQUEST_MS, late, () => requests.begins())
      for (; goesOn; goesOn = await requests.begins()) {
        await this.#within(session, () => this.#takeTransactions(stream, session, requests, signer))
      }
      await stream.close()
    } catch (error) {
      // The reason the stream ended during a request says more than that it is closed.
      this.#blame(session, reader?.failure ?? error)
      stream.abort(error instanceof Error ? error : new PeerError(messageOf(error)))
    }
  }

  async #takeTransactions(
    stream: Stream,
    session: Session,
    reader: FrameReader,
    signer: Address,
  ): Promise<void> {
    const frame = await this.#request(stream, session, reader)
    if (!frame) return
    const handed = decodeTransactions(frame, FORWARD_CHUNK)
    if (!session.transactions.take(handed.transactions.length, performance.now())) {
      return session.offend('flood', 'too many transactions')
    }
    const outcome = await this.#options.onTransactions(handed, signer)
    const answer = Buffer.from(outcome.map((delivery) => deliveries.indexOf(delivery)))
    const slow = () => new SlowReaderError('The response was not read in time.')
    await withDeadline(stream, PEER_SERVE_MS, slow, () => sendFrame(stream, answer))
  }

  /** One request on one stream: admitted, within the limits, read in time, answered in time. */
  async #serve(
    stream: Stream,
    connection: Connection,
    maxBytes: number,
    answer: (session: Session, frame: Uint8Array) => Promise<void>,
  ): Promise<void> {
    const session = this.#options.sessionOf(connection)
    if (!session) return stream.abort(new PeerError('There is no session.'))
    stream.maxReadBufferLength = maxBytes + PEER_REQUEST_BYTES
    try {
      await this.#within(session, async () => {
        await session.admitted()
        const frame = await this.#request(stream, session, new FrameReader(stream, maxBytes, 1))
        if (!frame) return
        const slow = () => new SlowReaderError('The response was not read in time.')
        await withDeadline(stream, PEER_SERVE_MS, slow, () => answer(session, frame))
        await stream.close()
      })
    } catch (error) {
      this.#blame(session, error)
      stream.abort(error instanceof Error ? error : new PeerError(messageOf(error)))
    }
  }

  /** Limits concurrent requests. @throws {PeerError} too many */
  async #within(session: Session, work: () => Promise<void>): Promise<void> {
    if (session.serving >= PEER_SERVING_EACH) {
      session.offend('too many streams', 'too many requests at once')
    }
    if (session.isClosed || this.#serving >= PEER_SERVING) {
      throw new PeerError('There are too many requests.')
    }
    this.#serving++
    session.serving++
    try {
      await work()
    } finally {
      this.#serving--
      session.serving--
    }
  }

  /** The next request, if complete in time. @returns undefined: there is none, or one too many */
  async #request(
    stream: Stream,
    session: Session,
    reader: FrameReader,
  ): Promise<Uint8Array | undefined> {
    const late = () => new SlowRequestError('The request was not complete in time.')
    const frame = reader.isReady
      ? await reader.next()
      : await withDeadline(stream, PEER_REQUEST_MS, late, () => reader.next())
    if (!frame || session.requests.take(1, performance.now())) return frame
    session.offend('flood', 'too many requests')
    return undefined
  }

  #blame(session: Session, error: unknown): void {
    if (error instanceof SlowRequestError) session.offend('byte by byte', error.message)
    else if (error instanceof SlowReaderError) session.offend('slow reader', error.message)
    else if (error instanceof GiantFrameError) session.offend('giant message', error.message)
    else if (error instanceof FloodError) session.offend('flood', error.message)
    else if (error instanceof NonsenseError || error instanceof InvalidBlockError) {
      session.offend('garbage', error.message)
    } else this.#options.logger.debug('request not answered', errorFacts(error))
  }

  async #sendRange(stream: Stream, {from, count, hash}: RangeRequest, session: Session) {
    const ready = hash && this.#options.recent(hash)
    if (ready) return sendFrame(stream, ready)
    const until = from + Math.min(count, PEER_RANGE_BLOCKS)
    let sent = 0
    for (let next = from; next < until && sent < PEER_RANGE_BYTES; ) {
      // A few at a time, so that reading them never holds up a slot.
      const blocks = this.#options.blocks(next, Math.min(PEER_RANGE_SLICE, until - next))
      for (const block of blocks) {
        const bytes = encodeBlock(block)
        sent += bytes.length
        if (session.isClosed || sent > PEER_RANGE_BYTES + PEER_BLOCK_BYTES) return
        await sendFrame(stream, bytes)
        if (sent >= PEER_RANGE_BYTES) return
      }
      if (blocks.length === 0) return
      next += blocks.length
    }
  }
}

class SlowRequestError extends PeerError {}
class SlowReaderError extends PeerError {}
class NonsenseError extends PeerError {}

/** @throws {InvalidBlockError} not the requested blocks */
async function collect(
  reader: FrameReader,
  {from, count, hash}: RangeRequest,
  blocks: SealedBlock[],
): Promise<void> {
  let bytes = 0
  for (let frame = await reader.next(); frame; frame = await reader.next()) {
    const {header, transactions} = decodeBlock(frame)
    const isAsked = header.number === from + blocks.length && blocks.length < count
    if (!isAsked || !transactions || (hash !== undefined && header.hash !== hash)) {
      throw new InvalidBlockError('The blocks differ from the requested ones.')
    }
    bytes += frame.length
    if (bytes > PEER_RANGE_BYTES + PEER_BLOCK_BYTES) {
      throw new GiantFrameError('The range is larger than allowed.')
    }
    blocks.push(blockOf(header, transactions))
  }
}

function parseRange(frame: Uint8Array): RangeRequest {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(frame).toString('utf8'))
  } catch {
    value = undefined
  }
  const {from, count, hash} = isRecord(value) ? value : {}
  const isRange =
    Number.isSafeInteger(from) &&
    Number(from) >= 0 &&
    Number.isSafeInteger(count) &&
    Number(count) > 0
  const isHash = hash === undefined || (typeof hash === 'string' && /^0x[0-9a-f]{64}$/.test(hash))
  if (!isRange || !isHash) throw new NonsenseError('The range is not valid.')
  return {
    from: Number(from),
    count: Number(count),
    ...(hash === undefined ? {} : {hash: hash as Hash}),
  }
}

function isLate(error: unknown): boolean {
  if (error instanceof LateError) return true
  return error instanceof Error && ['TimeoutError', 'AbortError'].includes(error.name)
}

function asPeerError(error: unknown): PeerError {
  return error instanceof PeerError ? error : new PeerError(messageOf(error), error)
}
