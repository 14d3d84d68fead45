import {producerVerdicts, type CheckedProducer} from '../../protocol/rotation/producers.ts'
import type {CurrentEpoch, ListedEpoch} from '../../services/rotation/epochs.ts'
import type {NamedAttempt, SuccessorView} from '../../services/rotation/successor.ts'
import type {ProducerCheck} from '../../services/rotation/verify-producers.ts'
import {eventTypes, type OperatorEvent} from '../../services/live/events.ts'
import {address, as, count, digits, flag, list, nullable, object, text, word} from './build.ts'

import type {CommandSchemas} from './document.ts'
import {currentEpochFields, epoch, epochFields} from './parts/epoch.ts'
import {forecast, signerName, type Named} from './parts/forecast.ts'
import {issue} from './parts/health.ts'

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
          cut: flag('True when a respan has ended it early.'),
          silent: nullable(
            address('Producer whose silence led to its respan; null without one or where unknown.'),
          ),
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
      epoch: as(nullable(epoch), 'Epoch after the current one; null while none is planned.'),
    }),
  },
  'epoch successor': {
    data: object<Omit<SuccessorView, 'attempts'> & {attempts: Named<NamedAttempt>[]}>(
      'Who takes over if the producer stops at the head.',
      {
        headBlock: digits('Newest L2 block.'),
        headTimestampSeconds: digits('Time of that block, in seconds since 1970.'),
        current: address('Producer of the next block.'),
        mine: flag('True when that is the signer of the profile.'),
        startBlock: digits('First block of the successor.'),
        attempts: list(
          'In the order in which they are tried.',
          object<Named<NamedAttempt>>('One attempt of a respan.', {
            attempt: digits('From 0, within the epoch.'),
            signer: nullable(address('Signer that is drawn; null when there is nobody.')),
            mine: flag('True when it is the signer of the profile.'),
            name: signerName,
          }),
        ),
        candidates: count('Validators that can be drawn, each with the same probability.'),
        isUnderWay: flag('True when the consensus layer has chosen the first one already.'),
        silentSeconds: count('Seconds since the newest block.'),
        respanDelaySeconds: count('Seconds without a block before a respan.'),
        dueAtMs: count('When the respan is due without a block, in milliseconds since 1970.'),
      },
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
    line: object<OperatorEvent>('The current rotation, then every change to it.', {
      type: word('Kind of event. `current` is the first line, which is no change.', eventTypes),
      atMs: count('Time of the observation, in milliseconds since 1970.'),
      level: word('Severity.', ['info', 'warn', 'critical']),
      text: text('One human-readable sentence.'),
      headBlock: nullable(digits('Newest L2 block; null while L2 is unknown.')),
      epoch: as(nullable(epoch), 'Epoch concerned; null for other events.'),
      issue: as(nullable(issue), 'Issue that began, changed or ended; null for other events.'),
    }),
    data: object('End of the stream.', {events: count('Number of changes observed.')}),
  },
}
