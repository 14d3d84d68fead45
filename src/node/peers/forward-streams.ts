/**
 * The requesting side of transaction forwarding. Opening a stream costs as much as many requests,
 * so streams are kept open: one request at a time on each, responses in order, another stream when
 * all are busy, and a new one after any error.
 */
import type {Stream} from '@libp2p/interface'

import {FORWARD_CHUNK, FORWARD_STREAMS, PEER_ANSWER_MS, PEER_TIMEOUT_MS} from '../peer-limits.ts'
import {LateError, PeerError} from './exchange.ts'
import {FrameReader, sendFrame, withDeadline} from './frames.ts'
import type {Session} from './session.ts'

interface Kept {
  stream: Stream
  reader: FrameReader
}

export class ForwardStreams {
  readonly #protocol: string
  readonly #idle = new WeakMap<Session, Kept[]>()

  constructor(protocol: string) {
    this.#protocol = protocol
  }

  /** @throws {Error} no response; {LateError} not in time */
  async ask(session: Session, request: Uint8Array): Promise<Uint8Array> {
    const kept = this.#take(session)
    if (kept) {
      try {
        return await this.#askOn(session, kept, request)
      } catch (error) {
        // It may have ended unnoticed; a repeated request takes effect once.
        if (!(error instanceof EndedError) || session.isClosed) throw error
      }
    }
    return this.#askOn(session, await this.#open(session), request)
  }

  async #open({connection}: Session): Promise<Kept> {
    const signal = AbortSignal.timeout(PEER_ANSWER_MS)
    const stream = await connection.newStream(this.#protocol, {signal})
    stream.maxReadBufferLength = 2 * FORWARD_CHUNK
    return {stream, reader: new FrameReader(stream, FORWARD_CHUNK, 1)}
  }

  async #askOn(session: Session, kept: Kept, request: Uint8Array): Promise<Uint8Array> {
    const {stream, reader} = kept
    const late = () => new LateError('The peer did not respond in time.')
    try {
      const answer = await withDeadline(stream, PEER_TIMEOUT_MS, late, async () => {
        await sendFrame(stream, request)
        return reader.next()
      })
      if (!answer) throw new EndedError('The peer ended the stream.')
      this.#giveBack(session, kept)
      return answer
    } catch (error) {
      stream.abort(new PeerError('The response is unusable.'))
      throw error instanceof PeerError ? error : new EndedError('The stream ended.', error)
    }
  }

  #take(session: Session): Kept | undefined {
    const idle = this.#idle.get(session)
    for (let kept = idle?.pop(); kept; kept = idle?.pop()) {
      // An unsolicited response would be mistaken for the next one.
      if (kept.stream.status === 'open' && !kept.reader.hasBegun && !kept.reader.isReady)
        return kept
      kept.stream.abort(new PeerError('The peer is no longer used.'))
    }
    return undefined
  }

  #giveBack(session: Session, kept: Kept): void {
    const idle = this.#idle.get(session) ?? []
    this.#idle.set(session, idle)
    if (idle.length < FORWARD_STREAMS) idle.push(kept)
    else kept.stream.close().catch(() => {})
  }
}

class EndedError extends PeerError {}
