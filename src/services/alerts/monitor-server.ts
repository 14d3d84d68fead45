/** `/metrics` and `/healthz` of a monitor, for this machine only unless asked otherwise. */
import type {IncomingMessage, ServerResponse} from 'node:http'

import {connectionLimits, Connections} from '../../lib/connections.ts'
import {exposition, EXPOSITION_TYPE, type Metric} from '../../lib/exposition.ts'
import {createHostCheck, type HostList} from '../../lib/host-names.ts'
import {listen, sendJson, sendText, type HttpServer} from '../../lib/http-server.ts'

export interface MonitorHealth {
  /** True while nothing critical is known, the monitor looks, and an output takes what it has to say. */
  ok: boolean
  state: 'ok' | 'unknown' | 'warn' | 'critical' | 'not-looking' | 'not-telling'
  headline: string
}

export interface MonitorServed {
  health(): MonitorHealth
  metrics(): Metric[]
  onError(error: unknown): void
}

/** Prometheus keeps one connection open, and probes come one at a time: 64 are plenty, 2 MB. */
const CONNECTIONS = 64
const LEAVING = 8

/**
 * - Chain: nothing is read for a request; the answers are what the monitor knows.
 *
 * @throws {MetisSeqError} PORT_BUSY, PORT_NOT_ALLOWED
 */
export async function serveMonitor(
  served: MonitorServed,
  at: HostList & {port: number},
): Promise<HttpServer> {
  const isHostKnown = createHostCheck(at)
  return listen(
    {host: at.host, port: at.port, purpose: 'the monitor', otherPort: '`--port PORT`'},
    async (request, response) => answer(served, isHostKnown, request, response),
    (error) => served.onError(error),
    undefined,
    new Connections(connectionLimits(CONNECTIONS, LEAVING)),
  )
}

function answer(
  {health, metrics}: MonitorServed,
  isHostKnown: (header?: string) => boolean,
  {method = '', url = '', headers}: IncomingMessage,
  response: ServerResponse,
): void {
  if (!isHostKnown(headers.host)) {
    response.setHeader('connection', 'close')
    return sendJson(response, 403, {
      error: 'The Host header is not a name of this server. Names are set with --host-name.',
    })
  }
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD')
    // A body is not read.
    response.setHeader('connection', 'close')
    return sendJson(response, 405, {error: 'Only GET is served here.'})
  }
  switch (url.split('?')[0]) {
    case '/metrics':
      return sendText(response, 200, EXPOSITION_TYPE, exposition(metrics()))
    case '/healthz': {
      const state = health()
      return sendJson(response, state.ok ? 200 : 503, state)
    }
    case '/ping':
      return sendText(response, 200, 'text/plain', 'pong')
    default:
      return sendJson(response, 404, {error: 'There are /metrics, /healthz and /ping.'})
  }
}
