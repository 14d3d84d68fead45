import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {systemClock} from '../../src/lib/clock.ts'
import {silentLogger, type Logger} from '../../src/lib/log.ts'
import {readGenesis, type Genesis} from '../../src/node/engine/genesis.ts'
import {createSnapshot} from '../../src/node/snapshots/create.ts'
import {
  listSnapshots,
  readManifest,
  sha256Of,
  type SnapshotNetwork,
} from '../../src/node/snapshots/manifest.ts'
import {applyPrune, planPrune} from '../../src/node/snapshots/prune.ts'
import {applyRestore, planRestore} from '../../src/node/snapshots/restore.ts'
import {verifySnapshot, type SnapshotProgress} from '../../src/node/snapshots/verify.ts'
import type {Network} from '../../src/protocol/network.ts'
import {openConfig} from '../../src/store/config.ts'
import {startAnvil, type Anvil} from '../helpers/anvil.ts'
import {
  accountOf,
  createTestGenesis,
  L2_CHAIN_ID,
  transfer,
  type TestGenesis,
} from '../helpers/l2-chain.ts'
import {
  nodeOptions,
  startTestNode,
  testNetwork,
  until,
  type TestNode,
} from '../helpers/node-cluster.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runCli} from '../helpers/run-cli.ts'

const user = accountOf('user')

let l1: Anvil
let genesisFiles: TestGenesis
let genesis: Genesis
let network: Network
let alpha: TestNode
let dir: string
let root: string
let id: SnapshotNetwork
let path: string

/** One chain for all tests: alpha made blocks, was restarted (which saves its state), and runs on. */
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-snapshots-'))
  root = join(dir, 'snapshots')
  l1 = await startAnvil(['--chain-id', '31337'])
  genesisFiles = await createTestGenesis({
    ...{initialSigner: accountOf('alpha').address, rich: [user.address]},
    firstEpochEndBlock: 100_000n,
  })
  genesis = readGenesis(genesisFiles.file)
  network = testNetwork({genesis: genesisFiles, l1RpcUrl: l1.rpcUrl, slotMs: 300})
  id = {name: 'test', chainId: L2_CHAIN_ID, fingerprint: genesis.fingerprint}
  const options = nodeOptions('alpha', network, dir)
  const first = await startTestNode(options)
  await seal(first, 0, 8)
  await first.stop()
  alpha = await startTestNode(options)
  await seal(alpha, 8, 14)
  const created = await createSnapshot({dataDir: dataDir('alpha'), root, network: id, nowMs: 1e12})
  path = created.path
})
afterAll(async () => {
  await alpha?.stop()
  await l1.stop()
  genesisFiles[Symbol.dispose]()
  rmSync(dir, {recursive: true, force: true})
})

const dataDir = (name: string) => join(dir, name)

async function seal(node: TestNode, from: number, until_: number): Promise<void> {
  for (let nonce = from; nonce < until_; nonce++) {
    const hash = await node.rpc.request('eth_sendRawTransaction', [await transfer(user, nonce)])
    const mined = () => node.rpc.request('eth_getTransactionReceipt', [hash])
    await until('a receipt', async () => (await mined()) !== null)
  }
}

async function verify(of: string, fromGenesis = false) {
  const work = mkdtempSync(join(dir, 'verify-'))
  const progress: SnapshotProgress[] = []
  const found = await verifySnapshot({
    ...{path: of, genesis, dir: work, fromGenesis, clock: systemClock, logger: silentLogger},
    signal: new AbortController().signal,
    onProgress: (each) => progress.push(each),
  })
  return {...found, progress}
}

/** A copy with other content; its manifest is mended when the damage is not to be seen in the sums. */
async function forge(name: string, sql: string, isMended: boolean): Promise<string> {
  const copy = join(dir, name)
  cpSync(path, copy, {recursive: true})
  const file = join(copy, 'chain.sqlite')
  const database = new DatabaseSync(file)
  database.exec(sql)
  database.close()
  if (isMended) {
    const manifest = readManifest(copy)
    for (const each of manifest.files) {
      if (each.name === 'chain.sqlite') each.sha256 = await sha256Of(file)
    }
    writeFileSync(join(copy, 'manifest.json'), JSON.stringify(manifest))
  }
  return copy
}

