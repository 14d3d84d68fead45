import process from 'node:process'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import {cleanEnv, runCli, runScript, startCli} from '../helpers/run-cli.ts'
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
function startDashboard(columns: number, rows: number): TestTerminal {
  const program = `"${process.execPath}" "${runScript}" dashboard; code=$?; stty -a | grep -oE -- '-?(icanon|echo)\\b' | tr '\\n' ' '; echo "exit=$code"`
  const env = {...cleanEnv({home: temp.root}), TERM: 'xterm-256color', LANG: 'C.UTF-8'}
  return startTerminal('/bin/sh', ['-c', program], {columns, rows, env})
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
    await shows(/not registered/)
    const first = terminal.lines()
    expect(first[0]).toMatch(/^metis-seq {2}test {2}op {2}LIVE/)
    expect(first[rows - 2]).toMatch(/^q quit/)
    // A frame as tall as the terminal would scroll it.
    expect(first[rows - 1]).toBe('')
    expect(first.findIndex((line) => line.includes('┏'))).toBe(2)

    terminal.type('?')
    await shows(/Tab {2}next panel/)
    terminal.type('?')
    await shows(/Production/)

    terminal.type('\t')
    await expect
      .poll(() => terminal.lines()[2]?.slice(Math.ceil(columns / 2)), waiting)
      .toMatch(/^┏━+┓$/)

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
  await shows(/Stake and rewards/)
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
  expect(first).toMatchObject({state: {word: 'OK'}, panels: {production: {title: 'Production'}}})
  expect(others.at(-1)).toMatchObject({command: 'dashboard', data: {frames: others.length}})
  expect(exitCode).toBe(130)
})
