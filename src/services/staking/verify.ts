import {BlockNotFoundError} from 'viem'
import {getBlock} from 'viem/actions'

import {readOwnedSequencerId} from '../../chain/actions/locking-pool/read-sequencer-ids.ts'
import type {ChainClient} from '../../chain/connect.ts'
import {systemClock} from '../../lib/clock.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import type {Figures, SequencerSnapshot} from '../../protocol/locking-pool.ts'
import type {Context} from '../context.ts'
import {differencesOf, type Difference, type StakingPlan} from './staking-plan.ts'
import {readSnapshot} from './sequencer-snapshot.ts'

/** Values that only the call itself can have changed. */
const MUST_HOLD: readonly (keyof Figures)[] = ['status', 'owner', 'signer', 'rewardRecipient']

/** Backends of one address can be a few seconds apart. */
const BLOCK_LOOKS = 40
const BLOCK_POLL_MS = 250

export interface Verified {
  snapshot: SequencerSnapshot
  /** Values that something else changed at the same time, such as a reward batch. */
  differences: Difference[]
}

/**
 * Reads the chain at the block of the last transaction and compares it with the prediction.
 *
 * @throws {MetisSeqError} POST_STATE when the call did not have its effect
 */
export async function verifyStaking(
  context: Context,
  plan: StakingPlan,
  minedInBlock: bigint,
): Promise<Verified> {
  await blockKnown(context.l1().client, minedInBlock)
  const caller = plan.from
  const sequencerId = await idAfter(context, plan)
  const snapshot = await readSnapshot(context, {sequencerId, caller}, minedInBlock)
  const differences = differencesOf(plan, snapshot)
  const broken = differences.filter(({id}) => MUST_HOLD.includes(id as keyof Figures))
  if (broken.length === 0) return {snapshot, differences}
  throw new MetisSeqError({
    code: 'POST_STATE',
    message: `The transaction was mined, but the chain does not show the expected result: ${broken[0]!.id} is ${broken[0]!.actual}.`,
    facts: {
      sequencerId: `${sequencerId}`,
      block: `${minedInBlock}`,
      ...Object.fromEntries(
        broken.map(({id, expected, actual}) => [id, `expected ${expected}, seen ${actual}`]),
      ),
    },
    hints: [`Run \`metis-seq sequencer show ${sequencerId}\`.`],
  })
}

/** The id of a registration is only known afterwards: another registration may have come first. */
async function idAfter(context: Context, {call, from, snapshot}: StakingPlan): Promise<bigint> {
  if (call.kind !== 'lock') return snapshot.sequencer.sequencerId
  const {lockingPool} = context.network.l1.contracts
  return readOwnedSequencerId(context.l1().client, {lockingPool, owner: from})
}

/** Returns once the endpoint has a block that another endpoint already has. */
export async function blockKnown(client: ChainClient, blockNumber: bigint): Promise<void> {
  for (let look = 1; ; look++) {
    try {
      await getBlock(client, {blockNumber})
      return
    } catch (error) {
      if (!(error instanceof BlockNotFoundError) || look === BLOCK_LOOKS) throw error
    }
    await systemClock.sleep(BLOCK_POLL_MS)
  }
}
