import {isAddressEqual, type Address} from 'viem'
import {getCode} from 'viem/actions'

import {formatWei} from '../../lib/units.ts'
import {readSignerEntry} from '../../chain/actions/locking-pool/read-sequencer-ids.ts'
import {readEpoch, readNewestEpochNumber} from '../../chain/actions/sequencer-set/read-epochs.ts'
import type {Sequencer} from '../../protocol/sequencer.ts'
import type {Context} from '../context.ts'
import type {RotationNow} from '../rotation/epochs.ts'
import type {Trap} from '../sending/plan.ts'

/** How many epochs back unpaid blocks are searched: two months of 1,000 blocks every 2 s. */
const UNPAID_EPOCHS = 2600n
/** Epochs per request. */
const EPOCHS_AT_ONCE = 100n

/** Code of an account with a delegation. Source: EIP-7702. */
const DELEGATED = '0xef0100'

export const noRecipientTrap: Trap = {
  id: 'no-reward-recipient',
  message: 'Without a reward recipient neither the rewards nor the lock can be withdrawn.',
}

/** A withdrawal uses up the rate limit that replacing a leaked signer key would need. Source: `updatedBatch`, shared by both. */
export function sharedThrottleTrap(uses: 'withdrawal' | 'signer update', batch: bigint): Trap {
  const blocked =
    uses === 'withdrawal'
      ? 'the signer cannot be replaced, not even if its key leaks'
      : 'no METIS can be withdrawn'
  return {
    id: 'shared-throttle',
    message: `Withdrawals and signer updates share one rate limit per reward batch: after this ${uses} ${blocked}, until reward batch ${batch} has come.`,
  }
}

/**
 * An exiting sequencer cannot request the commit of the next epoch, so if the producer exits, the
 * chain stops until the respan.
 *
 * @param rotation as shown beside the trap; null when L2 does not respond
 *
 * - Source: protocol of the consensus layer: sign requests need a current validator.
 */
export async function producingTrap(
  context: Context,
  signer: Address,
  rotation: RotationNow | null,
): Promise<Trap[]> {
  const id = 'producing' as const
  if (!rotation) return [{id, message: UNSEEN}]
  const {epoch, next, headBlock} = rotation
  const turns = [epoch, next].filter((each) => each && isAddressEqual(each.signer, signer))
  const [turn] = turns
  if (!turn) return replacedSignerTrap(context, [epoch, next])
  const when =
    turn === epoch
      ? `now, until block ${turn.endBlock}`
      : `next, from block ${turn.startBlock} to ${turn.endBlock}`
  return [
    {
      id,
      message: `The sequencer produces ${when} (head ${headBlock}): an exit now can halt L2 until another sequencer takes over. Wait until its epoch is over.`,
    },
  ]
}

const UNSEEN = 'L2 does not respond, so it is unknown whether the sequencer is producing.'

/**
 * Committed epochs keep the address of a replaced signer, and LockingPool no longer maps it to its sequencer.
 *
 * - Source: `LockingPool.updateSigner`: the old address is burned in `seqSigners`.
 */
async function replacedSignerTrap(
  context: Context,
  turns: readonly ({signer: Address; endBlock: bigint} | null | undefined)[],
): Promise<Trap[]> {
  const {lockingPool} = context.network.l1.contracts
  for (const turn of turns) {
    if (!turn) continue
    const {client} = context.l1()
    const {state} = await readSignerEntry(client, {lockingPool, signer: turn.signer})
    if (state !== 'burned') continue
    return [
      {
        id: 'producing',
        message: `The epoch until block ${turn.endBlock} is of ${turn.signer}, a replaced signer. If it was yours, an exit now can halt L2: wait until that block.`,
      },
    ]
  }
  return []
}

/**
 * Unpaid blocks of the old signer: the next reward batch includes a burned signer and reverts, for
 * everyone.
 *
 * - Source: `LockingPool.batchSubmitRewards`: `NoSuchSeq` for a signer that was replaced.
 */
