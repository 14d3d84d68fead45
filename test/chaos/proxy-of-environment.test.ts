/** HTTPS_PROXY, HTTP_PROXY and NO_PROXY: honoured, or refused by name. */
import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {createServer as createHttp, type IncomingMessage, type Server} from 'node:http'
import {createServer as createHttps} from 'node:https'
import {connect, createServer, type AddressInfo, type Server as NetServer} from 'node:net'
import {join} from 'node:path'

import {afterEach, beforeEach, expect, test} from 'vitest'

import {connectChain} from '../../src/chain/connect.ts'
import {findCause, MetisSeqError} from '../../src/lib/errors.ts'
import {createRpcClient} from '../../src/lib/json-rpc.ts'
import {proxyFor} from '../../src/lib/proxy.ts'
import {watchHeads} from '../../src/chain/watch-heads.ts'
import {startHeadsStub} from '../helpers/heads-stub.ts'
import {rpcAnswer, startHttpStub} from '../helpers/http-stub.ts'
import {tlsDir} from '../helpers/web3signer-stub.ts'

const VARIABLES = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [
  name,
  name.toUpperCase(),
])
let before: Record<string, string | undefined>
beforeEach(() => {
  before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]))
  for (const name of VARIABLES) delete process.env[name]
})
afterEach(() => {
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
})

const portOf = (server: Server) => (server.address() as AddressInfo).port

/** A proxy that leads every name to one port of this machine. */
async function startProxy(toPort: number, status = 200) {
  const asked: {line: string; authorization: string | undefined}[] = []
  const note = ({method, url, headers}: IncomingMessage) =>
    asked.push({line: `${method} ${url}`, authorization: headers['proxy-authorization']})
  const server = createHttp(async (request, response) => {
    note(request)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (status !== 200) return void response.writeHead(status).end()
    const answer = await fetch(`http://127.0.0.1:${toPort}`, {
      method: 'POST',
      body: Buffer.concat(chunks),
    })
    response.end(await answer.text())
  })
  server.on('connect', (request, socket) => {
    note(request)
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`)
    const onward = connect(toPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    for (const each of [socket, onward]) each.on('error', () => each.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://me:p%40ss@127.0.0.1:${portOf(server)}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const chain = rpcAnswer({eth_chainId: () => '0x1', eth_blockNumber: () => '0x10'})
const me = `Basic ${Buffer.from('me:p@ss').toString('base64')}`

test('a plain address is asked for at the proxy by its whole name', async () => {
  await using rpc = await startHttpStub(chain)
  await using proxy = await startProxy(Number(new URL(rpc.url).port))
  process.env['HTTP_PROXY'] = proxy.url
  const client = createRpcClient('http://chain.example/v1')

  expect(await client.request('eth_blockNumber')).toBe('0x10')

  expect(proxy.asked).toEqual([{line: 'POST http://chain.example/v1', authorization: me}])
  client.close()
})

test('a safe address is reached through one tunnel, and the proxy sees its name only', async () => {
  const pem = (name: string) => readFileSync(join(tlsDir, name), 'utf8')
  const server = createHttps(
    {cert: pem('server.pem'), key: pem('server.key')},
    (_request, response) => response.end('{"jsonrpc":"2.0","id":null,"result":"0x10"}'),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  await using proxy = await startProxy(portOf(server))
  process.env['HTTPS_PROXY'] = proxy.url
  // The name is one of nobody, so only the proxy can lead there; the certificate is of another name.
  const client = createRpcClient('https://chain.example/SECRET', {tls: {ca: pem('ca.pem')}})

  const failure = await client
    .request('eth_blockNumber')
    .then(String, (error: Error) => error.message)

  expect(failure).toContain('ERR_TLS_CERT_ALTNAME_INVALID')
  expect(proxy.asked).toEqual([{line: 'CONNECT chain.example:443', authorization: me}])
  client.close()
  server.closeAllConnections()
  server.close()
})

test.each([
  ['ws', 'HTTP_PROXY', 'chain.example:80'],
  ['wss', 'HTTPS_PROXY', 'chain.example:443'],
])('heads of a %s address come through a tunnel of %s', async (scheme, variable, tunnel) => {
  const pem = (name: string) => readFileSync(join(tlsDir, name), 'utf8')
  const tls = scheme === 'wss' ? {tls: {cert: pem('server.pem'), key: pem('server.key')}} : {}
  await using stub = await startHeadsStub('honest', tls)
  await using proxy = await startProxy(Number(new URL(stub.url).port))
  process.env[variable] = proxy.url
  const stop = new AbortController()
  const told: string[] = []
  const watching = watchHeads({
    ...{chainId: 31_337, urls: [`${scheme}://chain.example/SECRET`], timeoutMs: 20_000},
    ...{tls: () => ({ca: pem('ca.pem')}), silentMs: null, signal: stop.signal},
    onOpen: (endpoint) => told.push(`open ${endpoint}`),
    onHead: (number) => told.push(`head ${number}`),
    onDown: (endpoint, {reason}) => told.push(`down ${endpoint} ${reason}`),
  })
  if (scheme === 'ws') {
    await expect.poll(() => stub.subscribed, {timeout: 60_000}).toBe(1)
    stub.announce(7)
    await expect.poll(() => told, {timeout: 60_000}).toEqual(['open ws://chain.example', 'head 7'])
    expect(stub.requests[0]?.url).toBe('/SECRET')
  } else {
    // The certificate is of another name than the one that only the proxy can resolve.
    await expect
      .poll(() => told, {timeout: 60_000})
      .toEqual([expect.stringMatching(/^down wss:\/\/chain\.example .*ERR_TLS_CERT_ALTNAME/)])
  }
  stop.abort()
  await watching
  expect(proxy.asked).toEqual([{line: `CONNECT ${tunnel}`, authorization: me}])
})

