/** Conditions on the METIS that a call moves. */
import {formatWeiShort} from '../../lib/units.ts'
import {condition, type Rule} from './rule.ts'

export function amountInRange(amount: bigint): Rule {
  return ({pool: {minLockMetisWei: min, maxLockMetisWei: max}}) =>
    condition({
      id: 'amount-in-range',
      code: 'AMOUNT_OUT_OF_RANGE',
      label: 'amount is between the limits',
      ok: amount >= min && amount <= max,
      seen: `${formatWeiShort(amount, 18)} of ${formatWeiShort(min)} to ${formatWeiShort(max)} METIS`,
      remedy: 'Choose another `--amount`.',
      facts: {amountWei: `${amount}`, minLockWei: `${min}`, maxLockWei: `${max}`},
      revert: 'invalid amount',
    })
}

export function holdsMetis(amount: bigint): Rule {
  return ({callerMetisWei, caller}) =>
    condition({
      id: 'metis-balance',
      code: 'METIS_BALANCE_LOW',
      label: 'owner holds the METIS on L1',
      ok: callerMetisWei >= amount,
      seen: `${formatWeiShort(callerMetisWei, 18)} of ${formatWeiShort(amount, 18)} METIS`,
      remedy: `Send METIS to ${caller} on L1.`,
      facts: {balanceWei: `${callerMetisWei}`, amountWei: `${amount}`},
      revert: 'ERC20: transfer amount exceeds balance',
    })
}

export function belowMaximum(added: bigint): Rule {
  return ({sequencer, pool: {maxLockMetisWei}}) => {
    const room = maxLockMetisWei - sequencer.amountMetisWei
    return condition({
      id: 'below-maximum',
      code: 'AMOUNT_OUT_OF_RANGE',
      label: `the lock stays at or below ${formatWeiShort(maxLockMetisWei)} METIS`,
      ok: added <= room,
      seen: `${formatWeiShort(sequencer.amountMetisWei, 18)} METIS and ${formatWeiShort(added, 18)} more`,
      remedy:
        room > 0n
          ? `Lock at most ${formatWeiShort(room, 18)} METIS more, or pass \`--amount max\`.`
          : 'It is at the maximum already; claim rewards with `metis-seq reward claim` instead.',
      facts: {amountWei: `${added}`, roomWei: `${room}`},
      revert: 'locked>maxLock',
    })
  }
}

export function locksSomething(added: bigint): Rule {
  return ({sequencer, pool}) =>
    condition({
      id: 'locks-something',
      code: 'NOTHING_TO_LOCK',
      label: 'it locks something',
      ok: added > 0n,
      seen:
        sequencer.amountMetisWei >= pool.maxLockMetisWei
          ? `nothing: sequencer ${sequencer.sequencerId} is at the maximum lock already`
          : 'nothing',
      remedy: 'Run `metis-seq stake show`.',
      revert: 'No new locked added',
    })
}

export function withinLock(amount: bigint): Rule {
  return ({sequencer: {amountMetisWei}}) =>
    condition({
      id: 'within-lock',
      code: 'AMOUNT_OUT_OF_RANGE',
      label: 'the amount is locked',
      ok: amount <= amountMetisWei,
      seen: `${formatWeiShort(amount, 18)} of ${formatWeiShort(amountMetisWei, 18)} METIS`,
      remedy: 'Run `metis-seq stake plan` to see how much can be taken out.',
      facts: {amountWei: `${amount}`, lockedWei: `${amountMetisWei}`},
      revert: 'Panic(0x11)',
    })
}

export function takesSomething(amount: bigint): Rule {
  return () =>
    condition({
      id: 'takes-something',
      code: 'NOTHING_TO_WITHDRAW',
      label: 'it takes something out',
      ok: amount > 0n,
      seen: `${formatWeiShort(amount)} METIS`,
      remedy: 'Run `metis-seq stake plan` to see how much can be taken out.',
      revert: 'invalid amount',
    })
}

export function leavesMinimum(amount: bigint): Rule {
  return ({sequencer: {amountMetisWei, sequencerId}, pool: {minLockMetisWei}}) => {
    const free = amountMetisWei - minLockMetisWei
    return condition({
      id: 'leaves-minimum',
      code: 'AMOUNT_OUT_OF_RANGE',
      label: `at least ${formatWeiShort(minLockMetisWei)} METIS stay locked`,
      ok: amountMetisWei - amount >= minLockMetisWei,
      seen: `${formatWeiShort(amountMetisWei - amount, 18)} METIS would stay`,
      remedy:
        free > 0n
          ? `Take out at most ${formatWeiShort(free, 18)} METIS, or leave: \`metis-seq exit plan ${sequencerId}\`.`
          : `All of it is the minimum; to take it out, leave: \`metis-seq exit plan ${sequencerId}\`.`,
      facts: {amountWei: `${amount}`, freeWei: `${free > 0n ? free : 0n}`},
      revert: 'invalid amount',
    })
  }
}
