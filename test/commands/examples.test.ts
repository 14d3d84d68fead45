/** That examples are true. `test/e2e/local-network.test.ts` runs those that only read. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {Config} from '@oclif/core'
import {beforeAll, expect, test} from 'vitest'

import type {OperatorCommand} from '../../src/cli/operator-command.ts'
import {examplesOf, fileOf, type Call, type ExampleLine} from '../helpers/examples.ts'

let config: Config
let examples: ExampleLine[]

beforeAll(async () => {
  config = await Config.load({root: join(import.meta.dirname, '../..')})
  examples = examplesOf(config)
})

test('every command has an example, and each example calls a command', () => {
  const shown = new Set(examples.map(({of}) => of))
  const aliases = new Set(config.commands.flatMap((command) => command.aliases))
  const commands = config.commandIDs.filter((id) => !aliases.has(id))
  expect(commands.length).toBeGreaterThan(95)
  expect(commands.filter((id) => !shown.has(id.replaceAll(':', ' ')))).toEqual([])
  expect(examples.filter(({calls}) => calls.length === 0)).toEqual([])
})

test('the parser of the command takes every example', async () => {
  const refused: string[] = []
  for (const {line, calls} of examples) {
    for (const call of calls) {
      await parse(call).catch((error: Error) => refused.push(`${line}: ${error.message}`))
    }
  }
  expect(refused).toEqual([])
})

test('an example can be typed as it stands: nothing in it stands for something else', () => {
  const words = examples.flatMap(({line}) => line.split(' '))
  // METIS is the symbol of a token.
  const given = words.filter((word) => word !== 'METIS')
  expect(given.filter((word) => /…|\.\.\.|^0x[A-Z]+$|^[A-Z_]{2,}$/.test(word))).toEqual([])
})

test('the reference shows every example of every command that help shows', () => {
  const reference = readFileSync(join(import.meta.dirname, '../../docs/commands.md'), 'utf8')
  const hidden = config.commands.flatMap(({id, hidden}) =>
    hidden ? [id.replaceAll(':', ' ')] : [],
  )
  const lines = examples.filter(({of}) => !hidden.includes(of)).map(({line}) => line)
  expect(lines.length).toBeGreaterThan(150)
  expect(lines.filter((line) => !reference.includes(`\n${line}\n`))).toEqual([])
})

/** By the method that the command itself calls, environment names and all. */
async function parse({id, args}: Call): Promise<void> {
  const {default: Command} = (await import(fileOf(id))) as {default: CommandClass}
  class Parsing extends Command {
    protected override async perform() {
      return {data: null, text: ''}
    }

    async parseOnly(): Promise<void> {
      await this.parse(Command)
    }
  }
  await new Parsing(args, config).parseOnly()
}

type CommandClass = typeof OperatorCommand &
  (new (argv: string[], config: Config) => OperatorCommand)
