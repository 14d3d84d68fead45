import {execFileSync} from 'node:child_process'
import {once} from 'node:events'
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {createServer, type AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {keccak256} from 'viem'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'

import {readGenesis} from '../../src/node/engine/genesis.ts'
import {rebuildGuard} from '../../src/node/guard/rebuild.ts'
import {sha256Of} from '../../src/node/snapshots/manifest.ts'
import {applyRestore, planRestore} from '../../src/node/snapshots/restore.ts'
import {ChainLog} from '../../src/store/chain-log.ts'
import {SignGuard} from '../../src/store/sign-guard.ts'
import {startAnvil, type Anvil} from '../helpers/anvil.ts'
import {accountOf, createTestGenesis, L2_CHAIN_ID, type TestGenesis} from '../helpers/l2-chain.ts'
import {nodeOptions, startTestNode, testNetwork, until} from '../helpers/node-cluster.ts'
import {signBlock} from '../helpers/sign-block.ts'

const alpha = accountOf('alpha')
const network = {name: 'test', chainId: L2_CHAIN_ID, fingerprint: '0xab'} as const
let dir: string

beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'metis-seq-attack-'))))
afterAll(() => rmSync(dir, {recursive: true, force: true}))

describe('what a snapshot may carry', () => {
  let snapshot: string
  let home: string

  async function fileOf(name: string, listed = name) {
    const path = join(snapshot, name)
    return {name: listed, bytes: statSync(path).size, sha256: await sha256Of(path)}
  }

  function manifest(files: unknown[], engineBlock: number | null = null): void {
    const head = {number: 1, hash: `0x${'1'.repeat(64)}`}
    const createdAt = new Date(0).toISOString()
    const {name, ...id} = network
    const document = {version: 1, network: name, ...id, head, createdAt, engineBlock, files}
    writeFileSync(join(snapshot, 'manifest.json'), JSON.stringify(document))
  }

  const restore = async () =>
    applyRestore(planRestore({path: snapshot, dataDir: home, network}), {replace: true, nowMs: 1})

  beforeAll(() => {
    snapshot = join(dir, 'snapshot')
    home = join(dir, 'victim')
    mkdirSync(snapshot)
    const log = ChainLog.open(join(snapshot, 'chain.sqlite'), network)
    const hash = keccak256('0x01')
    const block = {number: 1, hash, parentHash: hash, stateRoot: hash, timestamp: 1}
    log.append(signBlock({...block, transactions: []}, L2_CHAIN_ID, alpha))
    log.close()
    writeFileSync(join(snapshot, 'sign-guard.log'), '')
    mkdirSync(home)
    const guard = SignGuard.open(join(home, 'sign-guard.log'))
    for (let height = 1; height <= 5; height++) guard.checkAndRecord(height, keccak256('0x02'))
    guard.close()
    writeFileSync(join(home, 'peer.key'), 'mine')
  })

  test.each([
    'sign-guard.log',
    'peer.key',
    'admin.json',
    'batch-pin.json',
    '../sign-guard.log',
    './sign-guard.log',
    '/tmp/x',
    'CHAIN.SQLITE',
    'chain.sqlite/../sign-guard.log',
    '7.snapshot',
    'manifest.json',
    '',
  ])(
    'nothing but its own three files: %j is refused by name, and nothing is written',
    async (name) => {
      manifest([await fileOf('chain.sqlite'), await fileOf('sign-guard.log', name)])
      const before = readFileSync(join(home, 'sign-guard.log'))
      await expect(restore()).rejects.toMatchObject({
        ...{code: 'SNAPSHOT_UNSAFE', exit: 'critical', facts: {file: name}},
      })
      expect(readFileSync(join(home, 'sign-guard.log'))).toEqual(before)
      expect(readFileSync(join(home, 'peer.key'), 'utf8')).toBe('mine')
      expect(readdirSync(home).sort()).toEqual(['peer.key', 'sign-guard.log'])
    },
  )

  test('a name that comes twice is refused', async () => {
    manifest([await fileOf('chain.sqlite'), await fileOf('chain.sqlite')])
    await expect(restore()).rejects.toMatchObject({code: 'SNAPSHOT_UNSAFE'})
  })

  test('a symbolic link is refused, also one that the right bytes lie behind', async () => {
    const real = join(dir, 'real.sqlite')
    renameSync(join(snapshot, 'chain.sqlite'), real)
    symlinkSync(real, join(snapshot, 'chain.sqlite'))
    const file = {name: 'chain.sqlite', bytes: statSync(real).size, sha256: await sha256Of(real)}
    manifest([file])
    await expect(restore()).rejects.toMatchObject({code: 'SNAPSHOT_UNSAFE'})
    rmSync(join(snapshot, 'chain.sqlite'))
    renameSync(real, join(snapshot, 'chain.sqlite'))
  })

  test('what is restored is a file of its own, also from a hard link; and the guard has only grown', async () => {
    linkSync(join(snapshot, 'chain.sqlite'), join(dir, 'linked.sqlite'))
    manifest([await fileOf('chain.sqlite')])
    const before = readFileSync(join(home, 'sign-guard.log'), 'utf8')
    await restore()
    expect(statSync(join(home, 'chain.sqlite')).nlink).toBe(1)
    const after = readFileSync(join(home, 'sign-guard.log'), 'utf8')
    expect(after.startsWith(before)).toBe(true)
    const guard = SignGuard.open(join(home, 'sign-guard.log'))
    expect([guard.top, guard.isTrusted]).toEqual([5, false])
    guard.close()
  })
})

