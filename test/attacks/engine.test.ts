/** Nobody but the node gives its engine orders: no web page, and no other user of the machine. */
import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {afterAll, beforeAll, describe, expect, test} from 'vitest'

import {createRpcClient, type RpcClient, type RpcResponseError} from '../../src/lib/json-rpc.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {connectL1Admin, l1Genesis, runL1Host} from '../../src/local/l1-host.ts'
import {AnvilEngine} from '../../src/node/engine/anvil-engine.ts'
import {readGenesis} from '../../src/node/engine/genesis.ts'
import {startNode} from '../../src/node/start-node.ts'
import {connectEngine} from '../../src/process/engine-socket.ts'
import {waysToIsolate} from '../../src/process/isolation.ts'
import {
  openAsSomebodyElse,
  ordersFor,
  ordersFromProgram,
  ordersFromWebPage,
} from '../helpers/give-orders.ts'
import {accountOf, createTestGenesis} from '../helpers/l2-chain.ts'
import {portsOf} from '../helpers/listeners.ts'
import {startLoneNode, type LoneNode} from '../helpers/lone-node.ts'
import {until} from '../helpers/node-cluster.ts'
import {modexpLoop} from '../helpers/slow-code.ts'

const victim = accountOf('victim').address
const orders = ordersFor(victim)
const pool = accountOf('pool').address

function enginePid(dir: string): number {
  return Number(JSON.parse(readFileSync(join(dir, 'engine.pid'), 'utf8')).pid)
}

/** Root can try it; for anybody else the modes have to say it. */
async function expectClosedToOthers(dir: string): Promise<void> {
  expect((statSync(dir).mode & 0o777).toString(8)).toBe('700')
  expect(statSync(dir).uid).toBe(process.geteuid!())
  if (process.geteuid!() !== 0) return
  expect(await openAsSomebodyElse(join(dir, 'engine.sock'))).toBe('EACCES')
}

describe('the engine of a node', () => {
  let lone: LoneNode
  let dir: string

  beforeAll(async () => {
    lone = await startLoneNode([])
    dir = join(lone.node.options.dataDir, 'engine')
  })
  afterAll(() => lone.stop())

  test('has no port, and its socket is nobody else’s', async () => {
    expect(portsOf(enginePid(dir))).toEqual([])
    await expectClosedToOthers(dir)
    expect(lone.node.status().engine.isolation).toBe('namespace')
  })

  test('hears no orders through any port of the node either', async () => {
    const ports = [...portsOf(process.pid), ...portsOf(enginePid(dir))]
    expect(ports).toContain(Number(new URL(lone.node.rpcUrl).port))
    for (const port of ports) {
      expect(await ordersFromWebPage(port, orders)).toEqual([])
      expect(await ordersFromProgram(port, orders)).toEqual([])
    }
    expect(await lone.node.rpc.request('eth_getBalance', [victim, 'latest'])).toBe('0x0')
  })
})

describe('an engine that obeys somebody else all the same', () => {
  test('is noticed before a block is signed on it, and built again from the chain log', async () => {
    await using lone = await startLoneNode([])
    const {node} = lone
    const outsider = connectEngine(join(node.options.dataDir, 'engine'), 'engine', {
      timeoutMs: 5000,
    })
    // What comes in the millisecond between the look and the order to seal is not seen: a stated limit. So the order
    // comes right before the look.
    const rich = accountOf('friend').address
    const look = AnvilEngine.prototype.stateRoot
    AnvilEngine.prototype.stateRoot = async function (this: AnvilEngine) {
      AnvilEngine.prototype.stateRoot = look
      await outsider.request('anvil_setBalance', [rich, '0xde0b6b3a7640000'])
      return look.call(this)
    }
    await until('it is noticed', () => node.status().engine.outsideChanges > 0)
    const noticedAt = node.status().head.number
    await until('it seals on', () => node.status().head.number > noticedAt + 2)
    expect(await node.rpc.request('eth_getBalance', [rich, 'latest'])).toBe('0x0')
    const before = node.status().engine.outsideChanges

    // The next process of the engine has a socket of the same name.
    await until('it is noticed again', async () => {
      await outsider.request('anvil_setCoinbase', [victim]).catch(() => {})
      const {number} = node.status().head
      const isNoticed = () => node.status().engine.outsideChanges > before
      await until('a look', () => isNoticed() || node.status().head.number > number + 1)
      return isNoticed()
    })
    outsider.close()
    const head = node.status().head.number
    await until('it seals on again', () => node.status().head.number > head + 2)
    const tags = Array.from({length: head - 100}, (_, index) => `0x${(101 + index).toString(16)}`)
    const blocks = await node.rpc.batch(
      tags.map((tag) => ({method: 'eth_getBlockByNumber', params: [tag, false]})),
    )
    const miners = new Set(blocks.map((block) => (block as {miner: string}).miner))
    expect([...miners]).not.toContain(victim.toLowerCase())
    expect(miners.size).toBe(1)
  })

  test('leaves no snapshot that anybody would start from', async () => {
    using genesis = await createTestGenesis({initialSigner: victim, rich: []})
    const start = async (name: string, snapshot?: string) => {
      const dir = join(genesis.dir, name)
      const engine = new AnvilEngine({
        ...{genesis: readGenesis(genesis.file), dir, logger: silentLogger},
      })
      try {
        await engine.start(snapshot)
        if (snapshot !== undefined) return
        const {hash} = engine.head()
        await engine.execute(hash, {timestamp: 1_700_000_010, orderedTransactions: []})
        const outsider = connectEngine(dir, 'engine', {timeoutMs: 5000})
        await outsider.request('anvil_setBalance', [accountOf('friend').address, '0x1'])
        outsider.close()
        await engine.saveSnapshot(join(genesis.dir, 'touched.snapshot'))
      } finally {
        await engine.stop()
      }
    }
    await start('first')
    await expect(start('second', join(genesis.dir, 'touched.snapshot'))).rejects.toMatchObject({
      kind: 'bad-snapshot',
    })
  })
})

