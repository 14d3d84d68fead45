/** What an engine must not obey, from where it must not come. */
import {execFile} from 'node:child_process'
import {promisify} from 'node:util'

import {WebSocket} from 'ws'

import {isRecord} from '../../src/lib/json.ts'

export interface Order {
  method: string
  params: unknown[]
}

export function ordersFor(victim: string): Order[] {
  return [
    {method: 'anvil_setBalance', params: [victim, '0xde0b6b3a7640000']},
    {method: 'hardhat_setBalance', params: [victim, '0xde0b6b3a7640000']},
    {method: 'anvil_dumpState', params: []},
    {method: 'evm_increaseTime', params: ['0x15180']},
    {method: 'evm_mine', params: []},
    {method: 'eth_sendUnsignedTransaction', params: [{from: victim, to: victim, value: '0x1'}]},
    {method: 'anvil_nodeInfo', params: []},
  ]
}

/** @returns what was obeyed */
export async function ordersFromWebPage(port: number, orders: readonly Order[]): Promise<string[]> {
  const obeyed: string[] = []
  for (const [host, origin] of [
    ['evil.example', 'https://evil.example'],
    [`127.0.0.1:${port}`, 'https://evil.example'],
    [`127.0.0.1:${port}`, 'null'],
  ] as const) {
    for (const order of orders) {
      for (const contentType of ['application/json', 'text/plain']) {
        const headers = {host, origin, 'content-type': contentType}
        if (isObeyed(await post(port, headers, order))) obeyed.push(`POST ${order.method}`)
      }
    }
    obeyed.push(...(await byWebSocket(port, {host, origin}, orders)))
  }
  return obeyed
}

/** As a program that another user of this machine runs. */
export async function ordersFromProgram(port: number, orders: readonly Order[]): Promise<string[]> {
  const obeyed: string[] = []
  const headers = {host: `127.0.0.1:${port}`, 'content-type': 'application/json'}
  for (const order of orders) {
    if (isObeyed(await post(port, headers, order))) obeyed.push(`POST ${order.method}`)
  }
  return [...obeyed, ...(await byWebSocket(port, {host: `127.0.0.1:${port}`}, orders))]
}

function bodyOf({method, params}: Order): string {
  return JSON.stringify({jsonrpc: '2.0', id: 1, method, params})
}

function isObeyed(text: string | undefined): boolean {
  if (text === undefined) return false
  try {
    const answer: unknown = JSON.parse(text)
    return isRecord(answer) && 'result' in answer
  } catch {
    return false
  }
}

/** `fetch` sets the Host header by itself, so this is written by hand. */
async function post(
  port: number,
  headers: Record<string, string>,
  order: Order,
): Promise<string | undefined> {
  const {request} = await import('node:http')
  return new Promise((resolve) => {
    const sending = request(
      {host: '127.0.0.1', port, method: 'POST', headers, timeout: 20_000},
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.on('end', () => resolve(text))
      },
    )
    sending.on('timeout', () => sending.destroy())
    sending.on('error', () => resolve(undefined))
    sending.end(bodyOf(order))
  })
}

function byWebSocket(
  port: number,
  headers: Record<string, string>,
  orders: readonly Order[],
): Promise<string[]> {
  return new Promise((resolve) => {
    const obeyed: string[] = []
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, {headers, handshakeTimeout: 5000})
    let answers = 0
    socket.on('open', () => orders.forEach((order) => socket.send(bodyOf(order))))
    socket.on('message', (data) => {
      if (isObeyed(String(data))) obeyed.push(`WebSocket ${String(data).slice(0, 40)}`)
      if (++answers === orders.length) socket.close()
    })
    socket.on('error', () => resolve(obeyed))
    socket.on('close', () => resolve(obeyed))
  })
}

/**
 * Tries from another user id to open a socket. Root can become anybody; any other user is nobody else.
 *
 * @returns the code of the refusal, or `connected`
 */
export async function openAsSomebodyElse(path: string): Promise<string> {
  // The program is loaded before the user changes: its own files may be root's alone.
  const script = `
    const {createConnection} = require('node:net')
    const [path] = process.argv.slice(1)
    process.setgroups([]); process.setgid(65534); process.setuid(65534)
    const socket = createConnection({path})
    socket.on('connect', () => { console.log('connected'); socket.destroy() })
    socket.on('error', ({code}) => console.log(code))`
  const {stdout} = await promisify(execFile)(process.execPath, ['-e', script, path])
  return stdout.trim()
}
