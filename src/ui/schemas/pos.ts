import type {posStatusJson} from '../presenters/pos.ts'
import {as, constant, foreignObject, list, nullable, object, text} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {issue} from './parts/health.ts'
import {logLine} from './parts/log-line.ts'

export const posSchemas: CommandSchemas = {
  'pos run': {
    line: logLine,
    data: object('How it ended.', {
      stopped: constant('It has stopped.', true),
      restUrl: text('URL of its REST API.'),
    }),
  },
  'pos status': {
    data: object<ReturnType<typeof posStatusJson>>(
      'What the consensus layer says, in the words of Themis.',
      {
        latestSpan: foreignObject('Answer of `/metis/latest-span`.'),
        validators: list(
          'Validators of `/staking/validator-set`.',
          foreignObject('A validator: `ID`, `signer`, `power` and more.'),
        ),
        rewardBatchId: {description: 'Current reward batch as `/staking/current-batch` has it.'},
        mpc: as(
          nullable(foreignObject('Answer of `/mpc/latest/0`.')),
          'Answer of `/mpc/latest/0`; null when there is none.',
        ),
        issues: list('What is wrong with it or with its epochs, worst first.', issue),
      },
    ),
  },
}