describe('the engine of the local L1', () => {
  let dir: string
  let url: string
  let rpc: RpcClient
  let hosting: Promise<void>
  const abort = new AbortController()

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'metis-seq-l1-'))
    const genesisFile = join(dir, 'genesis.json')
    const genesis = l1Genesis({chainId: 31_337, timestamp: 1_700_000_000, balances: []})
    writeFileSync(genesisFile, JSON.stringify(genesis))
    const port = 22_845
    const {signal} = abort
    const options = {chainId: 31_337, port, blockSeconds: 1, genesisFile, logger: silentLogger}
    hosting = runL1Host({...options, dir, signal, contracts: () => [pool]})
    url = `http://127.0.0.1:${port}`
    rpc = createRpcClient(url)
    await until('L1 answers', async () => (await rpc.request('eth_chainId')) === '0x7a69')
  })
  afterAll(async () => {
    abort.abort()
    await hosting
    rpc.close()
    rmSync(dir, {recursive: true, force: true})
  })

  test('answers programs, and takes orders from none of them', async () => {
    const port = Number(new URL(url).port)
    expect(portsOf(enginePid(dir))).toEqual([])
    expect(await ordersFromWebPage(port, orders)).toEqual([])
    expect(await ordersFromProgram(port, orders)).toEqual([])
    expect(await rpc.request('eth_getBalance', [victim, 'latest'])).toBe('0x0')
    await expectClosedToOthers(dir)
  })

  test('no web page reads it, and no body is too large for it', async () => {
    const chainId = [{method: 'eth_chainId', params: []}]
    expect(await ordersFromWebPage(Number(new URL(url).port), chainId)).toEqual([])
    const large = await fetch(url, {method: 'POST', body: `"${'x'.repeat(6_000_000)}"`}).catch(
      () => undefined,
    )
    expect(large?.status ?? 413).toBe(413)
    expect(await rpc.request('eth_chainId')).toBe('0x7a69')
  })

  test('its owner gives orders over the socket', async () => {
    const admin = connectL1Admin(dir)
    await admin.request('anvil_setBalance', [accountOf('friend').address, '0x1'])
    admin.close()
    const balance = await rpc.request('eth_getBalance', [accountOf('friend').address, 'latest'])
    expect(balance).toBe('0x1')
  })

  test('slow code gets what fits a part of its block time; what the network asks for is answered meanwhile', async () => {
    const heavy = [{data: modexpLoop(512), gas: '0x1c9c380'}, 'latest']
    const methods = ['eth_call', 'eth_estimateGas', 'eth_createAccessList']
    const ask = (method: string) => rpc.request(method, heavy).catch((error: unknown) => error)
    for (const method of methods) {
      // On a busy machine a call or two may use the share up; it comes back.
      const said = await until(`${method} has its share`, async () => {
        const error = (await ask(method)) as RpcResponseError
        return error.code !== -32_005 && error
      })
      expect(said).toMatchObject({
        code: -32_000,
        message: expect.stringMatching(/more than 2800000 gas/),
      })
    }
    const refusal = await until('its share is used up', async () => {
      const error = (await ask('eth_call')) as RpcResponseError
      return error.code === -32_005 && error
    })
    expect((refusal.data as {retryAfterMs: number}).retryAfterMs).toBeLessThanOrEqual(10_000)

    expect(await rpc.request('eth_call', [{to: pool}, 'latest'])).toBe('0x')
    const head = await rpc.request('eth_blockNumber')
    await until('blocks go on', async () => (await rpc.request('eth_blockNumber')) !== head)
  })
})

describe('a system that cannot isolate an engine', () => {
  const path = process.env['PATH']
  let lone: LoneNode | undefined

  afterAll(async () => {
    process.env['PATH'] = path
    await lone?.stop()
  })

  test('runs one on the local network and says so; on any other network it refuses', async () => {
    // As on a machine without util-linux.
    process.env['PATH'] = '/nowhere'
    const warnings: string[] = []
    const logger = {...silentLogger, warn: (event: string) => void warnings.push(event)}
    lone = await startLoneNode([], () => ({logger: {...logger, child: () => logger}}))
    expect(lone.node.status().engine.isolation).toBe('open-port')
    expect(warnings.join()).toContain('every user of this machine')

    const {options} = lone.node
    const elsewhere = {
      ...options,
      network: {...options.network, kind: 'test' as const},
      dataDir: join(lone.genesis.dir, 'elsewhere'),
    }
    const error: unknown = await startNode(elsewhere).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({code: 'ENGINE_NOT_ISOLATED', exit: 'precondition'})
    expect((error as {hints: string[]}).hints.join()).toMatch(/sysctl|util-linux/)
  })

  test.each([
    ['kernel.apparmor_restrict_unprivileged_userns', '1', '=0`'],
    ['kernel.unprivileged_userns_clone', '0', '=1`'],
    ['user.max_user_namespaces', '0', '=10000`'],
  ])('%s=%s is named with the command that mends it', (name, value, mended) => {
    const setting = (asked: string) => (asked === name ? value : undefined)
    const [first, ...others] = waysToIsolate({platform: 'linux', setting})
    expect(first).toContain(`sysctl -w ${name}${mended}`)
    expect(others).toEqual([])
  })
})
