import {expect, test} from 'vitest'

import {RpcResponseError, type RpcClient} from '../../src/lib/json-rpc.ts'
import {createEndpoints} from '../../src/pos/endpoints.ts'

/** @param chain what its blocks' hashes begin with */
function node(name: string, head: number, code?: number, chain = 'a'): RpcClient {
  return {
    url: name,
    batch: () => Promise.resolve([]),
    close() {},
    request: async (method, params) => {
      if (method === 'eth_chainId') return '0x1'
      if (method === 'eth_blockNumber') return `0x${head.toString(16)}`
      if (method === 'eth_syncing') return name.startsWith('syncing')
      if (method === 'eth_getBlockByNumber') {
        const number = Number(params?.[0])
        return number > head ? null : {hash: `0x${chain}${number}`}
      }
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
  const restarting = endpoints({'http://a': node('a', 9, -32_002), 'http://b': node('b', 9)})
  await restarting.head()
  expect(await restarting.request('eth_call')).toBe('b')
  const refusing = endpoints({'http://a': node('a', 9, 3), 'http://b': node('b', 9)})
  await refusing.head()
  await expect(refusing.request('eth_call')).rejects.toThrow('a')
})

test('reads that belong together stay with one node', async () => {
  const all = endpoints({'http://a': node('a', 8), 'http://b': node('b', 9)})
  await all.head()
  const one = all.one()
  // Both hold block 8, and what is above it only one of them has: it is not agreed.
  expect(await one.request('eth_call')).toBe('a')
})

test('a node that is cut off holds up neither a look at the chain nor a transaction', async () => {
  const silent = node('a', 9)
  const all = endpoints({'http://a': silent, 'http://b': node('b', 8), 'http://c': node('c', 7)})
  await all.prove()
  silent.request = () => new Promise(() => {})
  expect(await all.head()).toMatchObject({number: 7n, asked: 3, answered: 2})
  const {accepted, refusals} = await all.sendToAll('0x00')
  expect(accepted).toBe(2)
  expect(refusals.map(({endpoint}) => endpoint)).toEqual(['http://a'])
})

test('the head is a block that most of those who answer hold, by number and hash', async () => {
  const producer = node('producer', 12, undefined, 'b')
  const all = endpoints({
    ...{'http://a': producer, 'http://b': node('b', 9), 'http://c': node('c', 9)},
  })
  expect(await all.head()).toEqual({
    ...{number: 9n, hash: '0xa9', asked: 3, answered: 3, holders: ['http://b', 'http://c']},
    beyond: ['http://a'],
  })
  // Whoever disagrees is asked last.
  expect(await all.one().request('eth_call')).toMatch(/^[bc]$/)
  expect(await all.request('eth_call')).toMatch(/^[bc]$/)
})

test('two that disagree have the last block before the difference in common', async () => {
  const forked = node('forked', 9)
  const at = forked.request.bind(forked)
  forked.request = async (method, params) =>
    method === 'eth_getBlockByNumber' && Number(params?.[0]) > 6
      ? {hash: '0xother'}
      : at(method, params)
  const two = endpoints({'http://a': node('a', 9), 'http://b': forked})
  expect(await two.head()).toMatchObject({
    number: 6n,
    hash: '0xa6',
    beyond: ['http://a', 'http://b'],
  })
})

test('who is catching up has no opinion, unless all are', async () => {
  const late = endpoints({'http://a': node('a', 9), 'http://b': node('syncing b', 3)})
  expect(await late.head()).toMatchObject({number: 9n, holders: ['http://a'], answered: 2})
  const starting = endpoints({'http://a': node('syncing a', 9), 'http://b': node('syncing b', 3)})
  expect(await starting.head()).toMatchObject({number: 3n})
})

test('one endpoint has nobody to agree with; chains with nothing in common are refused', async () => {
  expect(await endpoints({'http://a': node('a', 9)}).head()).toEqual({
    ...{number: 9n, hash: null, asked: 1, answered: 1, holders: ['http://a'], beyond: []},
  })
  const apart = endpoints({'http://a': node('a', 90), 'http://b': node('b', 90, undefined, 'b')})
  await expect(apart.head()).rejects.toMatchObject({code: 'HEADS_DISAGREE', retryable: true})
})
