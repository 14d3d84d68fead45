/**
 * The proxy of the environment: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in lower case
 * first, as curl and Go read them. In: an address. Out: its proxy, or an agent that goes through
 * it.
 */
import type {Agent} from 'node:http'
import type {Duplex} from 'node:stream'

import {MetisSeqError, systemErrorCode} from './errors.ts'
import {redactUrl} from './redact.ts'

export interface Proxy {
  url: URL
  /** Variable that set it. */
  variable: string
}

/**
 * The proxy for an address. Undefined when none is set, when the address is on this machine, which
 * no proxy can reach, or when NO_PROXY lists it.
 *
 * @throws {MetisSeqError} PROXY_UNSUPPORTED: it is not an HTTP proxy; nothing was sent
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

/** Names including subdomains, addresses, networks such as `10.0.0.0/8`, `*` for everything; with or without a port. */
function isExcepted(
  {hostname, port, protocol}: URL,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const ownPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port
  const host = withoutBrackets(hostname)
  const entries = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').toLowerCase().split(/[\s,]+/)
  return entries.some((entry) => {
    if (entry === '*') return true
    const {name, port: wanted} = exception(entry)
    if (name === '' || (wanted !== undefined && wanted !== ownPort)) return false
    return host === name || host.endsWith(`.${name}`) || isInNetwork(host, name)
  })
}

/** `[fd00::1]:8545` and `host:8545` have a port; `fd00::1` is an address and nothing else. */
function exception(entry: string): {name: string; port: string | undefined} {
  const isBare = entry.split(':').length > 2 && !entry.startsWith('[')
  const [, name = '', port] = isBare ? ['', entry] : (/^\*?\.?(.*?)(?::(\d+))?$/.exec(entry) ?? [])
  return {name: withoutBrackets(name), port}
}

/** True for an address in that network, or for the same address written differently, such as `fd00:0::1`. */
function isInNetwork(host: string, text: string): boolean {
  const {BlockList, isIP} = process.getBuiltinModule('node:net')
  const [base = '', bits, ...more] = text.split('/')
  const [family, own] = [isIP(base), isIP(host)]
  if (family === 0 || own === 0 || more.length > 0) return false
  const most = family === 4 ? 32 : 128
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > most)) return false
  const network = new BlockList()
  network.addSubnet(base, Number(bits ?? most), family === 4 ? 'ipv4' : 'ipv6')
  return network.check(host, own === 4 ? 'ipv4' : 'ipv6')
}

function withoutBrackets(host: string): string {
  return host.replaceAll(/^\[|\]$/g, '')
}

/** Name and password of a proxy URL, encoded for its header. */
export function proxyAuthorization({url}: Proxy): Record<string, string> {
  const pair = basicOf(url)
  return pair === undefined ? {} : {'proxy-authorization': pair}
}

/** Name and password of a URL, encoded for a header; undefined where it has none. */
export function basicOf({username, password}: URL): string | undefined {
  if (username === '' && password === '') return undefined
  const pair = `${decoded(username)}:${decoded(password)}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

/** An unencoded `%` is part of the password. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export interface TunnelOptions {
  maxSockets?: number
  keepAlive: boolean
  /** For the proxy's response. */
  timeoutMs: number
  tls: object
  /** The tunnel leads to an address without TLS, as that of a `ws://` URL. */
  isPlain?: boolean
}

/** An agent whose connections are tunnels to an address; of an HTTPS one the proxy sees only the host name. */
export function tunnelAgent(
  proxy: Proxy,
  {timeoutMs, tls, isPlain = false, ...options}: TunnelOptions,
): Agent {
  const {Agent} = process.getBuiltinModule(isPlain ? 'node:http' : 'node:https')
  const agent = new Agent(options)
  const connect = (
    to: {host?: string; port?: number | string},
    done: (error: Error | null, socket?: Duplex) => void,
  ) => {
    const host = to.host ?? ''
    openTunnel(proxy, `${host}:${to.port ?? (isPlain ? 80 : 443)}`, timeoutMs).then(
      (socket) => {
        if (isPlain) return done(null, socket)
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
      ...{host: withoutBrackets(hostname), port: port === '' ? 80 : Number(port)},
      ...{method: 'CONNECT', path: to},
      headers: {host: to, ...proxyAuthorization(proxy)},
    })
    request.on('connect', ({statusCode = 0}, socket) => {
      clearTimeout(timer)
      if (statusCode === 200) return resolve(socket)
      socket.destroy()
      reject(refused(proxy, statusCode))
    })
    request.on('response', ({statusCode = 0}) => {
      request.destroy()
      reject(refused(proxy, statusCode))
    })
    // For the whole response: a proxy that sends a line now and then is never idle, and never done.
    const timer = setTimeout(
      () => request.destroy(Object.assign(new Error(), {code: 'ETIMEDOUT'})),
      timeoutMs,
    )
    request.on('close', () => {
      clearTimeout(timer)
      // No tunnel was opened; an open one is not closed by this.
      reject(unreachable(proxy, new Error('The connection closed without a response.')))
    })
    request.on('error', (cause) => reject(unreachable(proxy, cause)))
    request.end()
  })
}

function refused(proxy: Proxy, status: number): MetisSeqError {
  const wantsName = status === 407
  return new MetisSeqError({
    code: wantsName ? 'PROXY_DENIED' : 'PROXY_REFUSES',
    message: `The proxy of ${proxy.variable} ${wantsName ? 'requires a name and a password' : 'does not open a tunnel'} (HTTP status ${status}).`,
    facts: {variable: proxy.variable, proxy: redactUrl(proxy.url.href), httpStatus: `${status}`},
    hints: [
      wantsName
        ? `Put them into ${proxy.variable}: \`http://NAME:PASSWORD@HOST:PORT\`.`
        : `Ask the operator of the proxy, or add the host to NO_PROXY to bypass it.`,
    ],
    retryable: status >= 500,
  })
}

/** Connection errors: nothing was reached, so nothing was sent. */
const NOBODY_THERE = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']

/** The failure of a request to an HTTP address: of the proxy if it is unreachable, otherwise unchanged. */
export function faultOfWay(proxy: Proxy | undefined, error: Error): Error {
  const isProxy = proxy && NOBODY_THERE.includes(systemErrorCode(error) ?? '')
  return isProxy ? unreachable(proxy, error) : error
}

function unreachable(proxy: Proxy, cause: Error): MetisSeqError {
  return new MetisSeqError({
    code: 'PROXY_UNREACHABLE',
    message: `The proxy of ${proxy.variable} does not respond.`,
    facts: {variable: proxy.variable, proxy: redactUrl(proxy.url.href)},
    hints: [`Correct ${proxy.variable}, or add the host to NO_PROXY to bypass it.`],
    cause,
  })
}

function unsupported(variable: string, url: string): MetisSeqError {
  return new MetisSeqError({
    code: 'PROXY_UNSUPPORTED',
    message: `${variable} is set to an unsupported proxy: ${redactUrl(url)}. Only http:// proxies are supported.`,
    facts: {variable, proxy: redactUrl(url)},
    hints: [`Set an HTTP proxy in ${variable}, or add the host to NO_PROXY to bypass it.`],
  })
}
