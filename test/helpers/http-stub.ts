import {once} from 'node:events'
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'

export interface HttpStub extends AsyncDisposable {
  url: string
  /** Bodies of the requests in order; empty for a GET. */
  bodies: string[]
  /** Paths of the requests in order. */
  paths: string[]
}

/** One that fails, as when the chain behind it is gone, ends the connection. */
export type Answer = (
  body: string,
  request: IncomingMessage,
  response: ServerResponse,
) => void | Promise<void>

/** An HTTP server inside this process that answers as it is told, right or wrong. */
export async function startHttpStub(answer: Answer): Promise<HttpStub> {
  const bodies: string[] = []
  const paths: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    bodies.push(body)
    paths.push(request.url ?? '')
    await Promise.resolve(answer(body, request, response)).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    paths,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export interface Call {
  id: number
  method: string
  params: unknown[]
}

/** Answers JSON-RPC, single and in batches. What `methods` does not know is an error object. */
export function rpcAnswer(methods: Record<string, (params: unknown[]) => unknown>): Answer {
  const one = ({id, method, params}: Call) =>
    methods[method]
      ? {jsonrpc: '2.0', id, result: methods[method](params)}
      : {jsonrpc: '2.0', id, error: {code: -32_601, message: `no ${method}`}}
  return (body, _request, response) => {
    const value = JSON.parse(body) as Call | Call[]
    response.end(JSON.stringify(Array.isArray(value) ? value.map(one) : one(value)))
  }
}

/** What a captive portal, a proxy or a wrong port says. */
export const htmlAnswer: Answer = (_body, _request, response) => {
  response.setHeader('content-type', 'text/html')
  response.end('<!doctype html><html><body>Welcome</body></html>')
}

/** Takes the request and says nothing. */
export const noAnswer: Answer = () => {}

/** A port on which nothing listens: one that was free a moment ago. */
export async function deadUrl(): Promise<string> {
  const stub = await startHttpStub(noAnswer)
  await stub[Symbol.asyncDispose]()
  return stub.url
}

/** Sends everything on to a real endpoint; `change` may change the calls, or answer instead by returning true. */
export function proxyAnswer(
  target: () => string,
  change: (calls: Call[], response: ServerResponse) => boolean = () => false,
): Answer {
  return (text, _request, response) => {
    const value = JSON.parse(text) as Call | Call[]
    if (change(Array.isArray(value) ? value : [value], response)) return
    const body = JSON.stringify(value)
    return fetch(target(), {method: 'POST', headers: {'content-type': 'application/json'}, body})
      .then((answer) => answer.text())
      .then((text) => void response.end(text))
  }
}
