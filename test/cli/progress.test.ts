import {expect, test} from 'vitest'

import {Progress} from '../../src/cli/progress.ts'

function scene(isTTY: boolean) {
  let nowMs = 0
  const written: string[] = []
  const progress = new Progress({
    screen: {isTTY, columns: 40, write: (text) => written.push(text)},
    env: {TERM: isTTY ? 'xterm' : undefined},
    tell: (line) => written.push(`${line}\n`),
    now: () => nowMs,
  })
  const after = (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      nowMs += 1000
      progress.tick()
    }
    // What a terminal shows of it: a replaced line is gone.
    const lines = written.join('').split('\n')
    return lines.map((line) => line.split('\r\u001B[2K').at(-1)).join('\n')
  }
  return {progress, after}
}

test('on a terminal one line says what is waited for and for how long', () => {
  const {progress, after} = scene(true)
  progress.wait('Waiting for a block')
  expect(after(1)).toBe('')
  expect(after(4)).toBe('Waiting for a block, 5 s')
  progress.wait('It is in block 7; safe is 3')
  expect(after(60)).toBe('It is in block 7; safe is 3, 1 min 5 s')
  progress.done()
  expect(after(5)).toBe('')
})

test('a step is told at once, steps of one kind count on, and the last one stays', () => {
  const {progress, after} = scene(true)
  progress.step('Logs: 1 of 9')
  expect(after(0)).toBe('Logs: 1 of 9')
  after(3)
  progress.step('Logs: 9 of 9')
  expect(after(0)).toBe('Logs: 9 of 9, 3 s')
  progress.end()
  expect(after(3)).toBe('Logs: 9 of 9, 3 s\n')
})

test('a line is never longer than the terminal, and the time stays on it', () => {
  const {progress, after} = scene(true)
  progress.step('a step with a name that is far too long for it')
  expect(after(7)).toMatch(/^a step with.{23}, 7 s$/)
})

test('elsewhere a line stays: at once for another kind of step, and every ten seconds', () => {
  const {progress, after} = scene(false)
  progress.step('Logs: 1 of 9')
  progress.step('Logs: 2 of 9')
  progress.step('Reading the payments')
  expect(after(9)).toBe('Logs: 1 of 9\nReading the payments\n')
  progress.wait('Waiting for a block')
  expect(after(9)).toBe('Logs: 1 of 9\nReading the payments\n')
  expect(after(11)).toBe(
    'Logs: 1 of 9\nReading the payments\nWaiting for a block, 10 s\nWaiting for a block, 20 s\n',
  )
})

test('elsewhere each step with a name is told once, and figures make no step', () => {
  const {progress, after} = scene(false)
  progress.step('Deploying 1/3: a token')
  after(4)
  progress.step('Deploying 2/3: a pool')
  progress.step('Deploying 3/3: a pool')
  for (let at = 1; at < 50; at++) progress.step(`L1 logs: ${at} of 50 blocks, ${at * 3} found`)
  expect(after(1)).toBe(
    'Deploying 1/3: a token\nDeploying 2/3: a pool, 4 s\nL1 logs: 1 of 50 blocks, 3 found\n',
  )
})

test('what fails leaves no line behind', async () => {
  const {progress, after} = scene(true)
  const work = progress.during('Waiting', Promise.reject(new Error('no')))
  after(3)
  await expect(work).rejects.toThrow('no')
  expect(after(3)).toBe('')
})

test('slow work is told at once, and what was waited for before comes back', async () => {
  const {progress, after} = scene(true)
  progress.wait('Waiting for a block')
  after(3)
  const slow = Promise.withResolvers<number>()
  const work = progress.within('Decrypting the key', slow.promise)
  expect(after(0)).toBe('Decrypting the key')
  expect(after(2)).toBe('Decrypting the key, 2 s')
  slow.resolve(7)
  expect(await work).toBe(7)
  expect(after(0)).toBe('Waiting for a block, 5 s')
  progress.done()
  await expect(progress.within('a', Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(after(3)).toBe('')
})

test('elsewhere slow work says nothing for ten seconds', () => {
  const {progress, after} = scene(false)
  void progress.within('Decrypting the key', Promise.withResolvers().promise)
  expect(after(9)).toBe('')
  expect(after(1)).toBe('Decrypting the key, 10 s\n')
})
