import {Errors} from '@oclif/core'
import {expect, test} from 'vitest'

import {toErrorReport} from '../../src/cli/error-report.ts'

test('a private key typed as an argument is not shown back', () => {
  const key = 'ab'.repeat(32)
  for (const shown of [key, `0x${key}`, key.toUpperCase()]) {
    const report = toErrorReport(
      new Errors.CLIError(`Unexpected argument: ${shown}`),
      'metis-seq key import',
    )
    expect(JSON.stringify(report).toLowerCase()).not.toContain(key)
  }
})

test('Ctrl-C at a question is an interruption, not a fault', () => {
  const error = Object.assign(new Error('Aborted with Ctrl+C'), {name: 'AbortError'})
  expect(toErrorReport(error, 'metis-seq init')).toMatchObject({
    code: 'INTERRUPTED',
    exit: 'sigint',
  })
})
