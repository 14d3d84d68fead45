import type {posStatusJson} from '../presenters/pos.ts'
import {as, constant, foreignObject, list, nullable, object, text} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {issue} from './parts/health.ts'
import {logLine} from './parts/log-line.ts'

export const posSchemas: CommandSchemas = {
  'pos run': {
    line: logLine,
    data: object('End of the node.', {
      stopped: constant('It stopped.', true),
      restUrl: text('URL of its REST API.'),
    }),
  },
  'pos status': {
    data: object<ReturnType<typeof posStatusJson>>(
      'State of the consensus layer, as Themis reports it.',
      {
        latestSpan: foreignObject('Answer of `/metis/latest-span`.'),
        validators: list(
          'Validators of `/staking/validator-set`.',
          foreignObject('A validator: `ID`, `signer`, `power` and more.'),
        ),
        rewardBatchId: {description: 'Current reward batch, from `/staking/current-batch`.'},
        mpc: as(
          nullable(foreignObject('Answer of `/mpc/latest/0`.')),
          'Answer of `/mpc/latest/0`; null when there is none.',
        ),
        issues: list('Active issues of the consensus layer and its epochs, worst first.', issue),
      },
    ),
  },
}
