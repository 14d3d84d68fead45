/** Preconditions on the accounts in a call. */
import {zeroAddress, type Address} from 'viem'

import type {SignerEntry} from '../../chain/actions/locking-pool/read-sequencer-ids.ts'
import {shortHex} from '../../lib/units.ts'
import {foretelling} from '../sending/check.ts'
import type {CallFacts, Rule} from './rule.ts'

export function ownerFree({ownedSequencerId = 0n}: CallFacts): Rule<never> {
  return () =>
    foretelling('owner-free', {
      label: 'the owner has no active sequencer',
      ok: ownedSequencerId === 0n,
      seen: ownedSequencerId === 0n ? 'none' : `sequencer ${ownedSequencerId}`,
    })
}

export function signerNew(
  signer: Address,
  {signerEntry = {state: 'unused'}}: CallFacts,
): Rule<never> {
  return () =>
    foretelling('signer-new', {
      label: `signer ${shortHex(signer)} was never used`,
      ok: signerEntry.state === 'unused',
      seen: describeSigner(signerEntry),
    })
}

function describeSigner(entry: SignerEntry): string {
  if (entry.state === 'used') return `used by sequencer ${entry.sequencerId}`
  return entry.state === 'burned' ? 'used and burned' : 'new'
}

export function notZero(what: string, address: Address): Rule<never> {
  return () =>
    foretelling('not-zero', {
      label: `the ${what} is not the zero address`,
      ok: address !== zeroAddress,
      seen: address,
    })
}

export function newOwnerWhitelisted({newOwner}: CallFacts): Rule<never> {
  return () =>
    foretelling('new-owner-whitelisted', {
      label: 'the new owner is whitelisted',
      ok: newOwner?.isWhitelisted === true,
      seen: newOwner?.isWhitelisted === true ? 'yes' : 'no',
    })
}

export function newOwnerFree({newOwner}: CallFacts): Rule<never> {
  const id = newOwner?.ownedSequencerId ?? 0n
  return () =>
    foretelling('new-owner-free', {
      label: 'the new owner has no active sequencer',
      ok: id === 0n,
      seen: id === 0n ? 'none' : `sequencer ${id}`,
    })
}