export async function unpaidBlocksTrap(
  context: Context,
  {signer}: Sequencer,
  rewardedUntilEpoch: bigint,
): Promise<Trap[]> {
  const id = 'unpaid-blocks' as const
  const {client} = context.l2()
  const {sequencerSet} = context.network.l2.contracts
  try {
    const newest = await readNewestEpochNumber(client, {sequencerSet})
    // Epoch 0 is never paid.
    const oldest = max(max(rewardedUntilEpoch + 1n, 1n), newest - UNPAID_EPOCHS)
    for (let until = newest + 1n; until > oldest; until -= EPOCHS_AT_ONCE) {
      const from = max(oldest, until - EPOCHS_AT_ONCE)
      const numbers = Array.from({length: Number(until - from)}, (_, index) => from + BigInt(index))
      const epochs = await Promise.all(
        numbers.map((number) => readEpoch(client, {sequencerSet, number})),
      )
      const unpaid = epochs.findLast((epoch) => epoch && isAddressEqual(epoch.signer, signer))
      if (unpaid) return [unpaidTrap(id, signer, unpaid.number, rewardedUntilEpoch)]
    }
    return []
  } catch {
    return [
      {
        id,
        message: 'L2 does not respond, so it is unknown whether the old signer has unpaid blocks.',
      },
    ]
  }
}

function unpaidTrap(id: 'unpaid-blocks', signer: Address, epoch: bigint, paidUntil: bigint): Trap {
  return {
    id,
    message: `Signer ${signer} has epoch ${epoch}, and rewards are paid until epoch ${paidUntil}: after a rotation, a reward batch that names it reverts, for all sequencers. Wait until epoch ${epoch} is paid.`,
  }
}

/** A contract wallet on L1 does not automatically exist on L2: funds sent there are lost. */
export async function recipientTrap(context: Context, recipient: Address): Promise<Trap[]> {
  const onL1 = await getCode(context.l1().client, {address: recipient})
  // An account that delegates its code (EIP-7702) still has its key, on L2 as well.
  if (!onL1 || onL1.startsWith(DELEGATED)) return []
  const onL2 = await getCode(context.l2().client, {address: recipient}).catch(() => null)
  if (onL2) return []
  const seen = onL2 === null ? 'L2 does not respond' : 'on L2 it has no code'
  return [
    {
      id: 'recipient-without-code',
      message: `The reward recipient ${recipient} is a contract on L1, and ${seen}: METIS sent to it there can be lost for good.`,
    },
  ]
}

/** Source: mainnet `LockingPool.setSequencerOwner` does not look at the new owner. */
export function newOwnerTrap(
  newOwner: Address,
  {isWhitelisted, ownedSequencerId}: {isWhitelisted: boolean; ownedSequencerId: bigint},
): Trap[] {
  if (isWhitelisted && ownedSequencerId === 0n) return []
  return [
    {
      id: 'new-owner-not-ready',
      message: isWhitelisted
        ? `${newOwner} owns sequencer ${ownedSequencerId} already; it would lose access to that one.`
        : `${newOwner} is not whitelisted: it could neither claim, withdraw nor exit.`,
    },
  ]
}

/** Many times any bridge fee so far; an excess over the fee is not refunded. */
const USUAL_BRIDGE_FEE_AT_MOST_WEI = 10_000_000_000_000_000n

/**
 * One wrong response of the fee oracle would spend the owner's ETH.
 *
 * - Source: `L1StandardBridge` forwards all of `msg.value`; the oracle starts at 0.0002 ETH on mainnet.
 */
export function bridgeFeeTrap(feeEthWei: bigint): Trap[] {
  if (feeEthWei <= USUAL_BRIDGE_FEE_AT_MOST_WEI) return []
  return [
    {
      id: 'bridge-fee',
      message: `The bridge asks for ${formatWei(feeEthWei)} ETH, and ${formatWei(USUAL_BRIDGE_FEE_AT_MOST_WEI)} ETH is already far above normal. Compare it with another endpoint before you pay.`,
    },
  ]
}

/** A signer key is on an online machine; the owner can withdraw all METIS. */
export function signerIsOwnerTrap(signer: Address, owner: Address): Trap[] {
  if (!isAddressEqual(signer, owner)) return []
  return [
    {
      id: 'signer-is-owner',
      message:
        'The signer is the owner: its key would be on the machine of the node and control all METIS.',
    },
  ]
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
