import {forecastBases} from '../../../protocol/rotation/forecast.ts'
import type {L1Money} from '../../../services/health/money.ts'
import type {NextTurn} from '../../../services/rotation/next-turn.ts'
import {digits, flag, nullable, object, wei, word} from '../build.ts'
import {sequencerRecord, stakeFields} from './sequencer.ts'

/** Mirrors `L1Money`. */
export const money = object<L1Money>('Stake and balances of the owner on L1.', {
  stake: nullable(
    object('The lock of the owner; null when it has none.', {
      sequencer: sequencerRecord,
      ...stakeFields,
    }),
  ),
  ownerMetisWei: wei('METIS of the owner on L1.'),
  ownerEthWei: wei('ETH of the owner on L1.'),
  ownerIsWhitelisted: flag('True when the owner is whitelisted to lock, claim, withdraw and exit.'),
  minLockMetisWei: wei('The least that may be locked.'),
  paused: flag('True when LockingPool is paused.'),
  rewardBatchId: digits('Id of the current reward batch.'),
  rewardedUntilEpoch: digits('Last paid epoch; 0 before the first batch.'),
  claimCostEthWei: nullable(
    wei('Bridge fee and gas of a claim now; null when it would revert or cannot be priced.'),
  ),
  l1Block: digits('L1 block at which everything was read.'),
  l1TimeSeconds: digits('Time of that block, in seconds since 1970.'),
})

/** Mirrors `NextTurn`. */
export const nextTurn = object<NextTurn>(
  'The next own epoch, the current one included; null when none is known.',
  {
    number: digits('Number of the epoch.'),
    basis: word('How it is known.', forecastBases),
    startBlock: digits('Its first L2 block.'),
    endBlock: digits('Its last L2 block, inclusive.'),
    blocksAway: digits('Blocks until its first one; 0 while it runs.'),
  },
)
