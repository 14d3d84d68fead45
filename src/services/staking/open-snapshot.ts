import {isAddressEqual, zeroAddress, type Address} from 'viem'

import {readSignerEntry} from '../../chain/actions/locking-pool/read-sequencer-ids.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import type {SequencerSnapshot} from '../../protocol/locking-pool.ts'
import {requireProfile, type Context} from '../context.ts'
import {ownSequencerId, requireOwner, sequencerUnknown} from './sequencers.ts'
import {readSnapshot} from './sequencer-snapshot.ts'

/**
 * The snapshot of a sequencer for its owner: the given one, or the one the profile owns.
 *
 * @throws {MetisSeqError} SEQUENCER_UNKNOWN, NOT_REGISTERED, OWNER_UNKNOWN, PROFILE_MISSING
 */
export async function openSnapshot(
  context: Context,
  sequencerId: bigint | undefined,
): Promise<SequencerSnapshot> {
  const caller = requireOwner(context)
  return known(context, sequencerId ?? (await ownSequencerId(context)), caller)
}

/**
 * The snapshot of a sequencer for its signer: the given one, or that of the profile's signer.
 *
 * @throws {MetisSeqError} SEQUENCER_UNKNOWN, SIGNER_UNKNOWN, SIGNER_NOT_REGISTERED, PROFILE_MISSING
 */
export async function openSignerSnapshot(
  context: Context,
  sequencerId: bigint | undefined,
): Promise<SequencerSnapshot> {
  const caller = requireSigner(context)
  return known(context, sequencerId ?? (await sequencerOfSigner(context, caller)), caller)
}

/** @throws {MetisSeqError} SIGNER_UNKNOWN, PROFILE_MISSING */
export function requireSigner(context: Context): Address {
  const {name, profile} = requireProfile(context)
  if (profile.signer && !isAddressEqual(profile.signer, zeroAddress)) return profile.signer
  throw new MetisSeqError({
    code: 'SIGNER_UNKNOWN',
    message: `Profile ${name} has no signer.`,
    exit: 'config',
    facts: {profile: name},
    hints: [`Run \`metis-seq init --profile ${name} --replace --signer KEY_OR_ADDRESS\`.`],
  })
}

async function known(
  context: Context,
  sequencerId: bigint,
  caller: Address,
): Promise<SequencerSnapshot> {
  const snapshot = await readSnapshot(context, {sequencerId, caller})
  if (snapshot.sequencer.status !== 'unavailable') return snapshot
  throw sequencerUnknown(context, sequencerId)
}

async function sequencerOfSigner(context: Context, signer: Address): Promise<bigint> {
  const {lockingPool} = context.network.l1.contracts
  const entry = await readSignerEntry(context.l1().client, {lockingPool, signer})
  if (entry.state === 'used') return entry.sequencerId
  throw new MetisSeqError({
    code: 'SIGNER_NOT_REGISTERED',
    message:
      entry.state === 'burned'
        ? `The signer ${signer} was replaced or has exited; it signs for no sequencer.`
        : `The signer ${signer} has never signed for a sequencer.`,
    facts: {signer, network: context.networkName},
    hints: ['Run `metis-seq profile show` to see which signer the profile uses.'],
  })
}
