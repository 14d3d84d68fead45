import {isAddressEqual, zeroAddress, type Address} from 'viem'

import {readOwnedSequencerId} from '../../chain/actions/locking-pool/read-sequencer-ids.ts'
import {readPool, type PoolSettings} from '../../chain/actions/locking-pool/read-pool.ts'
import {readSequencer} from '../../chain/actions/locking-pool/read-sequencer.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import type {Sequencer} from '../../protocol/sequencer.ts'
import {requireProfile, type Context} from '../context.ts'

export interface SequencerList {
  sequencers: Sequencer[]
  pool: PoolSettings
}

/**
 * Every sequencer ever registered, by id, with the pool's settings.
 *
 * @param blockNumber the newest block by default
 */
export async function listSequencers(
  context: Context,
  blockNumber?: bigint,
): Promise<SequencerList> {
  const {client} = context.l1()
  const {lockingPool, lockingInfo} = context.network.l1.contracts
  const at = blockNumber === undefined ? {} : {blockNumber}
  const pool = await readPool(client, {lockingPool, lockingInfo, ...at})
  const ids = Array.from({length: Number(pool.totalSequencers)}, (_, index) => BigInt(index + 1))
  const sequencers = await Promise.all(
    ids.map((sequencerId) => readSequencer(client, {lockingPool, sequencerId, ...at})),
  )
  return {sequencers, pool}
}

/**
 * One sequencer by id, or the one the profile owns.
 *
 * @throws {MetisSeqError} SEQUENCER_UNKNOWN, NOT_REGISTERED, OWNER_UNKNOWN, PROFILE_MISSING
 */
export async function findSequencer(
  context: Context,
  sequencerId: bigint | undefined,
): Promise<Sequencer> {
  const {client} = context.l1()
  const {lockingPool} = context.network.l1.contracts
  const id = sequencerId ?? (await ownSequencerId(context))
  const sequencer = await readSequencer(client, {lockingPool, sequencerId: id})
  if (sequencer.status !== 'unavailable') return sequencer
  throw sequencerUnknown(context, id)
}

export function sequencerUnknown({networkName}: Context, id: bigint): MetisSeqError {
  return new MetisSeqError({
    code: 'SEQUENCER_UNKNOWN',
    message: `There is no sequencer ${id} on ${networkName}.`,
    exit: 'not-found',
    facts: {sequencerId: `${id}`, network: networkName},
    hints: ['Run `metis-seq sequencer list`.'],
  })
}

/** @throws {MetisSeqError} OWNER_UNKNOWN, PROFILE_MISSING */
export function requireOwner(context: Context): Address {
  const {name, profile} = requireProfile(context)
  if (profile.owner && !isAddressEqual(profile.owner, zeroAddress)) return profile.owner
  throw new MetisSeqError({
    code: 'OWNER_UNKNOWN',
    message: `Profile ${name} has no owner.`,
    facts: {profile: name},
    hints: [`Run \`metis-seq init --profile ${name} --replace --owner KEY_OR_ADDRESS\`.`],
  })
}

/**
 * Id of the sequencer that the profile's owner owns.
 *
 * @throws {MetisSeqError} NOT_REGISTERED, OWNER_UNKNOWN, PROFILE_MISSING
 */
export async function ownSequencerId(context: Context): Promise<bigint> {
  const owner = requireOwner(context)
  const {lockingPool} = context.network.l1.contracts
  const id = await readOwnedSequencerId(context.l1().client, {lockingPool, owner})
  if (id !== 0n) return id
  throw new MetisSeqError({
    code: 'NOT_REGISTERED',
    message: `The owner ${owner} has no sequencer on ${context.networkName}.`,
    facts: {owner, network: context.networkName},
    hints: [
      'Run `metis-seq sequencer eligible` to see what is missing.',
      'Run `metis-seq sequencer register` to register one.',
    ],
  })
}
