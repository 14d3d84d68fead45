import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {Parser, type Interfaces} from '@oclif/core'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {actingHints} from '../../src/cli/acting-hints.ts'
import {sourcesOf} from '../../src/services/live/live.ts'
import {statusOf} from '../../src/services/health/status.ts'
import {feeds, NOW, setting} from '../helpers/dashboard-data.ts'
import {makeOperator} from '../helpers/operator.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {pairwise, runCli} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'
import {chainSituations} from '../health/situations-of-chain.ts'
import {nodeSituations} from '../health/situations-of-node.ts'
import {otherSituations} from '../health/situations-of-others.ts'

type Definitions<T> = Record<string, Omit<T, 'parse' | 'input'> & {env?: string}>

interface Manifest {
  commands: Record<
    string,
    {
      flags: Definitions<Interfaces.OptionFlag<string> | Interfaces.BooleanFlag<boolean>>
      args: Definitions<Interfaces.Arg<string>>
      strict: boolean
      aliases: string[]
    }
  >
}

const manifest = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../oclif.manifest.json'), 'utf8'),
) as Manifest

const commands = new Map(
  Object.entries(manifest.commands).flatMap(([id, command]) =>
    [id, ...command.aliases].map((name) => [name, {id, command}] as const),
  ),
)

/** The command that these words begin with, and what is left of them. */
function commandIn(words: readonly string[]) {
  for (let count = words.length; count > 0; count--) {
    const known = commands.get(words.slice(0, count).join(':'))
    if (known) return {...known, rest: words.slice(count)}
  }
  return undefined
}

function sources(): {file: string; text: string}[] {
  return readdirSync('src', {recursive: true, encoding: 'utf8'})
    .filter((name) => /\.tsx?$/.test(name))
    .map((file) => ({file, text: readFileSync(join('src', file), 'utf8')}))
}

/** Everything between backticks that a person is told to type, with a word for each value. */
function printedCommands(): {file: string; line: string}[] {
  return sources().flatMap(({file, text}) => {
    const found = text.matchAll(/\\?`metis-seq ((?:\$\{[^}]*\}|[^`$\\\n])+)\\?`/g)
    return [...found].map(([, line]) => ({
      file,
      line: line!.replaceAll(/\$\{[^}]*\}/g, 'VALUE'),
    }))
  })
}

/** The parser of the program, which takes a word such as NAME for every value. */
async function parseAsTyped(id: string, rest: string[]) {
  // Names in capitals stand for what a person puts there; the environment of a test is nobody's.
  const lenient = <T extends object>(definitions: Record<string, T>) =>
    Object.fromEntries(
      Object.entries(definitions).map(([name, definition]) => [
        name,
        {
          ...definition,
          env: undefined,
          parse: (input: unknown) => Promise.resolve(input),
          ...(rest.includes('VALUE') ? {options: undefined} : {}),
        },
      ]),
    )
  // Without a network nothing is made; with --replace it is that of the profile.
  if (id === 'init' && !rest.some((word) => /^--(?:network|replace)$/.test(word)))
    throw new Error('It has neither --network nor --replace.')
  const {flags, args, strict} = manifest.commands[id]!
  const given = {...flags, ...(await flagsThatExclude(id))}
  const options = {flags: lenient(given), args: lenient(args), strict}
  await Parser.parse(rest, options as unknown as Parameters<typeof Parser.parse>[1])
}

/** The manifest does not keep which flags are wanted in the place of others. */
async function flagsThatExclude(id: string): Promise<Manifest['commands'][string]['flags']> {
  const path = join(import.meta.dirname, '../../src/commands', `${id.replaceAll(':', '/')}.ts`)
  if (!existsSync(path) || !readFileSync(path, 'utf8').includes('exactlyOne')) return {}
  const {default: command} = (await import(path)) as {default: Manifest['commands'][string]}
  return command.flags
}

test('the parser takes every command that a text names, as it is printed', async () => {
  const faults: string[] = []
  for (const {file, line} of printedCommands()) {
    const words = line.trim().split(/\s+/)
    // The words of the command themselves come from a value; patterns and comments are no hints.
    if (/^(?:VALUE|--help|\.\.\.|\()/.test(words[0]!) || words.at(-1) === '--help') continue
    const found = commandIn(words)
    const fault = found
      ? await parseAsTyped(found.id, found.rest).then(
          () => undefined,
          (error: Error) => error.message.split('\n').slice(0, 2).join(' '),
        )
      : 'There is no such command.'
    if (fault !== undefined) faults.push(`${file}: \`metis-seq ${line}\`: ${fault}`)
  }

  expect(printedCommands().length).toBeGreaterThan(150)
  expect(faults).toEqual([])
})

