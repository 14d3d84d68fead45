/** An endpoint of a chain that lets a test act at the moment a transaction leaves. */
import {proxyAnswer, startHttpStub, type HttpStub} from './http-stub.ts'
import type {RpcClient} from '../../src/lib/json-rpc.ts'

export type Moment = 'before' | 'after'

export interface BroadcastProxy extends AsyncDisposable {
  url: string
  /**
   * Called with each broadcast and its number from 1, before and after the chain has it. `silence`: the
   * sender never hears an answer, and before means that the chain never sees it.
   */
  onBroadcast(act: (count: number, moment: Moment) => 'go on' | 'silence'): void
  /** As at the start: every broadcast goes on, and the next one is number 1. */
  reset(): void
}

export async function startBroadcastProxy(chain: RpcClient): Promise<BroadcastProxy> {
  let act: Parameters<BroadcastProxy['onBroadcast']>[0] = () => 'go on'
  let broadcasts = 0
  const stub: HttpStub = await startHttpStub((body, request, response) => {
    if (!body.includes('eth_sendRawTransaction')) {
      return proxyAnswer(() => chain.url)(body, request, response)
    }
    const count = ++broadcasts
    if (act(count, 'before') === 'silence') return
    const {id, params} = JSON.parse(body) as {id: number; params: unknown[]}
    return chain.request('eth_sendRawTransaction', params).then((result) => {
      if (act(count, 'after') === 'silence') return
      response.end(JSON.stringify({jsonrpc: '2.0', id, result}))
    })
  })
  return {
    url: stub.url,
    onBroadcast: (next) => (act = next),
    reset() {
      broadcasts = 0
      act = () => 'go on'
    },
    [Symbol.asyncDispose]: () => stub[Symbol.asyncDispose](),
  }
}
