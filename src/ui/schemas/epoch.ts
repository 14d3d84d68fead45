import {producerVerdicts, type CheckedProducer} from '../../protocol/rotation/producers.ts'
import type {CurrentEpoch, ListedEpoch} from '../../services/rotation/epochs.ts'
import type {NamedAttempt, SuccessorView} from '../../services/rotation/successor.ts'
import type {ProducerCheck} from '../../services/rotation/verify-producers.ts'
import {address, as, count, digits, flag, list, nullable, object, text, word} from './build.ts'

import type {CommandSchemas} from './document.ts'
import {
  currentEpochFields,
  epoch,
  epochFields,
  replacedState,
  silentProducer,
  wasCut,
} from './parts/epoch.ts'
import {operatorEvent} from './parts/event.ts'
import {forecast, namedAttempt, signerName, successorFields, type Named} from './parts/forecast.ts'

export const epochSchemas: CommandSchemas = {
  'epoch current': {
    data: object<CurrentEpoch>(
      'Rotation: the current epoch and its neighbours.',
      currentEpochFields,
    ),
  },
  'epoch list': {
    data: object('Most recent epochs.', {
      epochs: list(
        'Oldest first.',
        object<Named<ListedEpoch>>('An epoch.', {
          ...epochFields,
          takeover: flag('True when it began with a respan.'),
          replaced: replacedState,
          cut: wasCut,
          silent: silentProducer,
          missingBlocks: digits('Blocks fewer than an epoch has today; 0 for one of full length.'),
          name: signerName,
        }),
      ),
    }),
  },
  'epoch forecast': {data: forecast},
  'epoch next': {
    data: object('The epoch after the current one.', {
      headBlock: digits('Newest L2 block.'),
      epoch: as(
        nullable(epoch),
        'Epoch after the current one; null while none is planned or known.',
      ),
      planDoubt: nullable(
        text('Why an epoch that is not committed is unknown; null while the plan is known.'),
      ),
    }),
  },
  'epoch successor': {
    data: object<Omit<SuccessorView, 'attempts'> & {attempts: Named<NamedAttempt>[]}>(
      'The successor of the producer, should it stop at the head.',
      {...successorFields, attempts: list('In the order in which they are tried.', namedAttempt)},
    ),
  },
  'epoch verify': {
    data: object<ProducerCheck>('Producers of blocks against the signers of their epochs.', {
      fromBlock: digits('First block, inclusive.'),
      toBlock: digits('Last block, inclusive.'),
      verdicts: object<ProducerCheck['verdicts']>('Blocks by verdict.', {
        right: count('Signed by the signer of their epoch.'),
        wrong: count('Signed by another signer.'),
        unsigned: count('Signed by nobody: empty, or with a deposit.'),
        uncovered: count('In no epoch.'),
      }),
      producers: list(
        'Recovered from the signatures, most blocks first.',
        object<ProducerCheck['producers'][number]>('A producer.', {
          signer: address('Signer of the blocks.'),
          blocks: count('How many of them.'),
        }),
      ),
      wrong: list(
        'Blocks that are wrong or in no epoch, oldest first, at most 100.',
        object<CheckedProducer>('A block.', {
          block: digits('Its number.'),
          verdict: word('Result.', producerVerdicts),
          epoch: nullable(digits('Its epoch; null in none.')),
          expected: nullable(address('Signer of that epoch.')),
          producer: nullable(address('Recovered signer; null without a usable signature.')),
        }),
      ),
    }),
  },
  'epoch watch': {
    line: as(operatorEvent, 'The current rotation, then every change to it.'),
    data: object('End of the stream.', {events: count('Number of changes observed.')}),
  },
}
