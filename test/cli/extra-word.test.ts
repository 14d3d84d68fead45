import {join} from 'node:path'

import {Config, type Hook} from '@oclif/core'
import {beforeAll, expect, test} from 'vitest'

import commandNotFound from '../../src/cli/command-not-found.ts'

let config: Config

beforeAll(async () => {
  config = await Config.load({root: join(import.meta.dirname, '../..')})
})

/** What is said of words that are no command, as the library splits them. */
async function refusalOf(words: string): Promise<{code: string; message: string; hints: string[]}> {
  const context = {config} as unknown as Hook.Context
  const id = words.replaceAll(' ', ':')
  return commandNotFound
    .call(context, {id, config, context})
    .then(() => expect.fail(`${words} was taken`))
    .catch((error: unknown) => error as {code: string; message: string; hints: string[]})
}

const whole = `0x${'11'.repeat(20)}`

test.each([
  ['local fund 0x11', '"0x11" is not an address: it has 2 hex', 'local fund --address ADDRESS'],
  [`local fund ${whole}`, 'takes an address with `--address`', `local fund --address ${whole}`],
  ['lst position 0x11', '"0x11" is not an address', 'lst position --account ADDRESS'],
  ['node start now', 'takes no argument, and "now" is one', 'node start --help'],
  ['status me please', 'takes no argument, and "me please" is one', 'status --help'],
  ['top 5', 'takes no argument, and "5" is one', 'top --help'],
])('%s is a known command with a word too many', async (words, message, hint) => {
  expect(await refusalOf(words)).toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining(message),
    hints: expect.arrayContaining([`Run \`metis-seq ${hint}\`.`]),
  })
})

test.each(['local funs', 'loca fund', 'nope'])('%s is no command', async (words) => {
  expect(await refusalOf(words)).toMatchObject({code: 'COMMAND_UNKNOWN'})
})

test.each(['local fund', 'no such'])('a private key behind %s is not repeated', async (words) => {
  const key = 'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
  expect(JSON.stringify(await refusalOf(`${words} 0x${key}`))).not.toContain(key)
})
