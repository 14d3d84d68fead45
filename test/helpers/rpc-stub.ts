import {once} from 'node:events'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'

/** Answers one JSON-RPC method. Throwing answers with a JSON-RPC error. */
export type RpcMethod = (params: readonly unknown[]) => unknown

export interface RpcStub extends AsyncDisposable {
  url: string
  /** Methods in the order in which they were asked for. */
  asked: string[]
  /** May be replaced at any time. */
  methods: Record<string, RpcMethod>
  /** `drop` closes the connection without an answer, `hang` never answers. */
  mode: 'answer' | 'drop' | 'hang'
}

/** A JSON-RPC endpoint inside this process, for failures that no real node shows on demand. */
export async function startRpcStub(methods: Record<string, RpcMethod>): Promise<RpcStub> {
  const server = createServer(async (request, response) => {
    if (stub.mode === 'drop') return void request.socket.destroy()
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const {id, method, params} = JSON.parse(Buffer.concat(chunks).toString()) as {
      id: number
      method: string
      params: unknown[]
    }
    stub.asked.push(method)
    if (stub.mode === 'hang') return
    const handler = stub.methods[method]
    let body: unknown
    try {
      if (!handler) throw new Error(`no ${method}`)
      body = {jsonrpc: '2.0', id, result: handler(params)}
    } catch (error) {
      body = {jsonrpc: '2.0', id, error: {code: -32_000, message: (error as Error).message}}
    }
    response.end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stub: RpcStub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    methods,
    mode: 'answer',
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return stub
}
