/**
 * The proxy of the environment: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in small letters first, as curl and Go
 * read them. In: an address. Out: the proxy to it, or an agent that goes through it.
 */
import type {Agent} from 'node:http'
import type {Duplex} from 'node:stream'

import {MetisSeqError} from './errors.ts'
import {redactUrl} from './redact.ts'

export interface Proxy {
  url: URL
  /** Which variable named it. */
  variable: string
}

/**
 * The proxy through which an address is reached. Undefined: none is named, or the address is one of this machine, which
 * no proxy can reach, or NO_PROXY names it.
 *
 * @throws {MetisSeqError} PROXY_UNSUPPORTED: it is no HTTP proxy; nothing was sent
 */
export function proxyFor(
  target: URL,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Proxy | undefined {
  const names =
    target.protocol === 'https:' ? ['https_proxy', 'all_proxy'] : ['http_proxy', 'all_proxy']
  const variable = names
    .flatMap((name) => [name, name.toUpperCase()])
    .find((name) => (env[name] ?? '') !== '')
  if (variable === undefined || isLocal(target) || isExcepted(target, env)) return undefined
  const text = env[variable] ?? ''
  const full = /^[a-z0-9+.-]+:\/\//i.test(text) ? text : `http://${text}`
  const url = URL.canParse(full) ? new URL(full) : undefined
  if (url?.protocol === 'http:' && url.hostname !== '') return {url, variable}
  throw unsupported(variable, full)
}

function isLocal({hostname}: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}

/** Names with all that is below them, `*` for everything, each with a port or without. */
function isExcepted(
  {hostname, port, protocol}: URL,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const ownPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port
  const entries = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').toLowerCase().split(/[\s,]+/)
  return entries.some((entry) => {
    if (entry === '*') return true
    const [, name = '', wanted] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry) ?? []
    if (name === '' || (wanted !== undefined && wanted !== ownPort)) return false
    return hostname === name || hostname.endsWith(`.${name}`)
  })
}

/** Name and password of the URL of a proxy, as its header has them. */
export function proxyAuthorization({url}: Proxy): Record<string, string> {
  if (url.username === '') return {}
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return {'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}`}
}

export interface TunnelOptions {
  maxSockets?: number
  keepAlive: boolean
  /** For the proxy's answer. */
  timeoutMs: number
  tls: object
}

/** An agent whose connections are tunnels to an HTTPS address; the proxy sees its name and nothing else. */
export function tunnelAgent(proxy: Proxy, {timeoutMs, tls, ...options}: TunnelOptions): Agent {
  const https = process.getBuiltinModule('node:https')
  const agent = new https.Agent(options)
  const connect = (
    to: {host?: string; port?: number | string},
    done: (error: Error | null, socket?: Duplex) => void,
  ) => {
    const host = to.host ?? ''
    openTunnel(proxy, `${host}:${to.port ?? 443}`, timeoutMs).then(
      (socket) => {
        const name = process.getBuiltinModule('node:net').isIP(host) ? {} : {servername: host}
        done(null, process.getBuiltinModule('node:tls').connect({...tls, ...name, socket}))
      },
      (error: Error) => done(error),
    )
    return undefined
  }
  return Object.assign(agent, {createConnection: connect})
}

function openTunnel(proxy: Proxy, to: string, timeoutMs: number): Promise<Duplex> {
  const {hostname, port} = proxy.url
  return new Promise((resolve, reject) => {
    const request = process.getBuiltinModule('node:http').request({
      ...{host: hostname.replaceAll(/[[\]]/g, ''), port: port === '' ? 80 : Number(port)},
      ...{method: 'CONNECT', path: to, timeout: timeoutMs},
      headers: {host: to, ...proxyAuthorization(proxy)},
    })
    request.on('connect', ({statusCode = 0}, socket) => {
      if (statusCode === 200) return resolve(socket)
      socket.destroy()
      reject(refused(proxy, statusCode))
    })
    request.on('response', ({statusCode = 0}) => {
      request.destroy()
      reject(refused(proxy, statusCode))
    })
    request.on('timeout', () => request.destroy(Object.assign(new Error(), {code: 'ETIMEDOUT'})))
    request.on('error', (cause) => reject(unreachable(proxy, cause)))
    request.end()
  })
}

function refused(proxy: Proxy, status: number): MetisSeqError {
  const wantsName = status === 407
  return new MetisSeqError({
    code: wantsName ? 'PROXY_DENIED' : 'PROXY_REFUSES',
    message: `The proxy of ${proxy.variable} ${wantsName ? 'wants a name and a password' : 'does not open the way'} (HTTP status ${status}).`,
    exit: 'unreachable',
    facts: {variable: proxy.variable, proxy: redactUrl(proxy.url.href), httpStatus: `${status}`},
    hints: [
      wantsName
        ? `Put them into ${proxy.variable}: \`http://NAME:PASSWORD@HOST:PORT\`.`
        : `Ask whoever runs the proxy, or name the host in NO_PROXY to go without it.`,
    ],
    retryable: status >= 500,
  })
}

function unreachable(proxy: Proxy, cause: Error): MetisSeqError {
  return new MetisSeqError({
    code: 'PROXY_UNREACHABLE',
    message: `The proxy of ${proxy.variable} does not answer.`,
    exit: 'unreachable',
    facts: {variable: proxy.variable, proxy: redactUrl(proxy.url.href)},
    hints: [`Correct ${proxy.variable}, or name the host in NO_PROXY to go without it.`],
    retryable: true,
    cause,
  })
}

function unsupported(variable: string, url: string): MetisSeqError {
  return new MetisSeqError({
    code: 'PROXY_UNSUPPORTED',
    message: `${variable} names a proxy that is not spoken to: ${redactUrl(url)}. Only http:// proxies are.`,
    exit: 'config',
    facts: {variable, proxy: redactUrl(url)},
    hints: [`Name an HTTP proxy in ${variable}, or the host in NO_PROXY to go without one.`],
  })
}
