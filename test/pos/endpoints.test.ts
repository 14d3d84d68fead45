import {expect, test} from 'vitest'

import {RpcResponseError, type RpcClient} from '../../src/lib/json-rpc.ts'
import {createEndpoints} from '../../src/pos/endpoints.ts'

function node(name: string, head: number, code?: number): RpcClient {
  return {
    url: name,
    batch: () => Promise.resolve([]),
    close() {},
    request: async (method) => {
      if (method === 'eth_chainId') return '0x1'
      if (method === 'eth_blockNumber') return `0x${head.toString(16)}`
      if (code !== undefined) throw new RpcResponseError({code, message: name})
      return name
    },
  }
}

function endpoints(nodes: Record<string, RpcClient>) {
  return createEndpoints({
    ...{chainName: 'L2', chainId: 1, timeoutMs: 1000, urls: Object.keys(nodes)},
    connect: (url) => nodes[url]!,
  })
}

test('a node whose engine restarts is passed over; any other error is an answer', async () => {
  const restarting = endpoints({'http://a': node('a', 9, -32_002), 'http://b': node('b', 8)})
  await restarting.head()
  expect(await restarting.request('eth_call')).toBe('b')
  const refusing = endpoints({'http://a': node('a', 9, 3), 'http://b': node('b', 8)})
  await refusing.head()
  await expect(refusing.request('eth_call')).rejects.toThrow('a')
})

test('reads that belong together stay with one node', async () => {
  const all = endpoints({'http://a': node('a', 8), 'http://b': node('b', 9)})
  await all.head()
  const one = all.one()
  expect(await one.request('eth_call')).toBe('b')
})

test('a node that is cut off holds up neither a look at the chain nor a transaction', async () => {
  const silent = node('a', 9)
  const all = endpoints({'http://a': silent, 'http://b': node('b', 8), 'http://c': node('c', 7)})
  await all.prove()
  silent.request = () => new Promise(() => {})
  expect(await all.head()).toBe(8n)
  const {accepted, refusals} = await all.sendToAll('0x00')
  expect(accepted).toBe(2)
  expect(refusals.map(({endpoint}) => endpoint)).toEqual(['http://a'])
})
