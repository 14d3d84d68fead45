/** Proposes numbered commands to a consensus of one and prints each number that was answered, until it is killed. */
import {numberToHex} from 'viem'

import {createSolo} from '../../src/pos/solo.ts'
import {initialState, type SentRewardBatch} from '../../src/pos/state.ts'
import {openPosStore} from '../../src/pos/store.ts'

const store = openPosStore(process.argv[2]!, 'x')
const solo = createSolo({store, initial: initialState(1n)})
solo.start()
for (;;) {
  const number = solo.tip().height + 1
  const batch: SentRewardBatch = {
    ...{batchId: BigInt(number), startEpoch: 1n, endEpoch: 2n, seqs: [], blocks: []},
    ...{txHash: numberToHex(number, {size: 32}), outcome: 'sent'},
  }
  await solo.propose({type: 'record-reward-batch', batch})
  process.stdout.write(`${number}\n`)
}
