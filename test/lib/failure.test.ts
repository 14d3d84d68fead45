import {expect, test} from 'vitest'

import {MetisSeqError} from '../../src/lib/errors.ts'
import {failureOf} from '../../src/lib/failure.ts'
import {RpcTransportError} from '../../src/lib/json-rpc.ts'

test('a failure keeps code and reason, and whether the source hangs, however deep it is wrapped', () => {
  const timeout = new RpcTransportError({reason: 'timeout', url: 'http://x', message: 'Late.'})
  const down = new MetisSeqError({
    code: 'CHAIN_UNREACHABLE',
    message: 'Down.',
    facts: {chain: 'L2'},
    cause: timeout,
  })

  expect(failureOf(new Error('x', {cause: down}))).toEqual({
    code: 'CHAIN_UNREACHABLE',
    reason: 'Down.',
    isSilent: true,
  })
  expect(failureOf(new Error('first line\nsecond'))).toEqual({
    code: 'READ_FAILED',
    reason: 'first line',
    isSilent: false,
  })
})

test('an API key in the words of a library goes no further', () => {
  const {reason} = failureOf(new Error('HTTP request failed at https://rpc.example/v3/s3cr3t-key'))

  expect(reason).toContain('rpc.example')
  expect(reason).not.toContain('s3cr3t')
})
