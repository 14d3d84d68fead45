/** Snapshots that are more than they look: refused by name, within bounded memory. */
import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {deflateRawSync, gzipSync} from 'node:zlib'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {silentLogger} from '../../src/lib/log.ts'
import {AnvilEngine} from '../../src/node/engine/anvil-engine.ts'
import type {Genesis} from '../../src/node/engine/genesis.ts'
import {unpackHeader} from '../../src/node/history/packing.ts'
import {STATE_UNPACKED_BYTES} from '../../src/node/limits.ts'
import {listSnapshots, MANIFEST_VERSION, readManifest} from '../../src/node/snapshots/manifest.ts'
import {applyRestore, planRestore} from '../../src/node/snapshots/restore.ts'
import {lastLogLines} from '../../src/process/daemon.ts'

const MB = 1_000_000
const id = {name: 'test', chainId: 7, fingerprint: `0x${'1'.repeat(64)}`} as const

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-bombs-'))
})
afterAll(() => rmSync(dir, {recursive: true, force: true}))

const sumOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/** Members of 50 MB each, which unpack one after the other: 50 KB each. */
function bombOf(bytes: number): Buffer {
  const member = gzipSync(Buffer.alloc(50 * MB), {level: 1})
  return Buffer.concat(Array.from({length: Math.ceil(bytes / (50 * MB))}, () => member))
}

function stateFile(body: Buffer): Buffer {
  const meta = {number: 5, hash: `0x${'2'.repeat(64)}`, hardfork: 'shanghai'}
  const header = {...meta, fingerprint: id.fingerprint, leaves: 1, sha256: sumOf(body)}
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body])
}

/** All sums are right. */
function makeSnapshot(name: string, state: Buffer): string {
  const path = join(dir, name)
  mkdirSync(path, {recursive: true})
  const files = Object.entries({'chain.sqlite': Buffer.from('x'), '5.snapshot': state})
  for (const [file, bytes] of files) writeFileSync(join(path, file), bytes)
  const manifest = {
    ...{version: MANIFEST_VERSION, network: 'test', chainId: 7, fingerprint: id.fingerprint},
    ...{head: {number: 6, hash: `0x${'3'.repeat(64)}`}, createdAt: '2026-01-01', engineBlock: 5},
    files: files.map(([file, bytes]) => ({name: file, bytes: bytes.length, sha256: sumOf(bytes)})),
  }
  writeFileSync(join(path, 'manifest.json'), JSON.stringify(manifest))
  return path
}

/** How much more memory this process ever held at once, in MB. */
async function peakOf(act: () => unknown): Promise<number> {
  globalThis.gc?.()
  const peak = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1])
  // From here on the highest is counted anew.
  writeFileSync('/proc/self/clear_refs', '5')
  const before = peak()
  await act()
  return (peak() - before) / 1024
}

test('a state that unpacks without end is refused before anything is moved, and before an engine gets it', async () => {
  const bomb = stateFile(bombOf(STATE_UNPACKED_BYTES + MB))
  const path = makeSnapshot('bomb', bomb)
  const dataDir = join(dir, 'node')
  const peak = await peakOf(async () => {
    const plan = planRestore({path, dataDir, network: id})
    await expect(applyRestore(plan, {replace: false, nowMs: 0})).rejects.toMatchObject({
      code: 'SNAPSHOT_DAMAGED',
      message: expect.stringMatching(/unpacks to more than/),
    })
    const genesis = {fingerprint: id.fingerprint, number: 0, hardforks: []} as unknown as Genesis
    const engine = new AnvilEngine({genesis, logger: silentLogger, dir: join(dir, 'engine')})
    await expect(engine.start(join(path, '5.snapshot'))).rejects.toMatchObject({
      kind: 'bad-snapshot',
    })
    await engine.stop()
  })
  expect(peak).toBeLessThan(200)
})

test('a state that is no archive is refused as well', async () => {
  const path = makeSnapshot('garbage', stateFile(Buffer.from('not packed')))
  const plan = planRestore({path, dataDir: join(dir, 'node'), network: id})
  await expect(applyRestore(plan, {replace: false, nowMs: 0})).rejects.toMatchObject({
    code: 'SNAPSHOT_DAMAGED',
  })
})

test('a manifest or a state of many gigabytes, or a pipe, is not read', async () => {
  for (const [name, file] of [
    ['endless', 'manifest.json'],
    ['long state', '5.snapshot'],
  ] as const) {
    const path = makeSnapshot(name, stateFile(gzipSync('{}')))
    const descriptor = openSync(join(path, file), 'r+')
    ftruncateSync(descriptor, 8_000 * MB)
    closeSync(descriptor)
  }
  const pipe = makeSnapshot('pipe', stateFile(gzipSync('{}')))
  rmSync(join(pipe, 'manifest.json'))
  execFileSync('sh', ['-c', 'mkfifo "$0"', join(pipe, 'manifest.json')])
  const peak = await peakOf(async () => {
    expect(() => readManifest(join(dir, 'endless'))).toThrow(
      expect.objectContaining({code: 'SNAPSHOT_DAMAGED'}),
    )
    expect(() => readManifest(pipe)).toThrow(expect.objectContaining({code: 'SNAPSHOT_UNSAFE'}))
    // The list goes on with the others.
    expect(listSnapshots(dir).filter(({manifest}) => manifest === null)).not.toEqual([])
    const genesis = {fingerprint: id.fingerprint, number: 0, hardforks: []} as unknown as Genesis
    const engine = new AnvilEngine({genesis, logger: silentLogger, dir: join(dir, 'engine')})
    const long = engine.start(join(dir, 'long state', '5.snapshot'))
    await expect(long).rejects.toMatchObject({kind: 'bad-snapshot'})
    await engine.stop()
  })
  expect(peak).toBeLessThan(50)
})

test('packed rows of a history that came with a snapshot unpack to a bounded size', async () => {
  const packed = deflateRawSync(Buffer.alloc(400 * MB), {level: 1})
  const peak = await peakOf(() => {
    expect(() => unpackHeader(packed)).toThrow(/larger than/)
  })
  expect(peak).toBeLessThan(350)
})

test('of a log that is larger than a log gets, only the end is read', async () => {
  const file = join(dir, 'node.log')
  const descriptor = openSync(file, 'w')
  ftruncateSync(descriptor, 4_000 * MB)
  closeSync(descriptor)
  writeFileSync(file, '\none\ntwo\n', {flag: 'a'})
  const peak = await peakOf(() => {
    expect(lastLogLines(dir, 'node', 2)).toEqual(['one', 'two'])
  })
  expect(peak).toBeLessThan(50)
})
