import {expect, test} from 'vitest'

import {MetisSeqError} from '../../src/lib/errors.ts'
import {haltFacts} from '../../src/node/sequencing/failures.ts'

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
