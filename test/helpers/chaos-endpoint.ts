/** An endpoint of a real chain that misbehaves as a test tells it, call by call. */
import {startHttpStub, type Call, type HttpStub} from './http-stub.ts'

/** What happens to one call: `pass` to the chain, or one of the ways in which an endpoint fails. */
export type Fate =
  | 'pass'
  /** HTTP status 429; nothing of the request is looked at. */
  | 'too many'
  /** The chain gets it, and nobody hears the answer. */
  | 'deaf'
  /** Nobody gets it, and nobody hears anything. */
  | 'silence'
  /** A refusal of the endpoint's own; the chain sees nothing. */
  | {code: number; message: string}
  /** The chain answers, and the answer is changed. */
  | ((result: unknown) => unknown)

export interface ChaosEndpoint extends AsyncDisposable {
  url: string
  /** Decides each call of a request; anything but `pass` and a change holds for the whole request. */
  decide(fate: (call: Call) => Fate): void
  /** Methods in the order in which they were asked for. */
  asked: string[]
  /** As at the start. */
  reset(): void
}

interface Reply {
  id: number
  result?: unknown
}

export async function startChaosEndpoint(
  chainUrl: () => string,
  headers: Record<string, string> = {},
): Promise<ChaosEndpoint> {
  let decide: (call: Call) => Fate = () => 'pass'
  const asked: string[] = []
  const forward = async (body: string): Promise<Reply | Reply[]> => {
    const answer = await fetch(chainUrl(), {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body,
    })
    return (await answer.json()) as Reply | Reply[]
  }
  const stub: HttpStub = await startHttpStub((body, _request, response) => {
    const parsed = JSON.parse(body) as Call | Call[]
    const calls = Array.isArray(parsed) ? parsed : [parsed]
    asked.push(...calls.map(({method}) => method))
    const fates = new Map(calls.map((call) => [call.id, decide(call)]))
    const all = [...fates.values()]
    if (all.includes('silence')) return
    if (all.includes('too many')) {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
      response.statusCode = 429
      return void response.end('{"message":"too many requests"}')
    }
    const refusal = all.find((fate) => typeof fate === 'object')
    if (refusal) {
      const errors = calls.map(({id}) => ({jsonrpc: '2.0', id, error: refusal}))
      return void response.end(JSON.stringify(Array.isArray(parsed) ? errors : errors[0]))
    }
    return forward(body).then((replies) => {
      if (all.includes('deaf')) return
      for (const reply of Array.isArray(replies) ? replies : [replies]) {
        const fate = fates.get(reply.id)
        if (typeof fate === 'function') reply.result = fate(reply.result)
      }
      response.end(JSON.stringify(replies))
    })
  })
  return {
    url: stub.url,
    asked,
    decide: (next) => (decide = next),
    reset() {
      decide = () => 'pass'
      asked.length = 0
    },
    [Symbol.asyncDispose]: () => stub[Symbol.asyncDispose](),
  }
}
