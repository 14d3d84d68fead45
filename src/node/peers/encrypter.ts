/** The encryption of connections between nodes. */
import {noise} from '@libp2p/noise'
import type {ConnectionEncrypter, MessageStream} from '@libp2p/interface'

/**
 * Members of the library's connection beyond its interface (@libp2p/tcp 11.0.28,
 * socket-to-conn.ts).
 */
interface DataSender {
  sendData(data: Iterable<Uint8Array>): {sentBytes: number; canSendMore: boolean}
}

type Components = Parameters<ReturnType<typeof noise>>[0]

/**
 * Noise with each message written to the socket in one piece. The library writes the length and the
 * rest separately: two system calls and two packets for each message, and as many for the reader.
 */
export function wholeNoise(): (components: Components) => ConnectionEncrypter {
  const create = noise()
  return (components) => {
    const encrypter = create(components)
    return {
      protocol: encrypter.protocol,
      secureInbound: (connection, options) =>
        encrypter.secureInbound(inOnePiece(connection), options),
      secureOutbound: (connection, options) =>
        encrypter.secureOutbound(inOnePiece(connection), options),
    }
  }
}

/** The same connection. */
export function inOnePiece<C extends MessageStream>(connection: C): C {
  const sender = connection as C & DataSender
  const sendData = sender.sendData.bind(sender)
  sender.sendData = (data) => {
    const parts = [...data]
    return sendData(parts.length === 1 ? parts : [Buffer.concat(parts)])
  }
  return connection
}
