import {replacedStates} from '../../../protocol/rotation/records.ts'
import type {CurrentEpoch, EpochView, RotationNow} from '../../../services/rotation/epochs.ts'
import {
  address,
  as,
  digits,
  flag,
  list,
  nullable,
  object,
  shared,
  word,
  type Fields,
} from '../build.ts'

/** Mirrors `EpochView`. */
export const epochFields: Fields<EpochView> = {
  number: digits('Number of the epoch, from 0.'),
  signer: address('Signer that seals its blocks.'),
  startBlock: digits('First L2 block of the epoch.'),
  endBlock: digits('Last L2 block of the epoch, inclusive.'),
  state: word(
    '`current` contains the next block. `committed` is binding for the nodes. `planned` is only proposed by the consensus layer.',
    ['past', 'current', 'committed', 'planned'],
  ),
  mine: flag('True when it is the signer of the profile.'),
}

export const epoch = shared('epoch', object<EpochView>('The epoch of one producer.', epochFields))

export const currentEpochFields: Fields<CurrentEpoch> = {
  headBlock: digits('Newest L2 block.'),
  headTimestampSeconds: digits('Time of that block, in seconds since 1970.'),
  epoch: as(nullable(epoch), 'Epoch of the next block; null when no epoch covers it.'),
  blocksLeft: digits('Blocks of the epoch after the head.'),
}

export const rotationFields: Fields<RotationNow> = {
  ...currentEpochFields,
  next: as(nullable(epoch), 'Epoch after the current one; null while none is planned.'),
  newest: list('The newest committed epochs, oldest first.', epoch),
  epochLength: digits('Blocks of an epoch that no respan changes.'),
}

export const replacedState = nullable(
  word(
    'State in which its respan found it; null without one. `committed`: on L2 for another signer. `planned`: not on L2, so nobody could produce in it. `unknown`: the endpoint does not return the log of the respan.',
    replacedStates,
  ),
)
export const silentProducer = nullable(
  address(
    'Producer whose silence led to its respan; null where nobody was silent or it is unknown.',
  ),
)
export const wasCut = nullable(flag('True when a respan has ended it early; null when unknown.'))
