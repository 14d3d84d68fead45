import {writeFileSync} from 'node:fs'
import {request} from 'node:http'
import {join} from 'node:path'

import {afterAll, beforeAll, describe, expect, test} from 'vitest'

import {nodeArguments, nodeFlags, nodeSettingsOf} from '../../src/cli/node-flags.ts'
import {RPC_UNITS_BURST} from '../../src/node/rpc-limits.ts'
import {readToken} from '../../src/lib/bearer-token.ts'
import {createAccessPolicy} from '../../src/node/rpc/access-policy.ts'
import {clientOf} from '../../src/lib/client-address.ts'
import {RateLimit} from '../../src/node/rpc/rate-limit.ts'
import {accountOf, type TestGenesis} from '../helpers/l2-chain.ts'
import {startLoneNode, type LoneNode} from '../helpers/lone-node.ts'
import {type TestNode} from '../helpers/node-cluster.ts'
import {openSocket} from '../helpers/raw-socket.ts'

const token = 'correct-horse-battery'
const page = 'https://wallet.example'
let lone: LoneNode
let genesis: TestGenesis
let node: TestNode

beforeAll(async () => {
  lone = await startLoneNode([], (dir) => {
    const tokenFile = join(dir, 'rpc-token')
    writeFileSync(tokenFile, `${token}\n`)
    return {
      rpc: {
        ...{host: '127.0.0.1', port: 0, wsPort: 0, tokenFile},
        ...{hostNames: ['node.example'], corsOrigins: [page]},
      },
    }
  })
  ;({node, genesis} = lone)
})

afterAll(async () => {
  await lone.stop()
})

function ask(headers: Record<string, string>, method = 'POST', path = '/', at = node.rpcUrl) {
  return new Promise<{status: number; text: string; headers: Record<string, unknown>}>(
    (resolve, reject) => {
      const outgoing = request(
        new URL(path, at),
        {method, headers: {'content-type': 'application/json', ...headers}},
        (incoming) => {
          let text = ''
          incoming.on('data', (chunk: Buffer) => (text += chunk.toString()))
          incoming.on('end', () =>
            resolve({status: incoming.statusCode ?? 0, text, headers: incoming.headers}),
          )
        },
      )
      outgoing.on('error', reject)
      outgoing.end(method === 'POST' ? '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}' : '')
    },
  )
}

const bearer = {authorization: `Bearer ${token}`}

test('a token: without it 401, with it answers, and what is reserved for it', async () => {
  for (const headers of [{}, {authorization: 'Bearer x'}, {authorization: token}]) {
    const {status, text, headers: answered} = await ask(headers)
    expect(status).toBe(401)
    expect(text).toContain('The bearer token is missing or wrong.')
    expect(answered['www-authenticate']).toBe('Bearer')
  }
  expect((await ask(bearer)).text).toContain('0x1a900')
  await expect(openSocket(node.wsUrl)).rejects.toThrow('401')
  const socket = await openSocket(node.wsUrl, bearer)
  const info = {
    sequencerAddress: accountOf('beta').address,
    sequencerUrl: 'http://b',
    sequencerHeight: 7,
  }
  expect((await socket.call('rollup_addSequencerInfo', info)).result).toBeNull()
  expect((await socket.call('rollup_listSequencerInfo')).result).toMatchObject({
    seqList: [{sequencerUrl: 'localhost'}, {sequencerUrl: 'http://b', sequencerHeight: 7}],
  })
  await socket.close()
})

test('probes need no token, figures do', async () => {
  expect((await ask({}, 'GET', '/healthz')).status).toBe(200)
  expect(JSON.parse((await ask({}, 'GET', '/readyz')).text)).toEqual({ready: true, reasons: []})
  expect(JSON.parse((await ask({}, 'GET', '/health')).text)).toMatchObject({
    isCurrentSequencer: true,
    writer: {txHash: '', timestamp: 0, ret: ''},
    l2: {blockNumber: expect.any(Number), timestamp: expect.any(Number)},
    rpc: {txHash: '', timestamp: 0},
    mpc: {isMpcProposer: false, signId: '', signSuccess: false, timestamp: 0},
  })
  expect((await ask({}, 'GET', '/metrics')).status).toBe(401)
  expect((await ask(bearer, 'GET', '/metrics')).status).toBe(200)
})

test('a page that made its own name point here is refused by its Host header', async () => {
  for (const host of ['evil.example', 'evil.example:8545', 'localhost.evil.example']) {
    expect((await ask({...bearer, host})).status, host).toBe(403)
    await expect(openSocket(node.wsUrl, {...bearer, host})).rejects.toThrow('403')
  }
  for (const host of ['localhost', 'LocalHost:1', '127.0.0.1:8545', '[::1]:8545', 'node.example']) {
    expect((await ask({...bearer, host})).status, host).toBe(200)
  }
})

