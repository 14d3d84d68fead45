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
  /** Of a window update: how much more may be sent. */
  length: number
}

/** Members of the library's muxer beyond its interface (@libp2p/yamux 8.0.3, muxer.ts). */
interface FrameSender {
  sendFrame(header: FrameHeader, data?: unknown): boolean
}

/** Frame types; the others (ping, farewell) and window updates are the muxer's own. */
const DATA = 0
const WINDOW_UPDATE = 1
/** Flags that end a stream, for this side or both. */
const FIN_OR_RST = 4 | 8

/**
 * Yamux that drops its own frames when the connection has just ended. The library writes them from
 * microtasks and while reading the connection, where nobody can catch the exception of an ended
 * connection: the process would exit.
 *
 * It also sends window updates occasionally instead of after each message, which would be half of
 * all frames.
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
  /** By stream: window bytes that the other side does not know about yet. */
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

/** Undefined while it is too little to matter to the other side. */
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