test('a hint has its command whole and in backticks, so that it acts for the profile', () => {
  // Descriptions name commands without telling anybody to type them; health names the profile by itself.
  const hinting = sources().filter(
    ({file}) => !/^(?:health|commands|cli\/completion|ui\/schemas)\//.test(file),
  )
  const faults = hinting.flatMap(({file, text}) => {
    const lines = text.split('\n').filter((line) => !/^\s*(?:\*|\/\/|\/\*)|description:/.test(line))
    return lines
      .filter((line) => {
        const bare = [...line.matchAll(/(?<![`=]|=\S+ )metis-seq ([a-z][a-z :-]*)/g)]
        const cut = [...line.matchAll(/\\?`(?!metis-seq)([a-z]+ [^`\\]+)\\?`/g)]
        return [...bare, ...cut].some(([, words]) => commandIn(words!.trim().split(/\s+/)))
      })
      .map((line) => `${file}: ${line.trim()}`)
  })

  expect(faults).toEqual([])
})

test('a printed command acts for the profile that was named, where it takes one', () => {
  const flagsOf = (words: readonly string[]) => {
    const found = commandIn(words)
    return found && Object.keys(found.command.flags)
  }
  const acting = (text: string) => actingHints(text, {profile: 'seq-2'}, flagsOf)

  expect(acting('Run `metis-seq node start`.')).toBe('Run `metis-seq node start --profile seq-2`.')
  expect(acting('Run `metis-seq stake increase --amount 5` or `metis-seq key list`.')).toBe(
    'Run `metis-seq stake increase --amount 5 --profile seq-2` or `metis-seq key list --profile seq-2`.',
  )
  expect(acting('`metis-seq status --profile main`')).toBe('`metis-seq status --profile main`')
  expect(acting('`metis-seq nonsense`')).toBe('`metis-seq nonsense`')
  expect(actingHints('`metis-seq status`', {}, flagsOf)).toBe('`metis-seq status`')
  expect(actingHints('`metis-seq status`', {network: 'test'}, flagsOf)).toBe(
    '`metis-seq status --network test`',
  )
})

let chain: TestChain
let temp: TempHome

beforeAll(async () => {
  chain = await startTestChain({l2BlockSeconds: 1, initialSigner: accountOf('signer').address})
  temp = await makeOperator(chain.network, {owner: 'owner', signer: 'signer'})
})

afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

test('every command that health names runs as it is printed', async () => {
  const all = [...chainSituations, ...nodeSituations, ...otherSituations]
  const remedies = new Set(
    all.flatMap((situation) =>
      statusOf(
        // A profile that is there, on a network that is there: what it finds is its own affair.
        {...(situation.setting ?? setting), profile: 'op', network: 'test'},
        sourcesOf({...feeds, ...situation.feeds}),
        null,
        NOW,
      ).health.issues.map(({remedy}) => remedy),
    ),
  )
  // The system's own word for what takes the room on a disk, and no other.
  const foreign = [...remedies].filter((line) => !line.startsWith('metis-seq '))
  expect(foreign).toEqual(['du -h -d 1 /home/me'])
  const ended = await pairwise(
    // Streams, and what would start or change something, have their tests where that is real.
    [...remedies].filter((line) => !/^du |epoch watch|local up|node start|init /.test(line)),
    async (line) => {
      const {exitCode, stderr} = await runCli([...line.split(' ').slice(1), '--no-input'], {
        home: temp.root,
      })
      return {line, exitCode, stderr}
    },
  )

  expect(ended.length).toBeGreaterThan(15)
  // 1 is a fault of ours, 2 a command line that does not exist.
  expect(ended.filter(({exitCode}) => exitCode === 1 || exitCode === 2)).toEqual([])
})
