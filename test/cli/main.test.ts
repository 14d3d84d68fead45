import {execa} from 'execa'
import {expect, test} from 'vitest'

import {messageOf} from '../../src/lib/errors.ts'

const LATER = `
  import {main} from './src/cli/main.ts'
  setTimeout(() => { throw new Error('no answer from https://user:secret@rpc.example/key') }, 0)
  await main(['--help'], process.cwd())
`

test('what nobody caught ends like every other error: with a code, without secrets and pages of code', async () => {
  const ended = await execa('node', ['--input-type=module-typescript', '--eval', LATER], {
    reject: false,
  })
  expect(ended.exitCode).toBe(1)
  expect(ended.stderr).toContain('[BUG]')
  expect(ended.stderr).toContain('no answer from https://rpc.example')
  expect(ended.stderr).not.toContain('secret')
})

test('an event thrown by a library says what ended', () => {
  const event = Object.assign(new Event('close'), {error: new Error('The socket hung up.')})
  expect(messageOf(event)).toBe('The socket hung up.')
  expect(messageOf(new Event('close'))).toBe('It ended (close).')
})
