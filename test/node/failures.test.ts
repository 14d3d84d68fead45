import {expect, test} from 'vitest'

import {MetisSeqError} from '../../src/lib/errors.ts'
import {EngineError, type EngineErrorKind} from '../../src/node/engine/engine.ts'
import {failureOf, haltFacts} from '../../src/node/sequencing/failures.ts'

test('the last line of a halted node holds the commands that mend it, since health names the log', () => {
  const hints = ['Run `metis-seq node snapshot create` there.', 'Then `metis-seq node start`.']
  const error = new MetisSeqError({
    code: 'CHAIN_LOG_DIVERGED',
    message: 'Block 7 differs.',
    facts: {block: '7', hash: '0x07'},
    hints,
  })
  expect(haltFacts(error)).toEqual({
    ...{error: 'Block 7 differs.', code: 'CHAIN_LOG_DIVERGED', hint: hints.join(' ')},
  })
  expect(haltFacts(new Error('a bug'))).toEqual({error: 'a bug'})
})

test('each error is of one of three kinds, and only a foreign hand in the engine clears the open block', () => {
  const kinds: EngineErrorKind[] = [
    ...(['reset', 'no-history', 'wrong-parent', 'bad-snapshot', 'tampered'] as const),
  ]
  for (const kind of kinds) {
    const mayBeTheBlock = kind !== 'tampered'
    expect(failureOf(new EngineError(kind, 'x'))).toEqual({kind: 'reset', mayBeTheBlock})
  }
  const ours = [
    new MetisSeqError({code: 'DISK_FULL', message: 'Full.', facts: {}}),
    // A height that another signer takes over needs no person.
    new MetisSeqError({
      ...{code: 'CANDIDATE_LOST', message: 'Lost.', facts: {height: '7', signed: '0x07'}},
    }),
    new MetisSeqError({code: 'BUG', message: 'Bug.', facts: {stack: ''}}),
    new Error('no code'),
  ]
  expect(ours.map((error) => failureOf(error))).toEqual([
    {kind: 'temporary'},
    {kind: 'temporary'},
    {kind: 'critical', reason: 'BUG: Bug.'},
    {kind: 'critical', reason: 'no code'},
  ])
})
