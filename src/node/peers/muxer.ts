/** The stream multiplexer of connections between nodes. */
import type {MessageStream, StreamMuxer, StreamMuxerFactory} from '@libp2p/interface'
import {yamux} from '@libp2p/yamux'

import {PEER_WINDOW_STEP_BYTES} from '../peer-limits.ts'

export interface MuxerLimits {
  maxInboundStreams: number
  maxOutboundStreams: number
}

interface FrameHeader {
  type: number
  flag: number
  streamID: number
  /** Of a window update: so much more may be sent. */
  length: number
}

/** What the library's muxer has beyond its interface (@libp2p/yamux 8.0.3, muxer.ts). */
interface FrameSender {
  sendFrame(header: FrameHeader, data?: unknown): boolean
}

/** Frame types; the others (ping, farewell) and window updates are the muxer's own. */
const DATA = 0
const WINDOW_UPDATE = 1
/** Flags that end a stream, for this side or both. */
const FIN_OR_RST = 4 | 8

/**
 * Yamux whose own frames are dropped when the connection has just ended. The library writes them from
 * microtasks and from its reading of the connection, and what the ended connection throws there,
 * nobody can catch: the process would end.
 *
 * It also says that more may be sent once in a while, and not after each message, which would be half of all frames.
 */
export function calmYamux(limits: MuxerLimits): () => StreamMuxerFactory {
  const create = yamux(limits)
  return () => {
    const factory: StreamMuxerFactory = create()
    const createStreamMuxer = factory.createStreamMuxer.bind(factory)
    factory.createStreamMuxer = (connection) => {
      const muxer = createStreamMuxer(connection) as StreamMuxer & FrameSender
      calm(muxer, connection)
      return muxer
    }
    return factory
  }
}

function calm(muxer: FrameSender, connection: MessageStream): void {
  const sendFrame = muxer.sendFrame.bind(muxer)
  /** By stream: what the other side may send and has not been told of. */
  const untold = new Map<number, number>()
  muxer.sendFrame = (header, data) => {
    if (header.type === DATA) return sendFrame(header, data)
    const told = header.type === WINDOW_UPDATE ? worthTelling(header, untold) : header
    if (!told) return true
    try {
      return sendFrame(told)
    } catch (error) {
      connection.abort(error instanceof Error ? error : new Error(String(error)))
      return true
    }
  }
}

/** Undefined while it is so little that the other side does not miss it. */
function worthTelling(header: FrameHeader, untold: Map<number, number>): FrameHeader | undefined {
  const {flag, streamID} = header
  const length = header.length + (untold.get(streamID) ?? 0)
  if (flag === 0 && length < PEER_WINDOW_STEP_BYTES) {
    untold.set(streamID, length)
    return undefined
  }
  untold.delete(streamID)
  return flag & FIN_OR_RST ? header : {...header, length}
}
