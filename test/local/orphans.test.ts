import {execFileSync} from 'node:child_process'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {expect, test} from 'vitest'

import {isStopped} from '../../src/lib/process-identity.ts'
import type {LocalProcess} from '../../src/local/processes.ts'
import {startAnvil} from '../../src/process/anvil.ts'
import {processesText} from '../../src/ui/presenters/local.ts'
import {openCli} from '../e2e/local.ts'

const settings = {
  ...{nodes: 1, slotMs: 2000, l1BlockSeconds: 1, epochLength: 20, respanDelaySeconds: 3},
  ...{rewardBatchEpochs: 2, blocksBeforeFork: 10, basePort: 22_645, mainnetRules: false},
}

test('local status names an engine whose host is gone, and the command it prints ends it', async () => {
  const cli = openCli()
  const dir = join(cli.home, 'local', 'l1')
  const engine = await startAnvil({
    ...{name: 'engine', dir, chainId: 31_337, args: ['--no-mining'], diesWithParent: false},
  })
  // Its parent, this test, lives on; that of an orphan is gone.
  const pidFile = join(dir, 'engine.pid')
  const record = JSON.parse(readFileSync(pidFile, 'utf8')) as object
  writeFileSync(pidFile, JSON.stringify({...record, parent: {pid: 2 ** 22, startTicks: '1'}}))
  try {
    const state = {
      ...{version: 1, phase: 'ready', createdAt: '2026-01-01T00:00:00.000Z'},
      ...{settings, profiles: [], keys: []},
    }
    mkdirSync(join(cli.home, 'local'), {recursive: true})
    writeFileSync(join(cli.home, 'local', 'state.json'), JSON.stringify(state))

    process.kill(engine.pid, 'SIGSTOP')
    const {processes} = (await cli.data('local status', 10)) as {processes: LocalProcess[]}
    expect(processes[0]).toMatchObject({name: 'l1', running: false, orphanedEngine: engine.pid})
    expect(processes[1]).toMatchObject({name: 'pos', orphanedEngine: null})
    const text = processesText(processes)
    // It lives and does nothing; the command that is printed lets it go on.
    expect(processes[0]?.suspended).toEqual([engine.pid])
    expect(processes[1]?.suspended).toEqual([])
    const [, file, ...words] = /`(kill) (-CONT) (\d+)`/.exec(text)!
    execFileSync(file!, words)
    expect(isStopped(engine.pid)).toBe(false)
    expect(processesText([{...processes[0]!, running: true}])).toContain('suspended')
    expect(text).toContain(`Process ${engine.pid} is the engine of l1`)

    await cli.data(/`metis-seq (local down)`/.exec(text)![1]!)
    await engine.exited
    const after = (await cli.data('local status', 10)) as {processes: LocalProcess[]}
    expect(after.processes[0]).toMatchObject({orphanedEngine: null})
  } finally {
    await engine.kill()
    await cli.remove()
  }
})
