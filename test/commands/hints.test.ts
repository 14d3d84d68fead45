import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {actingHints} from '../../src/cli/acting-hints.ts'
import {sourcesOf} from '../../src/services/live/live.ts'
import {statusOf} from '../../src/services/status.ts'
import {feeds, NOW, setting} from '../helpers/dashboard-data.ts'
import {makeOperator} from '../helpers/operator.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {pairwise, runCli} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'
import {chainSituations} from '../health/situations-of-chain.ts'
import {nodeSituations} from '../health/situations-of-node.ts'
import {otherSituations} from '../health/situations-of-others.ts'

interface Manifest {
  commands: Record<string, {flags: Record<string, {char?: string}>; aliases: string[]}>
}

const manifest = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../oclif.manifest.json'), 'utf8'),
) as Manifest

const commands = new Map(
  Object.entries(manifest.commands).flatMap(([id, command]) =>
    [id, ...command.aliases].map((name) => [name, command] as const),
  ),
)

/** The command that these words begin with, and what is left of them. */
function commandIn(words: readonly string[]) {
  for (let count = words.length; count > 0; count--) {
    const command = commands.get(words.slice(0, count).join(':'))
    if (command) return {command, rest: words.slice(count)}
  }
  return undefined
}

/** Everything between backticks that a person is told to type, with a word for each value. */
function printedCommands(): {file: string; line: string}[] {
  return readdirSync('src', {recursive: true, encoding: 'utf8'})
    .filter((name) => /\.tsx?$/.test(name))
    .flatMap((name) => {
      const text = readFileSync(join('src', name), 'utf8')
      const found = text.matchAll(/\\?`metis-seq ((?:\$\{[^}]*\}|[^`$\\\n])+)\\?`/g)
      return [...found].map(([, line]) => ({
        file: name,
        line: line!.replaceAll(/\$\{[^}]*\}/g, 'VALUE'),
      }))
    })
}

test('every command that a text names exists, and takes every flag that the text gives it', () => {
  const faults = printedCommands().flatMap(({file, line}) => {
    const words = line.trim().split(/\s+/)
    // The words of the command themselves come from a value; patterns and comments are no hints.
    if (/^(?:VALUE|--help|\.\.\.|\()/.test(words[0]!)) return []
    const found = commandIn(words)
    if (!found) return [`${file}: metis-seq ${line}`]
    const known = new Set(Object.keys(found.command.flags))
    const chars = new Set(Object.values(found.command.flags).flatMap(({char}) => char ?? []))
    return found.rest
      .filter((word) => word.startsWith('-') && word !== '-' && word !== '--help')
      .map((word) => word.replace(/=.*$/, ''))
      .filter((word) => (word.startsWith('--') ? !known.has(word.slice(2)) : !chars.has(word[1]!)))
      .map((word) => `${file}: metis-seq ${line} has no ${word}`)
  })

  expect(printedCommands().length).toBeGreaterThan(150)
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
  const ended = await pairwise(
    // Streams, and what would start or change something, have their tests where that is real.
    [...remedies].filter((line) => !/epoch watch|local up|node start|init /.test(line)),
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
}, 120_000)
