/** Preconditions on the METIS that a call moves. */
import {formatWeiShort} from '../../lib/units.ts'
import {foretelling} from '../sending/check.ts'
import type {Rule} from './rule.ts'

export function amountInRange(amount: bigint): Rule {
  return ({pool: {minLockMetisWei: min, maxLockMetisWei: max}}) =>
    foretelling('amount-in-range', {
      label: 'the amount is between the limits',
      ok: amount >= min && amount <= max,
      seen: `${formatWeiShort(amount, 18)} of ${formatWeiShort(min)} to ${formatWeiShort(max)} METIS`,
      facts: {amountWei: `${amount}`, minLockWei: `${min}`, maxLockWei: `${max}`},
    })
}

export function holdsMetis(amount: bigint): Rule {
  return ({callerMetisWei, caller}) =>
    foretelling('metis-balance', {
      label: 'the owner holds the METIS on L1',
      ok: callerMetisWei >= amount,
      seen: `${formatWeiShort(callerMetisWei, 18)} of ${formatWeiShort(amount, 18)} METIS`,
      remedy: `Send METIS to ${caller} on L1.`,
      facts: {balanceWei: `${callerMetisWei}`, amountWei: `${amount}`},
    })
}

export function belowMaximum(added: bigint): Rule {
  return ({sequencer, pool: {maxLockMetisWei}}) => {
    const room = maxLockMetisWei - sequencer.amountMetisWei
    return foretelling('below-maximum', {
      label: `the lock stays at or below ${formatWeiShort(maxLockMetisWei)} METIS`,
      ok: added <= room,
      seen: `${formatWeiShort(sequencer.amountMetisWei, 18)} METIS and ${formatWeiShort(added, 18)} more`,
      remedy:
        room > 0n
          ? `Lock at most ${formatWeiShort(room, 18)} METIS more, or pass \`--amount max\`.`
          : 'The lock is already at the maximum; claim the rewards with `metis-seq reward claim` instead.',
      facts: {amountWei: `${added}`, roomWei: `${room}`},
    })
  }
}

export function locksSomething(added: bigint): Rule {
  return ({sequencer, pool}) =>
    foretelling('locks-something', {
      label: 'the amount to lock is above zero',
      ok: added > 0n,
      seen:
        sequencer.amountMetisWei >= pool.maxLockMetisWei
          ? `nothing: sequencer ${sequencer.sequencerId} is at the maximum lock already`
          : 'nothing',
    })
}

export function withinLock(amount: bigint): Rule {
  return ({sequencer: {amountMetisWei}}) =>
    foretelling('within-lock', {
      label: 'the amount is locked',
      ok: amount <= amountMetisWei,
      seen: `${formatWeiShort(amount, 18)} of ${formatWeiShort(amountMetisWei, 18)} METIS`,
      facts: {amountWei: `${amount}`, lockedWei: `${amountMetisWei}`},
    })
}

export function takesSomething(amount: bigint): Rule {
  return () =>
    foretelling('takes-something', {
      label: 'the amount to withdraw is above zero',
      ok: amount > 0n,
      seen: `${formatWeiShort(amount)} METIS`,
    })
}

export function leavesMinimum(amount: bigint): Rule {
  return ({sequencer: {amountMetisWei, sequencerId}, pool: {minLockMetisWei}}) => {
    const free = amountMetisWei - minLockMetisWei
    return foretelling('leaves-minimum', {
      label: `at least ${formatWeiShort(minLockMetisWei)} METIS stay locked`,
      ok: amountMetisWei - amount >= minLockMetisWei,
      seen: `${formatWeiShort(amountMetisWei - amount, 18)} METIS would stay`,
      remedy:
        free > 0n
          ? `Withdraw at most ${formatWeiShort(free, 18)} METIS, or exit: \`metis-seq exit plan ${sequencerId}\`.`
          : `The whole lock is at the minimum; to withdraw it, exit: \`metis-seq exit plan ${sequencerId}\`.`,
      facts: {amountWei: `${amount}`, freeWei: `${free > 0n ? free : 0n}`},
    })
  }
}
