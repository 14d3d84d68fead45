import type {SequencerSnapshot, StakingCall} from '../../protocol/locking-pool.ts'
import type {Condition} from '../sending/check.ts'
import {
  newOwnerFree,
  newOwnerWhitelisted,
  notZero,
  ownerFree,
  signerNew,
} from './preconditions-on-accounts.ts'
import {
  amountInRange,
  belowMaximum,
  holdsMetis,
  leavesMinimum,
  locksSomething,
  takesSomething,
  withinLock,
} from './preconditions-on-amounts.ts'
import {
  active,
  bftAllows,
  exitDelayOver,
  exiting,
  isSigner,
  notPaused,
  notThrottled,
  owned,
  recipientSet,
  rewardThere,
  signerNotThrottled,
  whitelisted,
} from './preconditions-on-state.ts'
import type {CallFacts, Rule} from './rule.ts'

/**
 * Every precondition of a call, in the order of the contract's checks.
 *
 * - Source: `LockingPool` and `LockingInfo`; `revert` is the contract's revert text. A precondition
 *   without one is ours: the contract would accept the call, but the caller would gain nothing.
 */
export function conditionsOf(
  call: StakingCall,
  snapshot: SequencerSnapshot,
  facts: CallFacts = {},
): Condition[] {
  return rulesOf(call, snapshot, facts).map((rule) => rule(snapshot))
}

function rulesOf(call: StakingCall, snapshot: SequencerSnapshot, facts: CallFacts): Rule[] {
  const entry = [notPaused, whitelisted]
  const isMainnet = snapshot.rules === 'mainnet'
  switch (call.kind) {
    case 'lock': {
      const amount = call.amountMetisWei
      return [
        ...entry,
        ownerFree(facts),
        signerNew(call.signer, facts),
        amountInRange(amount),
        holdsMetis(amount),
      ]
    }
    case 'relock': {
      const reward = call.withReward ? snapshot.sequencer.rewardMetisWei : 0n
      return [
        ...[...entry, active, owned],
        belowMaximum(call.amountMetisWei + reward),
        locksSomething(call.amountMetisWei + reward),
        holdsMetis(call.amountMetisWei),
      ]
    }
    case 'withdraw':
      return [
        ...[...entry, active, owned, notThrottled],
        withinLock(call.amountMetisWei),
        takesSomething(call.amountMetisWei),
        leavesMinimum(call.amountMetisWei),
      ]
    case 'withdraw-rewards':
      return [...entry, active, owned, recipientSet, rewardThere]
    case 'unlock':
      return [...entry, active, owned, ...(isMainnet ? [bftAllows] : []), recipientSet]
    case 'unlock-claim':
      return [...entry, owned, recipientSet, exiting, exitDelayOver]
    case 'update-signer':
      return [notPaused, active, isSigner, signerNotThrottled, signerNew(call.signer, facts)]
    case 'set-reward-recipient':
      return [whitelisted, owned, active, notZero('reward recipient', call.rewardRecipient)]
    case 'set-owner':
      return isMainnet
        ? [whitelisted, notZero('new owner', call.owner), active, owned]
        : [notZero('new owner', call.owner), ...newOwnerFits(snapshot, facts), active, owned]
  }
}

/** For unknown implementations only the simulation is authoritative. */
function newOwnerFits({rules}: SequencerSnapshot, facts: CallFacts): Rule[] {
  return rules === 'unknown' ? [] : [newOwnerWhitelisted(facts), newOwnerFree(facts)]
}
