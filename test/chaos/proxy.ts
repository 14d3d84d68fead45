/** An endpoint of a real chain that behaves as it is told. */
import {once} from 'node:events'
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
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
  const forwards = new Set<Promise<Answer[]>>()
  let isOver = false
  const pass = (some: readonly Call[]) => {
    if (isOver) throw new Error('The endpoint is no more.')
    const answers = forward(chainUrl, some).finally(() => forwards.delete(answers))
    forwards.add(answers)
    return answers
  }
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const parsed = JSON.parse(Buffer.concat(chunks).toString()) as Call | Call[]
    const calls = [parsed].flat()
    const isBatch = Array.isArray(parsed)
    const asked: Asked = {
      ...{calls, isBatch, response, headers: request.headers, before: sizes.length},
      forward: async (some = calls) => pass(some),
      reply(body, status = 200, headers = {}) {
        response.writeHead(status, headers)
        response.end(typeof body === 'string' ? body : JSON.stringify(body))
      },
    }
    sizes.push(calls.length)
    methods.push(...calls.map(({method}) => method))
    if ((await behaviour(asked)) || isOver) return
    const answers = await asked.forward()
    asked.reply(isBatch ? answers : answers[0])
  }
  const server = createServer((request, response) =>
    handle(request, response).catch((error: unknown) => {
      if (!isOver) throw error
    }),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sizes,
    methods,
    async [Symbol.asyncDispose]() {
      // A transaction that nobody waits for any more would reach the chain in the middle of the next test.
      isOver = true
      await Promise.allSettled(forwards)
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
