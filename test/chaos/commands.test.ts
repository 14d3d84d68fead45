/**
 * The built program in front of the behaviours of real endpoints. A choice of the matrix: each sending command meets one
 * spelling of "already known" while reads lag, and each behaviour meets one reading command. All of it:
 * `npm run drill -- chaos`.
 */
import {afterAll, beforeAll, expect, test} from 'vitest'

import {
  knownBehaviours,
  read,
  readingBehaviours,
  readingCommands,
  send,
  startChaosScene,
  type ChaosScene,
} from './commands.ts'
import {replacingCommands, sendingCommands} from '../helpers/sending-commands.ts'

let scene: ChaosScene
beforeAll(async () => (scene = await startChaosScene()))
afterAll(() => scene[Symbol.asyncDispose]())

/** Those that say that it is known; the others say nothing of it, and its outcome is told as unknown. */
const named = knownBehaviours.filter(([name]) => /known|already|hash|duplicate|nonce/i.test(name))

const commands = [...sendingCommands, ...replacingCommands]

test.each(commands.map((command, at) => ({...command, known: named[at % named.length]!})))(
  '$line: $known.0',
  async ({known: [, make], ...command}) => {
    const {told, wrong} = await send(scene, command, make)

    expect({told, wrong}).toEqual({told: 'done', wrong: []})
  },
)

const pairs = readingBehaviours.map(([name, make], at) => ({
  ...{name, make},
  line: readingCommands[at % readingCommands.length]!,
}))

test.each(pairs)('$line, $name: right, or named', async ({line, make}) => {
  const {wrong} = await read(scene, line, make)

  expect(wrong).toEqual([])
})

test('forty behaviours and more, and every command that reads', () => {
  expect(readingBehaviours.length).toBeGreaterThanOrEqual(40)
  expect(new Set(pairs.map(({line}) => line)).size).toBe(readingCommands.length)
})
