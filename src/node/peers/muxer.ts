/** The stream multiplexer of connections between nodes. */
import type {StreamMuxer, StreamMuxerFactory} from '@libp2p/interface'
import {yamux} from '@libp2p/yamux'

export interface MuxerLimits {
  maxInboundStreams: number
  maxOutboundStreams: number
}

/** What the library's muxer has beyond its interface (@libp2p/yamux 8.0.3, muxer.ts). */
interface FrameSender {
  sendFrame(header: {type: number}, data?: unknown): boolean
}

/** Frame type of stream data; the others (window update, ping, farewell) are the muxer's own. */
const DATA = 0

/**
 * Yamux whose own frames are dropped when the connection has just ended. The library writes them from
 * microtasks and from its reading of the connection, and what the ended connection throws there,
 * nobody can catch: the process would end.
 */
export function calmYamux(limits: MuxerLimits): () => StreamMuxerFactory {
  const create = yamux(limits)
  return () => {
    const factory: StreamMuxerFactory = create()
    const createStreamMuxer = factory.createStreamMuxer.bind(factory)
    factory.createStreamMuxer = (connection) => {
      const muxer = createStreamMuxer(connection) as StreamMuxer & FrameSender
      const sendFrame = muxer.sendFrame.bind(muxer)
      muxer.sendFrame = (header, data) => {
        if (header.type === DATA) return sendFrame(header, data)
        try {
          return sendFrame(header)
        } catch (error) {
          connection.abort(error instanceof Error ? error : new Error(String(error)))
          return true
        }
      }
      return muxer
    }
    return factory
  }
}
