import {existsSync, mkdtempSync, readFileSync} from 'node:fs'
import process from 'node:process'
import {constants, gunzipSync} from 'node:zlib'

import {afterAll, beforeAll, expect, test} from 'vitest'

import type {WebFrame} from '../../src/ui/web/frame.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import {cleanEnv, runCli, runScript, startCli} from '../helpers/run-cli.ts'
import {canMount} from '../helpers/small-disk.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTerminal, type TestTerminal} from '../helpers/terminal.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

let chain: TestChain
let temp: TempHome
beforeAll(async () => {
  chain = await startTestChain({l2BlockSeconds: 1, initialSigner: accountOf('signer').address})
  // An interval of anvil may stretch on a busy machine; how long a chain may be silent is told elsewhere.
  const network = {...chain.network, l2: {...chain.network.l2, emptyBlocks: false}}
  temp = await makeOperator(network, {owner: 'owner', signer: 'signer'})
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

/** A shell around the dashboard tells afterwards how the terminal was left. */
function startDashboard(columns: number, rows: number, args = ''): TestTerminal {
  const program = `"${process.execPath}" "${runScript}" dashboard ${args}; code=$?; stty -a | grep -oE -- '-?(icanon|echo)\\b' | tr '\\n' ' '; echo "exit=$code"`
  const env = {...cleanEnv({home: temp.root}), TERM: 'xterm-256color', LANG: 'C.UTF-8'}
  return startTerminal('/bin/sh', ['-c', program], {columns, rows, env})
}

/** The only process that a shell runs now. */
function childOf(pid: number): number {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  return Number(child)
}

const waiting = {timeout: 60_000, interval: 50}

test.each([
  [80, 24],
  [120, 40],
])(
  '%ix%i: a frame appears, keys work, and the terminal is left as it was',
  async (columns, rows) => {
    using terminal = startDashboard(columns, rows)
    const shows = (pattern: RegExp) =>
      expect.poll(() => terminal.screen(), waiting).toMatch(pattern)

    await shows(/✓ OK you are producing/)
    expect(terminal.buffer()).toBe('alternate')
    await shows(/not registered|Restart window/)
    const first = terminal.lines()
    expect(first[0]).toMatch(/^metis-seq {2}test {2}op {2}LIVE/)
    expect(first[rows - 2]).toMatch(/^q quit/)
    // A frame as tall as the terminal would scroll it.
    expect(first[rows - 1]).toBe('')
    expect(first.findIndex((line) => line.includes('┏'))).toBe(2)

    terminal.type('?')
    await shows(/Tab, Shift-Tab +next and previous panel/)
    terminal.type('?')
    await shows(/Production/)

    terminal.type('\t')
    await expect.poll(() => terminal.lines()[2], waiting).toMatch(/^╭─+╮┏━+┓/)

    terminal.type('p')
    await shows(/PAUSED/)
    const paused = terminal.screen()
    const height = String(await chain.l2.request('eth_blockNumber'))
    await expect.poll(() => chain.l2.request('eth_blockNumber'), waiting).not.toBe(height)
    expect(terminal.screen()).toBe(paused)
    terminal.type('p')
    await shows(/LIVE/)
    await expect.poll(() => terminal.screen(), waiting).not.toBe(paused)

    terminal.type('q')

    expect(await terminal.exit).toBe(0)
    await shows(/icanon echo exit=0/)
    expect(terminal.buffer()).toBe('normal')
    const shown = terminal.written().lastIndexOf('\u001B[?25h')
    expect(shown, 'the cursor is shown again').toBeGreaterThan(
      terminal.written().lastIndexOf('\u001B[?25l'),
    )
    await shows(/metis-seq {2}test {2}op: OK, you are producing\./)
  },
)

test('a terminal that shrinks and grows is drawn anew, and Ctrl-C leaves it clean', async () => {
  using terminal = startDashboard(120, 40)
  const shows = (pattern: RegExp) => expect.poll(() => terminal.screen(), waiting).toMatch(pattern)
  await shows(/✓ OK/)

  terminal.resize(50, 12)
  await shows(/needs 60x16, has 50x12/)
  terminal.resize(100, 30)
  await shows(/Stake/)
  await expect.poll(() => terminal.lines()[28], waiting).toMatch(/^q quit/)

  terminal.type('\u0003')
  await terminal.exit
  await shows(/icanon echo exit=\d+/)
  expect(terminal.buffer()).toBe('normal')
})

test('without a terminal: one frame as text, with an exit code that says how it stands', async () => {
  const {stdout, stderr, exitCode} = await runCli(['dashboard', '--once'], {home: temp.root})

  expect({stderr, exitCode}).toEqual({stderr: '', exitCode: 0})
  expect(stdout).toMatch(/^metis-seq {2}test {2}op {2}[\d:]+ UTC {2}OK: you are producing\n/)
  expect(stdout).not.toContain('\u001B')
})

test('with --json: a document on each line, and the envelope when it is interrupted', async () => {
  const {child, stdout, result} = startCli(['dashboard', '--json', '--refresh', '1'], {
    home: temp.root,
  })
  await expect.poll(() => stdout().split('\n').length, waiting).toBeGreaterThan(2)
  child.kill('SIGINT')
  const {exitCode} = await result

  const [first, ...others] = stdout()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  // Values, not words for a screen.
  expect(first).toMatchObject({
    health: {state: 'ok'},
    rotation: {headBlock: expect.stringMatching(/^\d+$/)},
    sources: expect.arrayContaining([expect.objectContaining({name: 'l2', state: 'answered'})]),
  })
  expect(others.at(-1)).toMatchObject({command: 'dashboard', data: {frames: others.length}})
  expect(exitCode).toBe(130)
})

test('from 20x5 to 250x80 every key is answered, and nothing is taller or wider than the terminal', async () => {
  using terminal = startDashboard(120, 40)
  const shows = (pattern: RegExp) => expect.poll(() => terminal.screen(), waiting).toMatch(pattern)
  await shows(/✓ OK/)
  for (const [columns, rows] of [
    [20, 5],
    [250, 80],
    [60, 16],
    [80, 24],
    [140, 40],
  ] as const) {
    terminal.resize(columns, rows)
    const line = () => terminal.lines()[rows - 2]
    if (columns === 20) await shows(/^OK: /)
    else await expect.poll(line, waiting).toMatch(/^q quit/)
    // The last row stays free, or the frame would scroll.
    await expect.poll(() => terminal.lines()[rows - 1] ?? '', waiting).toBe('')
  }
  const steps: [string, RegExp][] = [
    ['d', /l2 +.* old, every/],
    ['\u001B', /Rotation/],
    ['1', /Production[^]*0 all panels/],
    ['\u001B', /Rotation/],
    ['\t', /Rotation/],
    ['\r', /0 all panels/],
    ['0', /Rotation/],
    ['/', /filter: _/],
    ['q', /filter: q_/],
    ['\u007F', /filter: _/],
    ['epoch\r', /filter "epoch"/],
    ['\u001B', /Rotation/],
    ['t', /theme dark/],
    ['t', /theme light/],
    ['u', /LIVE {2}\d\d:\d\d:\d\d {2}/],
    ['u', /UTC/],
    ['c', /Sent "/],
    ['jkgG][r', /Rotation/],
    ['?', /suspend/],
    ['?', /Rotation/],
  ]
  for (const [key, seen] of steps) {
    terminal.type(key)
    await shows(seen)
  }
  // The copy of a panel goes to the terminal in base64.
  const copied = terminal.written().split('\u001B]52;c;').at(-1)?.split('\u0007')[0] ?? ''
  expect(Buffer.from(copied, 'base64').toString()).toContain('Events')
  terminal.type('q')
  expect(await terminal.exit).toBe(0)
  await shows(/icanon echo exit=0/)
})

test('Ctrl-Z gives the terminal back as it was, and fg goes on where it was', async () => {
  const modes = `stty -a | grep -oE -- '-?(icanon|echo)\\b' | tr '\\n' ' '`
  const program = `set -m; "${process.execPath}" "${runScript}" dashboard; echo "stopped $(${modes})"; fg; echo "ended $(${modes})"`
  const env = {...cleanEnv({home: temp.root}), TERM: 'xterm-256color', LANG: 'C.UTF-8'}
  using terminal = startTerminal('/bin/sh', ['-c', program], {columns: 100, rows: 30, env})
  const shows = (pattern: RegExp) => expect.poll(() => terminal.screen(), waiting).toMatch(pattern)
  await shows(/✓ OK/)
  terminal.type('d')
  await shows(/every/)

  terminal.type('\u001A')

  await expect.poll(() => terminal.written(), waiting).toContain('stopped icanon echo')
  // The sources are still on the screen: it goes on where it was.
  await expect.poll(() => terminal.buffer(), waiting).toBe('alternate')
  await shows(/l2 +.* old, every/)
  terminal.type('q')
  await shows(/ended icanon echo/)
  expect(terminal.buffer()).toBe('normal')
})

test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const)(
  '%s restores the terminal',
  async (signal) => {
    using terminal = startDashboard(100, 30)
    const shows = (pattern: RegExp) =>
      expect.poll(() => terminal.screen(), waiting).toMatch(pattern)
    await shows(/✓ OK/)
    // The shell is the parent: the signal is for the dashboard alone.
    process.kill(childOf(terminal.pid), signal)
    await shows(/icanon echo exit=\d+/)
    expect(terminal.buffer()).toBe('normal')
  },
)

/** Whole frames in a recording, which may still be written. */
function framesIn(path: string): number {
  if (!existsSync(path)) return 0
  const text = gunzipSync(readFileSync(path), {finishFlush: constants.Z_SYNC_FLUSH})
  return text.toString().split('\n').length - 1
}

test('a session that was killed is played back, with keys that move in it', async () => {
  const file = temp.path('session.gz')
  const recorder = startCli(['dashboard', '--json', '--refresh', '1', '--record', file], {
    home: temp.root,
  })
  await expect.poll(() => framesIn(file), waiting).toBeGreaterThan(3)
  recorder.child.kill('SIGKILL')
  await recorder.result

  const once = await runCli(['dashboard', '--once', '--replay', file], {home: temp.root})
  // Programs are told too.
  const played = await runCli(['dashboard', '--once', '--json', '--replay', file], {
    home: temp.root,
  })
  expect(played.json?.data).toMatchObject({mode: 'replay'})
  expect(once.stdout).toMatch(/^metis-seq {2}test {2}op {2}REPLAY {2}[\d:]+ UTC {2}[A-Z]+: /)
  const [first = ''] = /[\d:]{8} UTC/.exec(once.stdout) ?? []
  using terminal = startDashboard(100, 30, `--replay "${file}"`)
  const shows = (pattern: RegExp) => expect.poll(() => terminal.screen(), waiting).toMatch(pattern)
  await shows(/REPLAY/)
  terminal.type('>p')
  await shows(/PAUSED/)
  expect(terminal.screen()).not.toContain(first)
  terminal.type('<')
  await shows(new RegExp(first))
  terminal.type('\u001B[C')
  await expect.poll(() => terminal.screen(), waiting).not.toContain(first)
  terminal.type('?')
  await shows(/left right < >/)
  terminal.type('q')
  await shows(/icanon echo exit=0/)
})

test.each(canMount() ? [12] : [])(
  'a recording on a full disk of %i KiB ends, says so, and is played back',
  async (sizeKib) => {
    const disk = mkdtempSync(temp.path('disk-'))
    const program = `"${process.execPath}" "${runScript}" dashboard`
    const script = `mount -t tmpfs -o size=${sizeKib}k tmpfs "${disk}"; ${program} --record "${disk}/f"; ${program} --once --replay "${disk}/f" | head -1`
    const env = {...cleanEnv({home: temp.root}), TERM: 'xterm-256color', LANG: 'C.UTF-8'}
    const args = ['--map-root-user', '--mount', 'sh', '-c', script]
    using terminal = startTerminal('unshare', args, {columns: 100, rows: 30, env})
    const shows = (pattern: RegExp) =>
      expect.poll(() => terminal.screen(), waiting).toMatch(pattern)
    await shows(/✓ OK/)
    await shows(/The recording has ended: /)
    terminal.type('q')
    await shows(
      /The recording has ended: [^]*metis-seq {2}test {2}op {2}REPLAY {2}[\d:]+ UTC {2}[A-Z]+: /,
    )
  },
)

test('a session is recorded beside a page, and played back as one', async () => {
  const file = temp.path('page.gz')
  const serve = (...flags: string[]) =>
    startCli(['dashboard', '--web', '127.0.0.1:0', ...flags], {home: temp.root})
  const pageOf = async ({stdout}: {stdout(): string}): Promise<WebFrame> => {
    const address = () => /http:\/\/[\d.:]+/.exec(stdout())?.[0]
    await expect.poll(address, waiting).toBeDefined()
    return (await (await fetch(`${address()}/data.json`)).json()) as WebFrame
  }

  const recorder = serve('--record', file)
  expect(await pageOf(recorder)).toMatchObject({mode: 'LIVE', network: 'test'})
  await expect.poll(() => framesIn(file), waiting).toBeGreaterThan(5)
  recorder.child.kill('SIGINT')
  expect((await recorder.result).exitCode).toBe(130)

  const player = serve('--replay', file)
  const played = await pageOf(player)
  expect(played).toMatchObject({mode: 'REPLAY', network: 'test', profile: 'op'})
  expect(Math.abs(played.atMs - Date.now())).toBeLessThan(60_000)
  player.child.kill('SIGINT')
  expect((await player.result).exitCode).toBe(130)

  const both = await runCli(['dashboard', '--replay', file, '--record', temp.path('other')], {
    home: temp.root,
  })
  expect(both.exitCode).toBe(2)
})