test('a snapshot of a running node is the chain, its history and a state, and no secret or promise', () => {
  const manifest = readManifest(path)
  const {head, engineBlock, files} = manifest
  expect(manifest).toMatchObject({network: 'test', chainId: L2_CHAIN_ID, version: 1})
  expect(head.number).toBeGreaterThanOrEqual(114)
  expect(engineBlock).toBeGreaterThan(100)
  expect(engineBlock).toBeLessThan(head.number)
  const names = ['chain.sqlite', 'history.sqlite', `${engineBlock}.snapshot`].sort()
  expect(files.map(({name}) => name).sort()).toEqual(names)
  expect(readdirSync(path).sort()).toEqual([...names, 'manifest.json'].sort())
  const database = new DatabaseSync(join(path, 'chain.sqlite'), {readOnly: true})
  expect(database.prepare('SELECT * FROM candidate').all()).toEqual([])
  database.close()
  // Nothing half-made is left beside it.
  expect(readdirSync(root)).toHaveLength(1)
})

test('a block that is executed and perhaps signed stays with the node that did it', async () => {
  const dataOfSigner = mkdtempSync(join(dir, 'signer-'))
  cpSync(join(path, 'chain.sqlite'), join(dataOfSigner, 'chain.sqlite'))
  const database = new DatabaseSync(join(dataOfSigner, 'chain.sqlite'))
  database.exec("INSERT INTO candidate VALUES (1, 999, '0x1', '0x2', '0x3', 5, x'')")
  database.close()
  const elsewhere = join(dataOfSigner, 'snapshots-of-it')
  const made = await createSnapshot({dataDir: dataOfSigner, root: elsewhere, network: id, nowMs: 1})
  expect(made.manifest).toMatchObject({engineBlock: null, files: [{name: 'chain.sqlite'}]})
  const copy = new DatabaseSync(join(made.path, 'chain.sqlite'), {readOnly: true})
  expect(copy.prepare('SELECT * FROM candidate').all()).toEqual([])
  copy.close()
})

test('it is verified from its state, and from the genesis', async () => {
  const {head, engineBlock} = readManifest(path)
  const found = await verify(path)
  expect(found).toMatchObject({
    ...{firstBlock: 101, linkedBlocks: head.number - 100, executedFrom: engineBlock},
    executedBlocks: head.number - engineBlock!,
  })
  expect(found.progress.at(-1)).toMatchObject({block: head.number, etaSeconds: 0})
  const all = await verify(path, true)
  expect(all).toMatchObject({executedFrom: 100, executedBlocks: head.number - 100})
  expect(all.executedTransactions).toBe(14)
})

test.each([
  [
    'another byte',
    "UPDATE blocks SET signer = '0x' WHERE number = 105",
    false,
    'does not match its manifest',
  ],
  ['a gap', 'DELETE FROM blocks WHERE number = 105', true, 'block 106 does not follow'],
  [
    'another head',
    'DELETE FROM blocks WHERE number = (SELECT max(number) FROM blocks)',
    true,
    'its chain ends with',
  ],
  [
    'another block',
    'UPDATE blocks SET timestamp = timestamp + 1 WHERE number = (SELECT max(number) FROM blocks)',
    true,
    're-executed to a different hash',
  ],
])('%s is found', async (name, sql, isMended, why) => {
  const forged = await forge(`forged ${name}`, sql, isMended)
  await expect(verify(forged)).rejects.toMatchObject({
    ...{code: 'SNAPSHOT_DAMAGED', exit: 'critical'},
    facts: {why: expect.stringContaining(why)},
  })
})

