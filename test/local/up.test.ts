import {spawn} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:net'
import {join} from 'node:path'

import {expect, test, vi} from 'vitest'

import {isRecord} from '../../src/lib/json.ts'
import {openCli, type Cli} from '../e2e/local.ts'

const bin = join(import.meta.dirname, '..', '..', 'bin', 'run.cjs')
// Below the range from which the system hands out ports by itself.
const BASE_PORT = 22_545

async function withCli(act: (cli: Cli) => Promise<void>): Promise<void> {
  const cli = openCli()
  try {
    await act(cli)
  } finally {
    await cli.remove()
  }
}

async function errorOf(
  cli: Cli,
  words: string,
): Promise<{exitCode: number; code: unknown; facts: unknown}> {
  const {exitCode, document} = await cli.run(words)
  const error = isRecord(document?.['error']) ? document['error'] : {}
  return {exitCode, code: error['code'], facts: error['facts']}
}

test('local up: a port that is in use is named before anything is made', () =>
  withCli(async (cli) => {
    const server = createServer()
    const port = BASE_PORT + 21
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    try {
      const error = await errorOf(cli, `local up --detach --base-port ${BASE_PORT}`)
      expect(error).toMatchObject({exitCode: 15, code: 'PORT_BUSY', facts: {port: String(port)}})
      expect(existsSync(join(cli.home, 'local'))).toBe(false)
      expect(existsSync(join(cli.home, 'keys'))).toBe(false)
    } finally {
      server.close()
    }
  }))

test('local up: a network that was only half made is refused, and reset clears it', () =>
  withCli(async (cli) => {
    const state = {
      version: 1,
      phase: 'creating',
      createdAt: '2026-01-01T00:00:00.000Z',
      settings: {nodes: 3, slotMs: 2000, basePort: BASE_PORT},
      profiles: [],
      keys: [],
    }
    mkdirSync(join(cli.home, 'local'), {recursive: true})
    writeFileSync(join(cli.home, 'local', 'state.json'), JSON.stringify(state))

    expect(await errorOf(cli, 'local up --detach')).toMatchObject({
      exitCode: 5,
      code: 'LOCAL_HALF_MADE',
    })
    await cli.data('local reset --yes')
    expect(existsSync(join(cli.home, 'local'))).toBe(false)
  }))

test('local up: an operator’s own profile of that name is never overwritten', () =>
  withCli(async (cli) => {
    await cli.data('init --profile seq-1 --network andromeda --no-input')

    expect(await errorOf(cli, `local up --detach --base-port ${BASE_PORT}`)).toMatchObject({
      exitCode: 5,
      code: 'LOCAL_NAME_TAKEN',
      facts: {name: 'seq-1'},
    })
    expect(await cli.data('profile show seq-1')).toMatchObject({network: 'andromeda'})
  }))

test('local: without a network each command says how to make one', () =>
  withCli(async (cli) => {
    expect(await errorOf(cli, 'local status')).toMatchObject({exitCode: 4, code: 'LOCAL_MISSING'})
    expect(await errorOf(cli, 'local warp 1d')).toMatchObject({
      exitCode: 3,
      code: 'NETWORK_UNKNOWN',
    })
    expect(await cli.data('local down')).toEqual({processes: []})
  }))

test('local up: Ctrl-C in the middle leaves no process and no files', () =>
  withCli(async (cli) => {
    const child = spawn(
      process.execPath,
      [bin, 'local', 'up', '--detach', '--base-port', String(BASE_PORT)],
      {
        env: {...process.env, METIS_SEQ_HOME: cli.home},
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    let stderr = ''
    child.stderr.on('data', (chunk) => (stderr += String(chunk)))
    await vi.waitFor(() => expect(stderr).toContain('Deploying'), {timeout: 60_000, interval: 20})
    child.kill('SIGINT')
    const exitCode = await new Promise((resolve) => child.on('close', resolve))

    expect(exitCode).toBe(130)
    expect(existsSync(join(cli.home, 'local'))).toBe(false)
    expect(processesIn(cli.home)).toEqual([])
    expect(await cli.data('key list')).toEqual({keys: []})
  }))

function processesIn(home: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(home)
      } catch {
        return false
      }
    })
}
