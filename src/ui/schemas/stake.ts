import type {stakeOptionsJson} from '../presenters/stake.ts'
import {digits, object, wei} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {operation} from './parts/plan.ts'
import {sequencer, stakeFields} from './parts/sequencer.ts'

export const stakeSchemas: CommandSchemas = {
  'stake increase': operation(),
  'stake plan': {
    data: object<ReturnType<typeof stakeOptionsJson>>('Options of the owner for the lock.', {
      sequencer,
      ...stakeFields,
      callerMetisWei: wei('METIS of the owner on L1.'),
      increaseMetisWei: wei('METIS that can be added now, limited by capacity and balance.'),
      restakeMetisWei: wei('Reward that can be restaked; 0 when it does not fit completely.'),
      withdrawMetisWei: wei('METIS above the minimum lock.'),
      withdrawFromBatch: digits('First reward batch that allows a withdrawal.'),
      signerUpdateFromBatch: digits('First reward batch that allows a signer update.'),
    }),
  },
  'stake restake': operation(),
  'stake show': {
    data: object('A lock and the limits of the pool.', {sequencer, ...stakeFields}),
  },
  'stake withdraw': operation(),
}