describe('a node', () => {
  let l1: Anvil
  let genesis: TestGenesis

  beforeAll(async () => {
    l1 = await startAnvil(['--chain-id', '31337'])
    genesis = await createTestGenesis({
      ...{initialSigner: alpha.address, rich: [], firstEpochEndBlock: 100_000n},
    })
  })
  afterAll(async () => {
    await l1.stop()
    genesis[Symbol.dispose]()
  })

  test('with an old copy of its home and nobody to ask signs nothing; without its guard it does not start', async () => {
    const options = nodeOptions('alpha', testNetwork({genesis, l1RpcUrl: l1.rpcUrl}), genesis.dir)
    const home = options.dataDir
    const first = await startTestNode(options)
    await until('it seals', () => first.status().head.number > 103)
    const copy = join(genesis.dir, 'copy')
    const twin = join(genesis.dir, 'twin')
    const from = await copiedAtWrite(home, twin)
    await until('it signs what the copy does not know', () => first.status().head.number > from + 1)
    await first.stop()
    cpSync(home, copy, {recursive: true, preserveTimestamps: true})

    // In the place of the home, and in no time: the copy is as old as its last line.
    const original = join(genesis.dir, 'original')
    renameSync(home, original)
    renameSync(twin, home)
    const copied = await startTestNode(options)
    await until('L1 was read', () => copied.status().waitingFor?.needs.join() === 'peers')
    expect(copied.status()).toMatchObject({blocksSealed: 0, guard: {trusted: false}})
    await copied.stop()
    rmSync(home, {recursive: true})
    renameSync(original, home)

    // An ordinary restart goes on at once, also when no peer answers.
    const second = await startTestNode(options)
    const head = second.status().head.number
    await until('it seals on', () => second.status().head.number > head + 3)
    expect(second.status()).toMatchObject({guard: {trusted: true}, waitingFor: null, halted: null})
    await second.stop()

    const newest = join(genesis.dir, 'newest')
    renameSync(home, newest)
    cpSync(copy, home, {recursive: true, preserveTimestamps: true})
    const old = await startTestNode(options)
    await until('L1 was read', () => old.status().waitingFor?.needs.join() === 'peers')
    expect(old.status()).toMatchObject({
      ...{phase: 'catching-up', blocksSealed: 0, head: {number: head}, guard: {trusted: false}},
    })
    await old.stop()

    rmSync(join(home, 'sign-guard.log'))
    await expect(startTestNode(options)).rejects.toMatchObject({
      code: 'SIGN_GUARD_MISSING',
      exit: 'interlock',
      hints: [expect.anything(), expect.stringContaining('metis-seq node guard rebuild')],
    })
    expect(existsSync(join(home, 'engine/engine.pid'))).toBe(false)

    const log = ChainLog.open(join(home, 'chain.sqlite'), readGenesis(genesis.file))
    const path = join(home, 'sign-guard.log')
    const signer = alpha.address.toLowerCase() as typeof alpha.address
    const rebuilt = rebuildGuard({path, log, signer, nowMs: Date.now()})
    log.close()
    expect(rebuilt).toEqual({floor: head + 1, learned: 0, movedTo: null})
    const mended = await startTestNode(options)
    await until('L1 was read', () => mended.status().waitingFor?.needs.join() === 'peers')
    // Not even in the turn that had begun before it started.
    expect(mended.status()).toMatchObject({blocksSealed: 0, guard: {floor: 100_001}})
    await mended.stop()
  })
})

/** The port of whoever may be this very node. */
test('a node whose port is taken touches nothing', async () => {
  const genesis = await createTestGenesis({
    ...{initialSigner: alpha.address, rich: [], firstEpochEndBlock: 100_000n},
  })
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const {port} = other.address() as AddressInfo
  for (const place of ['rpc', 'peer'] as const) {
    const network = testNetwork({genesis, l1RpcUrl: 'http://127.0.0.1:1'})
    const busy = {[place]: {host: '127.0.0.1', port}}
    const options = nodeOptions('alpha', network, genesis.dir, busy)
    await expect(startTestNode(options)).rejects.toMatchObject({code: 'PORT_BUSY'})
    expect(existsSync(join(options.dataDir, 'chain.sqlite'))).toBe(false)
  }
  other.close()
  genesis[Symbol.dispose]()
})

/** `cp -a` within milliseconds of a signature. @returns the highest height that was signed then */
async function copiedAtWrite(home: string, copy: string): Promise<number> {
  const path = join(home, 'sign-guard.log')
  for (;;) {
    const before = SignGuard.topOf(path)
    await until('it signs', () => SignGuard.topOf(path) !== before)
    execFileSync('cp', ['-a', home, copy])
    const file = join(copy, 'sign-guard.log')
    const writtenMs = Number(/ (\d+)\n$/.exec(readFileSync(file, 'latin1'))?.[1])
    // On a busy machine the copy may have come too late.
    if (statSync(file).ctimeMs - writtenMs < 250) return SignGuard.topOf(file)!
    rmSync(copy, {recursive: true})
  }
}
