import {WebSocket} from 'ws'

export interface Answer {
  id: unknown
  result?: unknown
  error?: {code: number; message: string}
}

export interface RawSocket {
  socket: WebSocket
  call(method: string, ...params: unknown[]): Promise<Answer>
  /** Results of a subscription, in the order they came. */
  news: Map<string, unknown[]>
  /** All that came, answers too. */
  texts: string[]
  closed: Promise<number>
  close(): Promise<number>
}

/** A WebSocket client that hides nothing. @throws {Error} with the HTTP status when it is not let in */
export async function openSocket(
  url: string,
  headers: Record<string, string> = {},
  localAddress = '127.0.0.1',
): Promise<RawSocket> {
  const socket = new WebSocket(url, {headers, localAddress, perMessageDeflate: false})
  const waiting = new Map<number, (answer: Answer) => void>()
  const news = new Map<string, unknown[]>()
  const texts: string[] = []
  let nextId = 1
  socket.on('message', (data: Buffer) => {
    const text = data.toString('utf8')
    texts.push(text)
    const message = JSON.parse(text) as Answer & {
      params?: {subscription: string; result: unknown}
    }
    if (message.params) {
      const {subscription, result} = message.params
      news.set(subscription, [...(news.get(subscription) ?? []), result])
    } else waiting.get(Number(message.id))?.(message)
  })
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
  })
  socket.on('error', () => {})
  return {
    socket,
    news,
    texts,
    closed,
    call: (method, ...params) =>
      new Promise((resolve) => {
        const id = nextId++
        waiting.set(id, resolve)
        socket.send(JSON.stringify({jsonrpc: '2.0', id, method, params}))
      }),
    close() {
      socket.close()
      return closed
    },
  }
}
