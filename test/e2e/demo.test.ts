import {spawn} from 'node:child_process'
import {mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {afterAll, beforeAll, describe, expect, test} from 'vitest'

import {listKeys, readPrivateKey} from '../../src/services/keys/keys.ts'
import {openConfig} from '../../src/store/config.ts'
import {openHome} from '../../src/store/home.ts'

const bin = join(import.meta.dirname, '..', '..', 'bin', 'run.cjs')
const root = mkdtempSync(join(tmpdir(), 'metis-seq-demo-'))

interface DemoRun {
  exitCode: number | null
  stdout: string
  stderr: string
  /** Command line and environment of every process of ours that was seen while it ran. */
  processes: Set<string>
}

let demo: DemoRun

beforeAll(async () => {
  demo = await runDemo()
}, 420_000)

afterAll(() => rmSync(root, {recursive: true, force: true}))

describe('local demo without a terminal', () => {
  test('tells the whole story, each step a command with its result, and exits 0', () => {
    // What is waited for is told now and then.
    expect(demo.stderr.replaceAll(/^Waiting for .+, \d+ (?:s|min|min \d+ s)\n/gm, '')).toBe('')
    expect(demo.exitCode).toBe(0)
    const commands = [...demo.stdout.matchAll(/^\$ metis-seq (\w+(?: [a-z]+)?)/gm)].map(
      ([, words]) => words,
    )
    for (const words of [
      'local up',
      'key create',
      'init',
      'node start',
      'sequencer eligible',
      'local fund',
      'sequencer register',
      'stake increase',
      'reward claim',
      'lst deposit',
    ]) {
      expect(commands).toContain(words)
    }
    expect(demo.stdout.match(/0x[0-9a-f]{64}/g)?.length).toBeGreaterThanOrEqual(9)
    expect(demo.stdout).toContain('OUR TURN')
  })

  test('the claimed METIS equals blocks x reward per block, to the wei', () => {
    const [, blocks, perBlock, credited] =
      /checked: (\d+) blocks x ([\d.]+) METIS = ([\d.]+) METIS/.exec(demo.stdout) ?? []
    expect(BigInt(blocks!) * wei(perBlock!)).toBe(wei(credited!))
    const [, received] =
      /checked: the recipient received ([\d.]+) METIS on L2/.exec(demo.stdout) ?? []
    expect(wei(received!) >= wei(credited!)).toBe(true)
    expect(wei(received!) % wei(perBlock!)).toBe(0n)
  })

  test('leaves no process behind', () => {
    expect(ours()).toEqual([])
  })

  test('no private key and no password in process lists, output, logs, settings, journal or stores', async () => {
    const home = openHome(join(root, 'demo'))
    const config = openConfig(home)
    const keys = listKeys(config)
    expect(keys.length).toBeGreaterThanOrEqual(13)
    const secrets = await Promise.all(keys.map(({name}) => readPrivateKey(name, {home, config})))
    const passwordFiles = [join(home.localDir, 'password'), join(home.root, 'dora-password')]
    const needles = [
      ...secrets.map((secret) => secret.slice(2)),
      ...passwordFiles.map((file) => readFileSync(file, 'utf8').trim()),
    ]
    const files = allFiles(root).filter((file) => !passwordFiles.includes(file))
    expect(files.some((file) => file.endsWith('journal.sqlite'))).toBe(true)
    expect(files.filter((file) => file.endsWith('.log')).length).toBeGreaterThanOrEqual(6)
    expect(demo.processes.size).toBeGreaterThan(10)
    const places: [string, Buffer][] = [
      ...files.map((file): [string, Buffer] => [file, readFileSync(file)]),
      ['stdout', Buffer.from(demo.stdout)],
      ['process list', Buffer.from([...demo.processes].join('\n'))],
    ]
    const found = needles.flatMap((needle) =>
      places
        .filter(([, content]) => holds(content, needle))
        .map(([place]) => `${needle.slice(0, 6)}… in ${place}`),
    )
    expect(found).toEqual([])
  })

  test('every file belongs to its owner alone', () => {
    const home = openHome(join(root, 'demo'))
    const guarded = [join(home.localDir, 'password'), ...allFiles(home.root)]
    expect(guarded.length).toBeGreaterThan(30)
    for (const file of guarded) expect(statSync(file).mode & 0o077, file).toBe(0)
  })
})

/** The secret as text, and as the bytes it stands for. */
function holds(content: Buffer, needle: string): boolean {
  return content.includes(needle) || content.includes(Buffer.from(needle, 'hex'))
}

async function runDemo(): Promise<DemoRun> {
  const child = spawn(process.execPath, [bin, 'local', 'demo'], {
    env: {...process.env, METIS_SEQ_HOME: root},
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const processes = new Set<string>()
  const looks = new Map<string, number>()
  const watch = setInterval(() => ours(looks).forEach((line) => processes.add(line)), 50)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += String(chunk)))
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve))
  clearInterval(watch)
  return {exitCode, stdout, stderr, processes}
}

/** By then a process has become the program that it was made for. */
const LOOKS = 4

/**
 * Command line and environment of the processes that act in our directory.
 *
 * @param looks how often each process was looked at: only new ones are
 */
function ours(looks: Map<string, number> = new Map()): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const seen = looks.get(pid) ?? 0
      if (seen === LOOKS) return []
      looks.set(pid, seen + 1)
      try {
        const text = `${readFileSync(`/proc/${pid}/cmdline`, 'utf8')}\n${readFileSync(`/proc/${pid}/environ`, 'utf8')}`
        return text.includes(root) ? [text] : []
      } catch {
        return []
      }
    })
}

function allFiles(directory: string): string[] {
  return readdirSync(directory, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

function wei(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.')
  return BigInt(whole + fraction.padEnd(18, '0'))
}