test.each([
  ['socks5://127.0.0.1:1080', 'PROXY_UNSUPPORTED', 200],
  [undefined, 'PROXY_DENIED', 407],
  [undefined, 'PROXY_REFUSES', 403],
  ['http://127.0.0.1:1', 'PROXY_UNREACHABLE', 200],
])('a proxy %s that cannot serve is named with its variable: %s', async (given, code, status) => {
  await using proxy = await startProxy(1, status)
  process.env['https_proxy'] = given ?? proxy.url

  const error = await (async () => {
    const urls = ['https://chain.example/SECRET']
    const {client} = connectChain({name: 'L1', chainId: 1, urls, timeoutMs: 1000})
    await client.request({method: 'eth_blockNumber'})
  })().catch((thrown: unknown) => findCause(thrown, MetisSeqError))

  expect(error).toMatchObject({code, facts: {variable: 'https_proxy'}})
  expect(JSON.stringify([error?.message, error?.facts])).not.toMatch(/SECRET|p%40ss|p@ss/)
})

test('a percent sign that stands for itself is part of a password, for the proxy and for the endpoint', async () => {
  const seen: (string | undefined)[] = []
  await using rpc = await startHttpStub((body, request, response) => {
    seen.push(request.headers.authorization)
    return chain(body, request, response)
  })
  const port = Number(new URL(rpc.url).port)
  await using proxy = await startProxy(port)
  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`
  const ask = async (url: string) => {
    const client = createRpcClient(url)
    expect(await client.request('eth_blockNumber')).toBe('0x10')
    client.close()
  }
  await ask(`http://u:100%@127.0.0.1:${port}`)
  await ask(`http://:only@127.0.0.1:${port}`)
  expect(seen).toEqual([basic('u:100%'), basic(':only')])

  for (const [pair, sent] of [
    ['me:50%zz', 'me:50%zz'],
    [':only', ':only'],
    ['m%65:p%40', 'me:p@'],
  ]) {
    process.env['HTTP_PROXY'] = proxy.url.replace('me:p%40ss', pair!)
    await ask('http://chain.example')
    expect(proxy.asked.at(-1)?.authorization).toBe(basic(sent!))
  }
})

