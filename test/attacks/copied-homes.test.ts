/** A home that was copied while its node runs, and a lock that was removed under it: nobody else's process is touched. */
import {execFileSync, spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {afterAll, expect, test} from 'vitest'

import {silentLogger} from '../../src/lib/log.ts'
import {identifyProcess} from '../../src/lib/process-identity.ts'
import {startAdminServer} from '../../src/node/admin/admin-server.ts'
import {engineIn, killOrphan} from '../../src/process/anvil.ts'
import {readDaemon, startDaemon, stopDaemon} from '../../src/process/daemon.ts'
import type {NodeStatus} from '../../src/protocol/node-status.ts'
import {readNodeStatus} from '../../src/services/node/node-answers.ts'
import {lockDirectory} from '../../src/store/dir-lock.ts'
import {nodeStatus} from '../helpers/dashboard-data.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

const children: ChildProcess[] = []
afterAll(() => children.forEach((child) => child.kill('SIGKILL')))

test('what answers is the node of this home only: in a copy the records of the original count for nothing', async () => {
  using home = makeTempHome()
  const original = home.path('original')
  const copy = home.path('copy')
  mkdirSync(original)
  let pid = process.pid
  const status = (): NodeStatus => ({...nodeStatus, pid})
  const requestStop = () => {}
  const admin = await startAdminServer({
    dataDir: original,
    status,
    requestStop,
    logger: silentLogger,
  })
  const sleeper = ['-e', 'setInterval(() => {}, 1000)']
  const started = await startDaemon({
    ...{name: 'node', dir: original, file: process.execPath, args: sleeper},
    ...{probe: (asked) => Promise.resolve(asked > 0), readyTimeoutMs: 20_000},
  })
  execFileSync('cp', ['-a', original, copy])
  symlinkSync(original, home.path('link'))

  expect(await readNodeStatus(original)).toMatchObject({pid})
  expect(await readNodeStatus(home.path('link'))).toMatchObject({pid})
  expect(await readNodeStatus(copy)).toBeNull()
  expect(readDaemon(copy, 'node')).toBeUndefined()
  expect(await stopDaemon(copy, 'node', {timeoutMs: 5000})).toBe('not-running')
  expect(readDaemon(original, 'node')).toMatchObject({running: true})

  // Whoever answers there now is another process than the one that wrote the record.
  pid = 1
  expect(await readNodeStatus(original)).toBeNull()
  expect(await stopDaemon(original, 'node', {timeoutMs: 5000})).toBe('stopped')
  expect(identifyProcess(started.pid)).toBeUndefined()
  await admin.close()
})

test('a lock that was removed under a live owner still keeps others out; behind a link, a move and in no copy', async () => {
  using home = makeTempHome()
  const dir = home.path('data')
  const module = join(import.meta.dirname, '../../src/store/dir-lock.ts')
  const script = `(await import(${JSON.stringify(module)})).lockDirectory(${JSON.stringify(dir)}, 'data')
    console.log('locked')
    setInterval(() => {}, 1000)`
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script])
  children.push(owner)
  await once(owner.stdout, 'data')
  const locked = expect.objectContaining({
    code: 'DIRECTORY_LOCKED',
    facts: expect.objectContaining({pid: String(owner.pid)}),
  })
  const link = home.path('link')
  symlinkSync(dir, link)
  expect(() => lockDirectory(link, 'data')).toThrow(locked)

  execFileSync('cp', ['-a', dir, home.path('copy')])
  lockDirectory(home.path('copy'), 'data').release()

  rmSync(join(dir, 'data.lock'))
  expect(() => lockDirectory(dir, 'data')).toThrow(locked)
  expect(() => lockDirectory(link, 'data')).toThrow(locked)
  renameSync(dir, home.path('moved'))
  expect(() => lockDirectory(home.path('moved'), 'data')).toThrow(locked)
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  lockDirectory(home.path('moved'), 'data').release()
})

test('an engine whose parent lives is nobody else\u2019s to end', async () => {
  using home = makeTempHome()
  const dir = home.path('engine')
  mkdirSync(dir)
  const sleeper = ['-e', 'setInterval(() => {}, 1000)', join(dir, 'engine-cache')]
  const [engine, parent] = [0, 1].map(() => spawn(process.execPath, sleeper)) as [
    ...[ChildProcess, ChildProcess],
  ]
  children.push(engine, parent)
  await Promise.all([once(engine, 'spawn'), once(parent, 'spawn')])
  await expect.poll(() => engineOf(dir, engine, parent)).toBe(engine.pid)
  expect(await killOrphan(dir, 'engine')).toBeUndefined()
  expect(identifyProcess(engine.pid!)).toBeDefined()
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  expect(await killOrphan(dir, 'engine')).toBe(engine.pid)
})

function engineOf(dir: string, engine: ChildProcess, parent: ChildProcess): number | undefined {
  const record = {...identifyProcess(engine.pid!), parent: identifyProcess(parent.pid!)}
  writeFileSync(join(dir, 'engine.pid'), JSON.stringify(record))
  return engineIn(dir, 'engine')?.pid
}