test('web pages: only those that are named, also by WebSocket', async () => {
  const named = await ask({...bearer, origin: page})
  expect(named.headers).toMatchObject({'access-control-allow-origin': page, vary: 'origin'})
  expect((await ask({origin: page}, 'OPTIONS')).status).toBe(204)
  const other = await ask({origin: 'https://evil.example'}, 'OPTIONS')
  expect(other.status).toBe(403)
  expect(Object.keys(other.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  await expect(openSocket(node.wsUrl, {...bearer, origin: 'null'})).rejects.toThrow('403')
  await (await openSocket(node.wsUrl, {...bearer, origin: page})).close()
})

test('the second port is the same door', async () => {
  expect(node.wsUrl).not.toBe(node.rpcUrl.replace('http', 'ws'))
  await (await openSocket(node.rpcUrl.replace('http', 'ws'), bearer)).close()
  expect((await ask(bearer, 'POST', '/', node.wsUrl.replace('ws', 'http'))).status).toBe(200)
})

describe('pure parts', () => {
  test('a node on a public address takes every address as Host, and the names that are given', () => {
    const open = createAccessPolicy({host: '0.0.0.0'})
    expect(open.isHostKnown({host: '203.0.113.7:8545'})).toBe(true)
    expect(open.isHostKnown({host: '[2001:db8::1]:8545'})).toBe(true)
    expect(open.isHostKnown({host: 'rpc.example'})).toBe(false)
    expect(createAccessPolicy({host: '::', hostNames: ['*']}).isHostKnown({host: 'x.y'})).toBe(true)
    const named = createAccessPolicy({host: '0.0.0.0', hostNames: ['rpc.example']})
    expect(named.isHostKnown({host: 'rpc.example:443'})).toBe(true)
    expect(named.isHostKnown({host: 'other.example'})).toBe(false)
    expect(open.tokenOf({})).toBe('none')
  })

  test('a bucket of work empties and fills, per client, and not for this machine', () => {
    const limit = new RateLimit({unitsPerSecond: 10, burst: 20})
    const take = (address: string, nowMs: number) => limit.take(address, 5, nowMs)
    expect([1, 2, 3, 4, 5].map(() => take('9.9.9.9', 0))).toEqual([true, true, true, true, false])
    expect(take('9.9.9.8', 0)).toBe(true)
    expect(take('9.9.9.9', 400)).toBe(false)
    expect(take('9.9.9.9', 600)).toBe(true)
    expect(Array.from({length: 50}, () => take('::ffff:127.0.0.1', 0))).not.toContain(false)
    expect(new RateLimit().take('9.9.9.9', RPC_UNITS_BURST + 1, 0)).toBe(false)
  })

  test('one client is one address, or one network of IPv6 addresses', () => {
    expect(clientOf('::ffff:1.2.3.4')).toBe('1.2.3.4')
    expect(clientOf('2001:db8:1:2:3:4:5:6')).toBe(clientOf('2001:db8:1:2::9'))
    expect(clientOf('2001:db8:1:2::9')).not.toBe(clientOf('2001:db8:1:3::9'))
    expect(clientOf('::1')).toBe('0:0:0:0')
  })

  test('a token that is short or missing is refused at the start', () => {
    const file = join(genesis.dir, 'short')
    writeFileSync(file, 'short')
    expect(() => readToken(file, 'RPC_TOKEN_INVALID')).toThrow(
      expect.objectContaining({code: 'RPC_TOKEN_INVALID'}),
    )
    expect(() => readToken(join(genesis.dir, 'none'), 'RPC_TOKEN_INVALID')).toThrow()
  })

  test('a node in the background is given the same flags', async () => {
    const given = {
      'ws-port': 8546,
      'rpc-host-name': ['a.example', 'b.example'],
      'rpc-cors-origin': [page],
      'rpc-token-file': '/run/token',
      'peer-advertise': '/dns4/node.example/tcp/30303',
      'peer-bootnode': ['192.0.2.1:30303'],
      'peer-follower': [accountOf('follower').address],
      'batch-max-gas': 40,
      alone: true,
    }
    const {Errors, Parser} = await import('@oclif/core')
    const {flags} = await Parser.parse(nodeArguments(given), {flags: nodeFlags})
    expect(nodeSettingsOf(flags)).toEqual({
      alone: true,
      rpc: {
        ...{wsPort: 8546, tokenFile: '/run/token'},
        ...{hostNames: ['a.example', 'b.example'], corsOrigins: [page]},
      },
      advertiseAddress: '/dns4/node.example/tcp/30303',
      bootnodes: ['192.0.2.1:30303'],
      followers: [accountOf('follower').address],
      batchMaxGasGwei: 40,
    })
    expect(nodeArguments({})).toEqual([])
    const nothing = {rpc: {hostNames: [], corsOrigins: []}, bootnodes: [], followers: []}
    expect(nodeSettingsOf({})).toEqual(nothing)
    for (const wrong of [
      ['--peer-bootnode', 'nowhere'],
      ['--peer-follower', '0x12'],
    ]) {
      await expect(Parser.parse(wrong, {flags: nodeFlags})).rejects.toBeInstanceOf(Errors.CLIError)
    }
  })
})
