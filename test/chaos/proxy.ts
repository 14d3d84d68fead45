/** An endpoint of a real chain that behaves as it is told. */
import {once} from 'node:events'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'

import type {Answer, Asked, Behaviour, Call} from './behaviours.ts'

export interface ChaosProxy extends AsyncDisposable {
  url: string
  /** Number of calls of each request. */
  sizes: number[]
  methods: string[]
}

export async function startChaosProxy(
  chainUrl: string,
  behaviour: Behaviour = () => false,
): Promise<ChaosProxy> {
  const sizes: number[] = []
  const methods: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const parsed = JSON.parse(Buffer.concat(chunks).toString()) as Call | Call[]
    const calls = [parsed].flat()
    const isBatch = Array.isArray(parsed)
    const asked: Asked = {
      ...{calls, isBatch, response, headers: request.headers, before: sizes.length},
      forward: (some = calls) => forward(chainUrl, some),
      reply(body, status = 200, headers = {}) {
        response.writeHead(status, headers)
        response.end(typeof body === 'string' ? body : JSON.stringify(body))
      },
    }
    sizes.push(calls.length)
    methods.push(...calls.map(({method}) => method))
    if (await behaviour(asked)) return
    const answers = await asked.forward()
    asked.reply(isBatch ? answers : answers[0])
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sizes,
    methods,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function forward(chainUrl: string, calls: readonly Call[]): Promise<Answer[]> {
  const answer = await fetch(chainUrl, {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify(calls),
  })
  return (await answer.json()) as Answer[]
}
