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
  sendingCommands,
  startChaosScene,
  type ChaosScene,
} from './commands.ts'

let scene: ChaosScene
beforeAll(async () => (scene = await startChaosScene()))
afterAll(() => scene[Symbol.asyncDispose]())

/** Those that say that it is known; the others say nothing of it, and its outcome is told as unknown. */
const named = knownBehaviours.filter(([name]) => /known|already|hash|duplicate|nonce/i.test(name))

test.each(sendingCommands.map((command, at) => ({...command, known: named[at % named.length]!})))(
  '$line: $known.0',
  async ({known: [, make], ...command}) => {
    const {told, wrong} = await send(scene, command, make)

    expect({told, wrong}).toEqual({told: 'done', wrong: []})
  },
)

test('every behaviour with some reading command: right, or named', async () => {
  expect(readingBehaviours.length).toBeGreaterThanOrEqual(40)
  await scene.reset()
  const found: string[] = []
  for (const [at, [name, make]] of readingBehaviours.entries()) {
    const line = readingCommands[at % readingCommands.length]!
    const {wrong} = await read(scene, line, make)
    found.push(...wrong.map((each) => `${line}, ${name}: ${each}`))
  }
  expect(found).toEqual([])
})