test('what is missing, foreign or unreadable is told apart', async () => {
  await expect(verify(join(dir, 'nowhere'))).rejects.toMatchObject({code: 'SNAPSHOT_UNKNOWN'})
  const plan = () =>
    planRestore({path, dataDir: dataDir('x'), network: {...id, fingerprint: '0x12'}})
  expect(plan).toThrow(expect.objectContaining({code: 'SNAPSHOT_FOREIGN'}))
  const torn = join(root, 'torn')
  cpSync(path, torn, {recursive: true})
  writeFileSync(join(torn, 'manifest.json'), '{"version":1,"files":[{"name":"../../x"}]}')
  expect(listSnapshots(root)).toMatchObject([
    {manifest: {version: 1}, problem: null},
    {name: 'torn', manifest: null, problem: expect.stringContaining('unreadable')},
  ])
  rmSync(torn, {recursive: true})
  await expect(
    createSnapshot({dataDir: dataDir('x'), root, network: id, nowMs: 5}),
  ).rejects.toMatchObject({code: 'NOTHING_TO_SNAPSHOT'})
})

test('a late joiner starts from it, catches up, and may not sign at or below its head', async () => {
  const target = dataDir('beta')
  const plan = planRestore({path, dataDir: target, network: id})
  expect(plan).toMatchObject({replaces: [], signGuard: 'made', signedUpTo: null})
  expect(await applyRestore(plan, {replace: false, nowMs: 1e12})).toEqual({movedTo: null})
  const {head, engineBlock} = readManifest(path)
  expect(readFileSync(join(target, 'sign-guard.log'), 'utf8')).toBe(`floor ${head.number + 1}\n`)

  const restored: unknown[] = []
  const logger: Logger = {
    ...silentLogger,
    info: (event, facts) => void (event === 'chain restored' && restored.push(facts)),
    child: () => logger,
  }
  const bootnodes = [alpha.peerAddress]
  const beta = await startTestNode(nodeOptions('beta', network, dir, {bootnodes, logger}))
  try {
    expect(restored).toEqual([
      {head: head.number, from: engineBlock, replayed: head.number - engineBlock!},
    ])
    await until(
      'beta is in step',
      () => {
        const [ours, theirs] = [alpha.status().head, beta.status().head]
        return theirs.number > head.number && theirs.number >= ours.number - 1
      },
      60_000,
    )
    const {number} = beta.status().head
    const hashOf = async (node: TestNode) =>
      node.rpc.request('eth_getBlockByNumber', [`0x${number.toString(16)}`, false])
    expect(await hashOf(beta)).toEqual(await hashOf(alpha))
    // History of before, which beta never saw.
    const early = await beta.rpc.request('eth_getBlockByNumber', ['0x66', false])
    expect(early).toMatchObject({number: '0x66'})
  } finally {
    await beta.stop()
  }
})

test('a running node and a chain that is there are left alone; with a replacement the guard stays', async () => {
  const running = planRestore({path, dataDir: dataDir('alpha'), network: id})
  await expect(applyRestore(running, {replace: true, nowMs: 1e12})).rejects.toMatchObject({
    code: 'DIRECTORY_LOCKED',
  })
  const target = dataDir('beta')
  appendFileSync(join(target, 'sign-guard.log'), `900 0x${'1'.repeat(64)}\n`)
  const guard = readFileSync(join(target, 'sign-guard.log'), 'utf8')
  const plan = planRestore({path, dataDir: target, network: id})
  expect(plan).toMatchObject({signGuard: 'kept', signedUpTo: 900})
  await expect(applyRestore(plan, {replace: false, nowMs: 1e12})).rejects.toMatchObject({
    ...{code: 'NODE_HAS_DATA', exit: 'precondition'},
  })
  const before = await sha256Of(join(target, 'chain.sqlite'))
  const {movedTo} = await applyRestore(plan, {replace: true, nowMs: 1e12})
  expect(await sha256Of(join(movedTo!, 'chain.sqlite'))).toBe(before)
  expect(await sha256Of(join(target, 'chain.sqlite'))).toBe(
    await sha256Of(join(path, 'chain.sqlite')),
  )
  // It only grows: nothing up to the restored head is signed here.
  expect(readFileSync(join(target, 'sign-guard.log'), 'utf8')).toBe(
    `${guard}floor ${plan.manifest.head.number + 1}\n`,
  )
  expect(existsSync(join(target, 'incoming'))).toBe(false)
  expect(readdirSync(join(target, 'snapshots'))).toHaveLength(1)
})

