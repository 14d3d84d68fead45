import {once} from 'node:events'
import {createServer as createHttp, type IncomingMessage} from 'node:http'
import {createServer as createHttps} from 'node:https'
import type {AddressInfo} from 'node:net'

import {WebSocketServer, type WebSocket} from 'ws'

/** How it treats whoever connects. */
export type HeadsManner =
  | 'honest'
  /** Takes the connection and says nothing. */
  | 'mute'
  /** Takes the subscription and announces nothing. */
  | 'silent'
  /** As one whose machine is gone: it does not even answer pings. */
  | 'no-pong'
  | 'garbage'
  | 'binary'
  | 'huge'
  | 'flood'
  | 'closes'
  | 'closes-later'
  | 'refuses'
  | 'other-chain'
  | 'no-subscriptions'
  /** Heads of a subscription that nobody made. */
  | 'other-subscription'
  | 'no-number'

export interface HeadsStub extends AsyncDisposable {
  /** `ws://` or `wss://`. */
  url: string
  manner: HeadsManner
  /** Requests to connect, in order. */
  requests: IncomingMessage[]
  /** Subscriptions that are open. */
  subscribed: number
  announce(block: number): void
  /** Told of each ping. */
  onPing(): void
  /** Ends every connection. */
  drop(): void
}

const CHAIN_ID = '0x7a69'

/** An address that announces heads as it is told to, right or wrong. Its chain has id 31337. */
export async function startHeadsStub(
  manner: HeadsManner = 'honest',
  {port = 0, tls}: {port?: number; tls?: {cert: string; key: string}} = {},
): Promise<HeadsStub> {
  const http = tls ? createHttps(tls) : createHttp()
  const server = new WebSocketServer({noServer: true, maxPayload: 10_000, autoPong: false})
  const open = new Set<WebSocket>()
  const send = (socket: WebSocket, value: unknown) => socket.send(JSON.stringify(value))
  const stub: HeadsStub = {
    url: '',
    manner,
    requests: [],
    subscribed: 0,
    onPing: () => {},
    announce: (block) => open.forEach((socket) => send(socket, headOf(block))),
    drop: () => server.clients.forEach((socket) => socket.terminate()),
    async [Symbol.asyncDispose]() {
      stub.drop()
      server.close()
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
  http.on('upgrade', (request, socket, head) => {
    stub.requests.push(request)
    if (stub.manner === 'refuses') return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    server.handleUpgrade(request, socket, head, (accepted) => take(accepted))
  })
  function take(socket: WebSocket): void {
    if (stub.manner === 'closes') return socket.close()
    socket.on('error', () => {})
    socket.on('ping', () => {
      stub.onPing()
      if (stub.manner !== 'no-pong') socket.pong()
    })
    socket.on('close', () => {
      if (open.delete(socket)) stub.subscribed--
    })
    socket.on('message', (data: Buffer) => {
      const {id, method} = JSON.parse(String(data)) as {id: number; method: string}
      if (stub.manner === 'mute') return
      if (method === 'eth_chainId') {
        return send(socket, {jsonrpc: '2.0', id, result: chainIdOf(stub.manner)})
      }
      if (stub.manner === 'no-subscriptions') {
        const error = {code: -32_601, message: 'the method does not exist; see https://a.example/K'}
        return send(socket, {jsonrpc: '2.0', id, error})
      }
      send(socket, {jsonrpc: '2.0', id, result: '0xcafe'})
      open.add(socket)
      stub.subscribed++
      misbehave(socket)
    })
  }
  function misbehave(socket: WebSocket): void {
    switch (stub.manner) {
      case 'garbage':
        return socket.send('<!doctype html>')
      case 'binary':
        return socket.send(Buffer.from(JSON.stringify(headOf(1))))
      case 'huge':
        return send(socket, {...headOf(1), filler: 'x'.repeat(1_000_000)})
      case 'flood':
        for (let block = 1; block <= 5000; block++) send(socket, headOf(block))
        return
      case 'closes-later':
        return socket.close(1001)
      case 'other-subscription':
        return send(socket, headOf(1, '0xbeef'))
      case 'no-number':
        return send(socket, {...headOf(1), params: {subscription: '0xcafe', result: {}}})
      default:
    }
  }
  http.listen(port, '127.0.0.1')
  await once(http, 'listening')
  const scheme = tls ? 'wss' : 'ws'
  stub.url = `${scheme}://127.0.0.1:${(http.address() as AddressInfo).port}`
  return stub
}

function chainIdOf(manner: HeadsManner): string {
  return manner === 'other-chain' ? '0x1' : CHAIN_ID
}

function headOf(block: number, subscription = '0xcafe') {
  const result = {number: `0x${block.toString(16)}`}
  return {jsonrpc: '2.0', method: 'eth_subscription', params: {subscription, result}}
}
