import {request as httpRequest, type Agent, type IncomingMessage} from 'node:http'

import {messageOf} from '../../lib/errors.ts'
import {readBody} from '../http-server.ts'
import {PEER_BODY_BYTES, PEER_TIMEOUT_MS} from '../limits.ts'
import {PeerError} from './exchange.ts'

export interface TextAnswer {
  status: number
  text: string
  headers: IncomingMessage['headers']
}

/**
 * One HTTP request to a peer, with a bounded answer.
 *
 * @throws {PeerError} no answer, or one that is too large
 */
export function exchangeText(
  url: URL,
  options: {method: string; body: Buffer; headers: Record<string, string>; agent: Agent},
): Promise<TextAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(new PeerError(messageOf(error), error))
    const {method, body, headers, agent} = options
    const outgoing = httpRequest(
      url,
      {
        method,
        agent,
        timeout: PEER_TIMEOUT_MS,
        headers: {
          ...headers,
          'content-type': 'application/json',
          'content-length': String(body.length),
        },
      },
      (incoming) => {
        readBody(incoming, PEER_BODY_BYTES).then((bytes) => {
          if (!bytes) return fail(new Error('the answer is too large'))
          const status = incoming.statusCode ?? 0
          resolve({status, text: bytes.toString('utf8'), headers: incoming.headers})
        }, fail)
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')))
    outgoing.on('error', fail)
    outgoing.end(body)
  })
}
