/** What a node tells of an error of one of its stages. */
import {expect, test} from 'vitest'

import {MetisSeqError} from '../../src/lib/errors.ts'
import {RpcResponseError, RpcTransportError} from '../../src/lib/rpc-errors.ts'
import {nodeFailureOf} from '../../src/node/sequencing/driver-facts.ts'

test('every trouble has a code: its own, or the one of what was asked', () => {
  const full = new MetisSeqError({code: 'DISK_FULL', message: 'Full.', facts: {}})
  expect(nodeFailureOf(full, 7)).toEqual({code: 'DISK_FULL', message: 'Full.', sinceMs: 7})
  const silent = new RpcTransportError({
    reason: 'timeout',
    url: 'http://127.0.0.1',
    message: 'Silent.',
  })
  expect(nodeFailureOf(silent, 7)).toMatchObject({code: 'UNREACHABLE', message: 'Silent.'})
  const refused = new RpcResponseError({code: -32_000, message: 'No.'})
  expect(nodeFailureOf(refused, 7)).toMatchObject({code: 'REFUSED', message: 'No.'})
  expect(nodeFailureOf(new Error('A bug.'), 7)).toMatchObject({
    code: 'UNEXPECTED',
    message: 'A bug.',
  })
})