test('a damaged snapshot changes nothing in the directory of the node', async () => {
  const forged = await forge('forged for restore', 'DELETE FROM blocks WHERE number = 105', false)
  const target = dataDir('beta')
  const before = await sha256Of(join(target, 'chain.sqlite'))
  const plan = planRestore({path: forged, dataDir: target, network: id})
  await expect(applyRestore(plan, {replace: true, nowMs: 1e12 + 9000})).rejects.toMatchObject({
    code: 'SNAPSHOT_DAMAGED',
  })
  expect(await sha256Of(join(target, 'chain.sqlite'))).toBe(before)
  expect(existsSync(join(target, 'incoming'))).toBe(false)
})

test('the newest of this network stay, others are not touched', async () => {
  for (const nowMs of [1e12 + 60_000, 1e12 + 120_000]) {
    await createSnapshot({dataDir: dataDir('alpha'), root, network: id, nowMs})
  }
  const foreign = join(root, 'foreign')
  cpSync(path, foreign, {recursive: true})
  const manifest = {...readManifest(foreign), fingerprint: '0x99'}
  writeFileSync(join(foreign, 'manifest.json'), JSON.stringify(manifest))
  const plan = planPrune(root, id, 2)
  expect(plan.removed.map((each) => each.path)).toEqual([path])
  expect(plan.freedBytes).toBeGreaterThan(10_000)
  applyPrune(plan)
  expect(listSnapshots(root).map(({name}) => name)).toEqual([
    ...plan.kept.map(({name}) => name),
    'foreign',
  ])
  expect(readdirSync(root)).toHaveLength(3)
})

test('the command line: create, list, verify, restore and prune, with previews and codes', async () => {
  const document = {...network, l2: {...network.l2, rpcUrls: [alpha.rpcUrl]}}
  using temp = await makeOperator(document, {owner: 'owner', signer: 'alpha'})
  const config = openConfig(temp.home)
  const node = {...{host: '127.0.0.1', rpcPort: 18_545, peerPort: 18_546}, relayerKey: null}
  config.update((document) => {
    const profile = document.profiles['op']!
    return {...document, profiles: {op: {...profile, node: {...node, batchKey: null}}}}
  })
  const run = async (...args: string[]) => {
    const {json, exitCode} = await runCli(['node', 'snapshot', ...args, '--json'], {
      home: temp.root,
    })
    return {exitCode, code: json?.error?.code, data: json?.data ?? {}}
  }
  const newest = planPrune(root, id, 1).kept[0]!.path
  const target = temp.home.nodeDir('op')

  expect(await run('create')).toMatchObject({exitCode: 5, code: 'NOTHING_TO_SNAPSHOT'})
  expect(await run('restore')).toMatchObject({exitCode: 4, code: 'SNAPSHOT_UNKNOWN'})
  expect(await run('restore', newest, '--dry-run')).toMatchObject({
    ...{exitCode: 0, data: {restored: false, signGuard: 'made'}},
  })
  expect(existsSync(join(target, 'chain.sqlite'))).toBe(false)
  expect(await run('restore', newest)).toMatchObject({exitCode: 0, data: {restored: true}})
  expect(await run('restore', newest)).toMatchObject({exitCode: 5, code: 'NODE_HAS_DATA'})
  // There is no terminal to ask on.
  expect(await run('restore', newest, '--replace')).toMatchObject({
    ...{exitCode: 9, code: 'CONFIRMATION_NEEDED'},
  })
  const replaced = await run('restore', newest, '--replace', '--yes')
  expect(replaced).toMatchObject({
    exitCode: 0,
    data: {movedTo: expect.stringContaining('replaced')},
  })
  expect(await run('create')).toMatchObject({exitCode: 0, data: {manifest: {version: 1}}})
  const listed = await run('list')
  expect(listed.data).toMatchObject({snapshots: [{problem: null}]})
  const verified = await run('verify')
  expect(verified).toMatchObject({exitCode: 0, data: {firstBlock: 101}})
  expect(await run('prune', '--keep', '1')).toMatchObject({exitCode: 0, data: {pruned: false}})
  expect(await run('prune', '--keep', '0')).toMatchObject({exitCode: 2})
})
