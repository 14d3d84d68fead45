import {join} from 'node:path'

import {Config} from '@oclif/core'
import {beforeAll, describe, expect, test} from 'vitest'

import {groups} from '../../src/cli/help/groups.ts'
import OperatorHelp from '../../src/cli/help/operator-help.ts'
import {runCli} from '../helpers/run-cli.ts'
import {makeTempHome} from '../helpers/temp-home.ts'
import {unwrapped, wrapWords} from '../../src/lib/wrap-words.ts'

let config: Config

beforeAll(async () => {
  config = await Config.load({root: join(import.meta.dirname, '../..')})
})

/** Everything that `help` prints for some words, at a width. */
async function helpOf(words: string[], width: number): Promise<string> {
  const help = new (class extends OperatorHelp {
    readonly lines: string[] = []
    protected override log(...args: string[]): void {
      this.lines.push(...args.map((text) => this.fitted(text)))
    }
  })(config, {maxWidth: width, stripAnsi: true})
  await help.showHelp(words)
  return help.lines.join('\n')
}

test('root help names each topic and each command of one word once, in a group', () => {
  const aliases = config.commands.flatMap((command) => command.aliases)
  const topics = config.topics.map(({name}) => name).filter((name) => !/[: ]/.test(name))
  const commands = config.commandIDs.filter((id) => !id.includes(':') && !aliases.includes(id))
  const named = groups.flatMap(({names}) => names)
  expect([...named].toSorted()).toEqual([...new Set([...topics, ...commands])].toSorted())
})

test('each topic is described by itself, and not by the first of its commands', () => {
  const summaries = new Set(config.commands.map(({summary}) => summary))
  const topics = config.topics.filter(
    ({name}) =>
      // A topic that is a command too has the words of the command.
      !config.commandIDs.includes(name) &&
      config.commandIDs.some((id) => id.startsWith(`${name}:`)),
  )
  const borrowed = topics.filter(({description}) => summaries.has(description))
  expect(topics.length).toBeGreaterThan(20)
  expect(borrowed.map(({name}) => name)).toEqual([])
})

describe.each([60, 80, 120])('at %i columns', (width) => {
  test('no line of any help is longer than the terminal, unless it is one word', async () => {
    const ids = config.commands.map(({id}) => id)
    const topics = config.topics.map(({name}) => name)
    for (const id of ['', ...ids, ...topics]) {
      const text = await helpOf(id ? id.split(/[: ]/) : [], width)
      const tooLong = text
        .split('\n')
        .filter((line) => [...line].length > width && /\S\s+\S/.test(line.trim()))
      expect(tooLong, id).toEqual([])
    }
  })

  test('no word is broken: the words are those of the widest terminal', async () => {
    const words = (text: string) => text.split(/\s+/).filter(Boolean)
    for (const id of ['reward:claim', 'node:start', 'tx:sign', 'key:import']) {
      expect(words(await helpOf(id.split(':'), width)), id).toEqual(
        words(await helpOf(id.split(':'), 10_000)),
      )
    }
  })
})

test('help help is the help of help', async () => {
  const text = await helpOf(['help'], 80)
  expect(text).toContain('$ metis-seq help [COMMAND] [FLAGS]')
  expect(text).not.toContain('SET UP')
  expect(await helpOf(['help', '--help'], 80)).toBe(text)
  expect(await helpOf(['--help'], 80)).toContain('SET UP')
})

test('every command takes the flags that are said to stand anywhere', () => {
  const lacking = config.commands.filter(({flags}) =>
    ['verbose', 'no-color', 'quiet', 'no-input'].some((name) => !(name in flags)),
  )
  expect(lacking.map(({id}) => id)).toEqual([])
})

test('-h, help, -v and version say what --help and --version say', async () => {
  using temp = makeTempHome()
  const [short, long, word] = await Promise.all(
    [
      ['stake', 'increase', '-h'],
      ['stake', 'increase', '--help'],
      ['help', 'stake', 'increase'],
    ].map((args) => runCli(args, {home: temp.root})),
  )
  expect(short!.exitCode).toBe(0)
  expect(short!.stdout).toContain('$ metis-seq stake increase [ID] --amount METIS|max|N% [FLAGS]')
  expect([short!.stdout, word!.stdout]).toEqual([long!.stdout, long!.stdout])
  const [v, version, document, unknown] = await Promise.all(
    [['-v'], ['version'], ['version', '--json'], ['help', 'stake', 'incr', '--json']].map((args) =>
      runCli(args, {home: temp.root}),
    ),
  )
  expect(v!.stdout).toBe(version!.stdout)
  expect(JSON.parse(document!.stdout)).toMatchObject({data: {node: process.versions.node}})
  expect(unknown!.exitCode).toBe(2)
  expect(JSON.parse(unknown!.stdout)).toMatchObject({
    error: {
      code: 'COMMAND_UNKNOWN',
      hints: expect.arrayContaining(['Run `metis-seq help stake increase`?']) as string[],
    },
  })
  const topic = await runCli(['node', 'rebuild-guard', '--json'], {home: temp.root})
  const {hints} = (JSON.parse(topic.stdout) as {error: {hints: string[]}}).error
  expect(hints).toHaveLength(5)
})

test('--verbose names requests and durations, never parameters or keys in a URL', async () => {
  using temp = makeTempHome()
  const args = ['--verbose', 'network', 'check', '--network', 'andromeda', '--timeout', '1']
  const env = {METIS_SEQ_L2_RPC_URL: 'http://127.0.0.1:1/secret-key'}
  const {stderr} = await runCli(args, {home: temp.root, env})
  expect(stderr).toMatch(/^POST \S+ eth_\w+.*: .*, \d+ ms$/m)
  expect(stderr).not.toContain('secret-key')
})

test('words are wrapped, and a hash, a URL and a command in backticks stay whole', () => {
  const hash = `0x${'ab'.repeat(32)}`
  expect(wrapWords(`  it is ${hash} now`, 20)).toBe(`  it is\n  ${hash}\n  now`)
  expect(wrapWords('now run `metis-seq node start`.', 26)).toBe('now run\n`metis-seq node start`.')
  // A terminal gets colors: their codes take no room.
  expect(wrapWords('\u{1B}[2m[env: X]\u{1B}[22m of five', 16)).toBe(
    '\u{1B}[2m[env: X]\u{1B}[22m of five',
  )
  expect(unwrapped('one\ntwo\n\nthree\n- four\n- five')).toBe('one two\n\nthree\n- four\n- five')
})
