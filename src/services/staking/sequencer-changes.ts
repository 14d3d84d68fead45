import type {Address, Hex} from 'viem'

import {readWhitelisted} from '../../chain/actions/locking-pool/read-pool.ts'
import {
  readOwnedSequencerId,
  readSignerEntry,
} from '../../chain/actions/locking-pool/read-sequencer-ids.ts'
import {shortHex} from '../../lib/units.ts'
import {addressOfPublicKey} from '../../protocol/public-key.ts'
import type {Context} from '../context.ts'
import {setOwner, setRewardRecipient, updateSigner} from '../sending/planned-calls.ts'
import {poolCallOn} from './stake.ts'
import {openSignerSnapshot, openSnapshot} from './open-snapshot.ts'
import {toStakingPlan, type StakingPlan} from './staking-plan.ts'
import {
  newOwnerTrap,
  recipientTrap,
  sharedThrottleTrap,
  signerIsOwnerTrap,
  unpaidBlocksTrap,
} from './traps.ts'

/**
 * Plans a change of the reward recipient. Works while the pool is paused.
 *
 * @throws {MetisSeqError} NOT_WHITELISTED, NOT_SEQUENCER_OWNER, SEQUENCER_NOT_ACTIVE, NULL_ADDRESS
 */
export async function planSetRecipient(
  context: Context,
  {sequencerId, rewardRecipient}: {sequencerId: bigint | undefined; rewardRecipient: Address},
): Promise<StakingPlan> {
  const snapshot = await openSnapshot(context, sequencerId)
  const id = snapshot.sequencer.sequencerId
  return toStakingPlan({
    action: 'sequencer set-recipient',
    title: `Send the rewards of sequencer ${id} to ${rewardRecipient} on L2`,
    subject: 'A change of the reward recipient',
    role: 'owner',
    snapshot,
    call: {kind: 'set-reward-recipient', rewardRecipient},
    calls: [setRewardRecipient({...poolCallOn(context, snapshot), rewardRecipient})],
    traps: await recipientTrap(context, rewardRecipient),
  })
}

/**
 * Plans a transfer of the sequencer: the new owner then controls its METIS.
 *
 * @throws {MetisSeqError} NEW_OWNER_NOT_WHITELISTED, OWNER_HAS_SEQUENCER and those of the state
 */
export async function planSetOwner(
  context: Context,
  {sequencerId, newOwner}: {sequencerId: bigint | undefined; newOwner: Address},
): Promise<StakingPlan> {
  const {client} = context.l1()
  const {lockingPool} = context.network.l1.contracts
  const [snapshot, isWhitelisted, ownedSequencerId] = await Promise.all([
    openSnapshot(context, sequencerId),
    readWhitelisted(client, {lockingPool, owner: newOwner}),
    readOwnedSequencerId(client, {lockingPool, owner: newOwner}),
  ])
  const facts = {isWhitelisted, ownedSequencerId}
  const id = snapshot.sequencer.sequencerId
  return toStakingPlan({
    action: 'sequencer set-owner',
    irreversible: true,
    title: `Give sequencer ${id} to ${newOwner}`,
    subject: 'A change of owner',
    role: 'owner',
    snapshot,
    call: {kind: 'set-owner', owner: newOwner},
    callFacts: {newOwner: facts},
    calls: [setOwner({...poolCallOn(context, snapshot), newOwner})],
    effects: [
      {
        label: 'account that can withdraw the METIS',
        before: `you (${shortHex(snapshot.caller)})`,
        after: `only ${newOwner}; there is no way back without its key`,
      },
    ],
    traps: snapshot.rules === 'published' ? [] : newOwnerTrap(newOwner, facts),
  })
}

/**
 * Plans a signer update. Sent by the signer itself, not by the owner.
 *
 * @param publicKey 64 bytes of the new signer key
 * @throws {MetisSeqError} NOT_SEQUENCER_SIGNER, SIGNER_UPDATE_THROTTLED, SIGNER_USED and those of the state
 */
export async function planRotateSigner(
  context: Context,
  {sequencerId, publicKey}: {sequencerId: bigint | undefined; publicKey: Hex},
): Promise<StakingPlan> {
  const signer = addressOfPublicKey(publicKey)
  const {lockingPool} = context.network.l1.contracts
  const [snapshot, signerEntry] = await Promise.all([
    openSignerSnapshot(context, sequencerId),
    readSignerEntry(context.l1().client, {lockingPool, signer}),
  ])
  const {sequencer, pool} = snapshot
  return toStakingPlan({
    action: 'sequencer rotate-signer',
    title: `Replace the signer of sequencer ${sequencer.sequencerId} by ${signer}`,
    subject: 'A signer update',
    role: 'signer',
    snapshot,
    call: {kind: 'update-signer', signer},
    callFacts: {signerEntry},
    calls: [updateSigner({...poolCallOn(context, snapshot), signer, publicKey})],
    effects: [
      {
        label: 'the old signer',
        before: sequencer.signer,
        after: 'can never be used again; it must still produce the epochs that name it',
      },
    ],
    traps: [
      ...signerIsOwnerTrap(signer, sequencer.owner),
      ...(await unpaidBlocksTrap(context, sequencer, pool.rewardedUntilEpoch)),
      sharedThrottleTrap('signer update', pool.rewardBatchId + 1n),
    ],
  })
}
