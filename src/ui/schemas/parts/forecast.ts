import {
  confidences,
  forecastBases,
  forecastLabels,
  type BackTest,
  type StakeShare,
} from '../../../protocol/rotation/forecast.ts'
import type {RotationForecast, TimedEpoch} from '../../../services/rotation/forecast.ts'
import type {NamedAttempt, SuccessorView} from '../../../services/rotation/successor.ts'
import {
  address,
  as,
  count,
  decimal,
  digits,
  flag,
  list,
  nullable,
  object,
  shared,
  text,
  word,
  type Fields,
} from '../build.ts'

/** With the name of the signer in the public list. */
export type Named<T> = T & {name: string | null}

export const signerName = nullable(
  text('Name of its signer in the list of `--names`; null without one.'),
)

/** Mirrors `TimedEpoch`. */
export const timedEpochFields: Fields<TimedEpoch> = {
  number: digits('Number of the epoch, from 0.'),
  label: word(
    '`exact`: fixed, or drawn as the consensus layer will draw it while its validators stay the same. `probable`: not proven, or a share of the stake. `unknown`: no source that is up to date.',
    forecastLabels,
  ),
  basis: word('Where it comes from.', forecastBases),
  signer: nullable(address('Its producer; null where only shares are known, or nothing.')),
  startBlock: nullable(digits('First L2 block; null while the epochs before it are unknown.')),
  endBlock: nullable(digits('Last L2 block, inclusive.')),
  mine: nullable(flag('True when the producer is the signer asked for; null while unknown.')),
  chance: nullable(
    decimal('Probability that it is the signer asked for, 0 to 1; null while unknown.', 0),
  ),
  startsAtMs: nullable(
    count('Expected time of its first block in milliseconds since 1970; null while unknown.'),
  ),
  endsAtMs: nullable(count('Expected time of its last block; null while unknown.')),
}

export const timedEpoch = shared(
  'forecastEpoch',
  object<Named<TimedEpoch>>('An epoch of the forecast.', {...timedEpochFields, name: signerName}),
)

export const forecastFields: Omit<Fields<RotationForecast>, 'epochs'> = {
  headBlock: digits('Newest L2 block.'),
  headTimestampSeconds: digits('Time of that block, in seconds since 1970.'),
  hasEpoch: flag('False when no epoch covers the next block, so nobody may produce.'),
  signer: nullable(address('Signer whose turns are marked; null without one.')),
  backTest: as(
    nullable(
      object<BackTest>('How often the replay of old draws was right.', {
        tested: count('Draws that were replayed.'),
        hits: count('Draws whose replay was right.'),
        misses: list('Spans whose replay was wrong, newest first, at most 20.', digits('A span.')),
        set: count('Spans whose producer was set by a respan or a recovery, left out.'),
        chance: decimal(
          'Probability that guesses, weighted by stake, would have been right as often, 0 to 1.',
          0,
        ),
      }),
    ),
    'Null without a consensus layer that is up to date.',
  ),
  confidence: word(
    'Confidence in the draws after the planned epochs. `proven`: every replay was right, and guesses would be so with a probability below 0.001. `sole`: one validator can be drawn. `unproven`: too few draws, or a change of stakes is on its way. `refuted`: a replay was wrong. `none`: no source that is up to date.',
    confidences,
  ),
  doubt: nullable(text('Why later epochs are not exact; null when they are.')),
  isCandidate: flag(
    'False when the signer cannot be drawn and has no stake on L1 that is on its way.',
  ),
  shares: list(
    'Everybody who can be drawn, the largest first.',
    object<StakeShare>('A validator.', {
      signer: address('Its signer.'),
      power: count('Whole METIS locked.'),
      share: decimal('Probability to be drawn for one epoch, 0 to 1.', 0),
    }),
  ),
  blockMs: nullable(decimal('Usual time of a block in milliseconds; null while unknown.', 0)),
  epochLength: digits('Blocks of an epoch that no respan changes.'),
}

const forecastWords = 'The next epochs with their producers, as far as they are known.'

export const forecast = object<Omit<RotationForecast, 'epochs'> & {epochs: Named<TimedEpoch>[]}>(
  forecastWords,
  {...forecastFields, epochs: list('The current epoch first.', timedEpoch)},
)

/** The same without names. */
export const plainForecast = object<RotationForecast>(forecastWords, {
  ...forecastFields,
  epochs: list(
    'The current epoch first.',
    object<TimedEpoch>('An epoch of the forecast.', timedEpochFields),
  ),
})

/** Mirrors `SuccessorView`, apart from its attempts. */
export const successorFields: Omit<Fields<SuccessorView>, 'attempts'> = {
  headBlock: digits('Newest L2 block.'),
  headTimestampSeconds: digits('Time of that block, in seconds since 1970.'),
  current: address('Producer of the next block; of the newest one while L2 is halted.'),
  isHalted: flag('True when no epoch covers the next block: nobody may produce it.'),
  mine: flag('True when that is the signer of the profile.'),
  startBlock: digits('First block of the successor.'),
  candidates: count('Validators that can be drawn, each with the same probability.'),
  isUnderWay: flag('True when the consensus layer has chosen the first one already.'),
  silentSeconds: count('Seconds since the newest block.'),
  respanDelaySeconds: count('Seconds without a block before a respan.'),
  dueAtMs: count('When the respan is due without a block, in milliseconds since 1970.'),
}

/** Mirrors `NamedAttempt`. */
export const attemptFields: Fields<NamedAttempt> = {
  attempt: digits('From 0, within the epoch.'),
  signer: nullable(address('Signer that is drawn; null when there is nobody.')),
  mine: flag('True when it is the signer of the profile.'),
}

export const namedAttempt = object<Named<NamedAttempt>>('One attempt of a respan.', {
  ...attemptFields,
  name: signerName,
})
