import {zeroAddress, type Address, type Hex} from 'viem'

import {formatWeiShort, formatDuration} from '../../lib/units.ts'
import {addressOfPublicKey} from '../../protocol/public-key.ts'
import type {Context} from '../context.ts'
import {readCandidacy} from './eligibility.ts'
import {lockWithRewardRecipient} from '../sending/planned-calls.ts'
import {withApproval} from './stake.ts'
import {toStakingPlan, type StakingPlan} from './staking-plan.ts'
import {noRecipientTrap, recipientTrap, signerIsOwnerTrap} from './traps.ts'

export interface RegistrationRequest {
  owner: Address
  /** 64 bytes of the signer key. */
  publicKey: Hex
  rewardRecipient: Address
  amountMetisWei: bigint | undefined
}

/**
 * Plans a registration: approve LockingInfo where needed, then lock.
 *
 * @throws {MetisSeqError} the first precondition that is not met, with its remedy
 */
export async function planRegistration(
  context: Context,
  {owner, publicKey, rewardRecipient, amountMetisWei}: RegistrationRequest,
): Promise<StakingPlan> {
  const signer = addressOfPublicKey(publicKey)
  const wanted = {owner, signer, rewardRecipient, amountMetisWei}
  const {snapshot, call, facts} = await readCandidacy(context, wanted)
  const amountWei = call.amountMetisWei
  const {pool} = snapshot
  const {lockingPool} = context.network.l1.contracts
  const total = pool.totalLockedMetisWei + amountWei
  return toStakingPlan({
    action: 'sequencer register',
    title: `Register a sequencer with ${formatWeiShort(amountWei)} METIS`,
    subject: 'Registration',
    role: 'owner',
    ...{snapshot, call, callFacts: facts},
    calls: await withApproval(context, snapshot, amountWei, [
      lockWithRewardRecipient({lockingPool, signer, rewardRecipient, amountWei, publicKey}),
    ]),
    effects: [
      {
        label: 'share of all locked METIS',
        before: '0 %',
        after: `${(Number((amountWei * 10_000n) / total) / 100).toFixed(2)} %`,
      },
      {
        label: 'earliest exit',
        before: 'none needed',
        after: `exit, then ${formatDuration(Number(pool.exitDelaySeconds))}`,
      },
    ],
    traps: [
      ...(rewardRecipient === zeroAddress
        ? [noRecipientTrap]
        : await recipientTrap(context, rewardRecipient)),
      ...signerIsOwnerTrap(signer, owner),
    ],
  })
}
