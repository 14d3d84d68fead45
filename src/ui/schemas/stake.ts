import type {stakeOptionsJson} from '../presenters/stake.ts'
import {digits, object, wei} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {operation} from './parts/plan.ts'
import {sequencer, stakeFields} from './parts/sequencer.ts'

export const stakeSchemas: CommandSchemas = {
  'stake increase': operation(),
  'stake plan': {
    data: object<ReturnType<typeof stakeOptionsJson>>('What the owner can do with the lock now.', {
      sequencer,
      ...stakeFields,
      callerMetisWei: wei('METIS of the owner on L1.'),
      increaseMetisWei: wei('METIS that can be added now: room and balance.'),
      restakeMetisWei: wei('Reward that fits into the lock; 0 when it does not fit whole.'),
      withdrawMetisWei: wei('METIS above the minimum lock.'),
      withdrawFromBatch: digits('First reward batch in which a withdrawal is taken.'),
      signerUpdateFromBatch: digits('First reward batch in which a signer update is taken.'),
    }),
  },
  'stake restake': operation(),
  'stake show': {
    data: object('A lock beside the limits of the pool.', {sequencer, ...stakeFields}),
  },
  'stake withdraw': operation(),
}