test('a plain address behind a proxy that nobody runs: the proxy is named, and nothing was sent', async () => {
  process.env['HTTP_PROXY'] = 'http://me:p%40ss@127.0.0.1:1'
  const client = createRpcClient('http://chain.example')
  const error: unknown = await client.request('eth_blockNumber').catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({reason: 'refused', cause: {code: 'PROXY_UNREACHABLE'}})
  client.close()
})

test('a proxy that opens a tunnel a line at a time has no more time than others', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n'))
    const timer = setInterval(() => socket.write('X: y\r\n'), 20)
    socket.on('close', () => clearInterval(timer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.env['HTTPS_PROXY'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = createRpcClient('https://chain.example', {timeoutMs: 200})
  await expect(client.request('eth_blockNumber')).rejects.toMatchObject({name: 'RpcTransportError'})
  // The tunnel that was being dug is given up as well: it would keep the program from ending.
  await expect.poll(() => countOf(server)).toBe(0)
  client.close()
  server.close()
})

test('a switch to another protocol that nobody asked for is no answer, with a proxy and without', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', () =>
      socket.end(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
      ),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const faultOf = async (address: string) => {
    const client = createRpcClient(address, {timeoutMs: 5000})
    const error: unknown = await client.request('eth_chainId').catch((thrown: unknown) => thrown)
    client.close()
    return error
  }
  expect(await faultOf(url)).toMatchObject({reason: 'not-json'})
  process.env['HTTPS_PROXY'] = url
  expect(await faultOf('https://chain.example')).toMatchObject({cause: {code: 'PROXY_REFUSES'}})
  server.close()
})

const countOf = (server: NetServer) =>
  new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)))

test('NO_PROXY knows addresses of both kinds, and networks', () => {
  const via = (url: string, exceptions: string) =>
    proxyFor(new URL(url), {https_proxy: 'http://proxy.example', no_proxy: exceptions})
  for (const [url, exceptions] of [
    ['https://10.1.2.3:8545', '10.0.0.0/8'],
    ['https://10.1.2.3', '192.168.0.0/16,10.1.2.3/32'],
    ['https://[fd00::1]', 'fd00::1'],
    ['https://[fd00::1]:8545', '[fd00::1]:8545'],
    ['https://[fd00::1]', 'fd00:0:0::0001'],
    ['https://[fd00::1]', 'fd00::/8'],
  ] as const)
    expect(via(url, exceptions), `${url} ${exceptions}`).toBeUndefined()
  for (const [url, exceptions] of [
    ['https://11.1.2.3', '10.0.0.0/8'],
    ['https://10.1.2.3', '10.0.0.0/33,10.0.0.0/x,10.0.0.0/8/8,/8,fd00::/8'],
    ['https://[fd00::1]:1', '[fd00::1]:8545'],
  ] as const)
    expect(via(url, exceptions), `${url} ${exceptions}`).toBeDefined()
})

test('NO_PROXY, this machine, and small letters first', () => {
  const env = {
    HTTPS_PROXY: 'proxy.example:3128',
    NO_PROXY: '.inner.example, 10.0.0.1:8443,other.example',
  }
  const via = (url: string, more: Record<string, string> = {}) =>
    proxyFor(new URL(url), {...env, ...more})?.url.host

  expect(via('https://chain.example')).toBe('proxy.example:3128')
  expect(via('http://chain.example')).toBeUndefined()
  for (const direct of [
    'https://localhost:1',
    'https://127.8.0.1',
    'https://[::1]',
    'https://a.inner.example',
    'https://other.example',
    'https://deep.other.example',
    'https://10.0.0.1:8443',
  ])
    expect(via(direct), direct).toBeUndefined()
  expect(via('https://10.0.0.1')).toBe('proxy.example:3128')
  expect(via('https://another.example')).toBe('proxy.example:3128')
  expect(via('https://chain.example', {no_proxy: '*'})).toBeUndefined()
  expect(via('https://chain.example', {https_proxy: 'http://small.example'})).toBe('small.example')
})
