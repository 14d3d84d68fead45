/** Conditions on the accounts that a call names. */
import {zeroAddress, type Address} from 'viem'

import type {SignerEntry} from '../../chain/actions/locking-pool/read-sequencer-ids.ts'
import {shortHex} from '../../lib/units.ts'
import {condition, type CallFacts, type Rule} from './rule.ts'

export function ownerFree({ownedSequencerId = 0n}: CallFacts): Rule {
  return () =>
    condition({
      id: 'owner-free',
      code: 'OWNER_HAS_SEQUENCER',
      label: 'owner has no live sequencer',
      ok: ownedSequencerId === 0n,
      seen: ownedSequencerId === 0n ? 'none' : `sequencer ${ownedSequencerId}`,
      remedy: 'Run `metis-seq sequencer show`.',
      revert: 'OwnedSequencer',
    })
}

export function signerNew(signer: Address, {signerEntry = {state: 'unused'}}: CallFacts): Rule {
  return () =>
    condition({
      id: 'signer-new',
      code: 'SIGNER_USED',
      label: `signer ${shortHex(signer)} was never used`,
      ok: signerEntry.state === 'unused',
      seen: describeSigner(signerEntry),
      remedy: 'Create another signer with `metis-seq key create NAME`.',
      revert: 'SignerExisted',
    })
}

function describeSigner(entry: SignerEntry): string {
  if (entry.state === 'used') return `used by sequencer ${entry.sequencerId}`
  return entry.state === 'burned' ? 'used and burned' : 'new'
}

export function notZero(what: string, address: Address): Rule {
  return () =>
    condition({
      id: 'not-zero',
      code: 'NULL_ADDRESS',
      label: `the ${what} is not the zero address`,
      ok: address !== zeroAddress,
      seen: address,
      remedy: 'Give the address of an account you control.',
      revert: 'NullAddress',
    })
}

export function newOwnerWhitelisted({newOwner}: CallFacts): Rule {
  return () =>
    condition({
      id: 'new-owner-whitelisted',
      code: 'NEW_OWNER_NOT_WHITELISTED',
      label: 'the new owner is whitelisted',
      ok: newOwner?.isWhitelisted === true,
      seen: newOwner?.isWhitelisted === true ? 'yes' : 'no',
      remedy:
        'Have governance whitelist it; on an own network run `metis-seq sequencer allow ADDRESS`.',
      revert: 'NotWhitelisted',
    })
}

export function newOwnerFree({newOwner}: CallFacts): Rule {
  const id = newOwner?.ownedSequencerId ?? 0n
  return () =>
    condition({
      id: 'new-owner-free',
      code: 'OWNER_HAS_SEQUENCER',
      label: 'the new owner has no live sequencer',
      ok: id === 0n,
      seen: id === 0n ? 'none' : `sequencer ${id}`,
      remedy: 'One owner can have one sequencer; choose another account.',
      revert: 'OwnedSequencer',
    })
}
