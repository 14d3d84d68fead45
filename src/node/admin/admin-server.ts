/**
 * The loopback interface for the command line: status and stop, with a bearer token that only the
 * owner of the data directory can read.
 */
import {randomBytes} from 'node:crypto'
import {rmSync} from 'node:fs'
import {join} from 'node:path'

import {isBearer} from '../../lib/bearer-token.ts'
import {directoryMark} from '../../lib/file-identity.ts'
import {writeFileAtomic} from '../../lib/files.ts'
import {createHostCheck, HOST_REFUSED} from '../../lib/host-names.ts'
import {errorFacts, type Logger} from '../../lib/log.ts'
import {connectionLimits, Connections} from '../../lib/connections.ts'
import {listen, sendJson, type HttpServer} from '../../lib/http-server.ts'
import {ADMIN_CONNECTIONS} from '../rpc-limits.ts'
import type {NodeStatus} from '../../protocol/node-status.ts'

/** Content of `<dataDir>/admin.json`. */
export interface AdminFile {
  pid: number
  url: string
  token: string
  /**
   * The directory it was written in. In a copy of that directory the file points to another node.
   */
  directory: string
}

export interface AdminOptions {
  dataDir: string
  status(): NodeStatus
  /** Called on POST /stop; the response is sent before the node is down. */
  requestStop(): void
  logger: Logger
}

export async function startAdminServer(options: AdminOptions): Promise<HttpServer> {
  const {dataDir, status, requestStop, logger} = options
  const token = randomBytes(32).toString('hex')
  const isHostKnown = createHostCheck({host: '127.0.0.1'})
  const server = await listen(
    {host: '127.0.0.1', port: 0, purpose: 'administration'},
    async (request, response) => {
      if (!isHostKnown(request.headers.host)) return sendJson(response, 403, {error: HOST_REFUSED})
      if (request.method === 'GET' && request.url === '/healthz') {
        return sendJson(response, 200, {ok: true})
      }
      if (!isBearer(request.headers.authorization, token)) {
        return sendJson(response, 401, {error: 'The bearer token is missing or wrong.'})
      }
      if (request.method === 'GET' && request.url === '/status') {
        return sendJson(response, 200, status())
      }
      if (request.method === 'POST' && request.url === '/stop') {
        sendJson(response, 202, {stopping: true})
        return requestStop()
      }
      sendJson(response, 404, {error: 'Route not found.'})
    },
    (error) => logger.warn('admin request failed', errorFacts(error)),
    undefined,
    new Connections({...connectionLimits(ADMIN_CONNECTIONS, 2), each: ADMIN_CONNECTIONS}),
  )
  const file = join(dataDir, 'admin.json')
  const directory = directoryMark(dataDir)
  const content: AdminFile = {pid: process.pid, url: server.url, token, directory}
  writeFileAtomic(file, `${JSON.stringify(content)}\n`, 0o600)
  return {
    url: server.url,
    async close() {
      rmSync(file, {force: true})
      await server.close()
    },
  }
}
