import {commandFor} from '../../../health/rule.ts'
import {formatWeiShort} from '../../../lib/units.ts'
import {statusWord} from '../../../protocol/sequencer.ts'
import type {L1Money} from '../../../services/health/money.ts'
import type {Around, Row} from '../model.ts'
import {row} from '../rows.ts'

/** Without an owner, the stake to show is unknown. */
export function noOwnerRows(): Row[] {
  return [row('owner', 'not set', 'dim')]
}

export function stakeRows(money: L1Money, around: Around): Row[] {
  const {stake, ownerMetisWei, ownerEthWei} = money
  const wallet = row(
    'wallet L1',
    `${formatWeiShort(ownerMetisWei)} METIS, ${formatWeiShort(ownerEthWei)} ETH`,
  )
  if (!stake) {
    return [
      row('sequencer', 'not registered', 'warn'),
      row('next', commandFor(around.snapshot.setting, 'sequencer eligible')),
      wallet,
      asOfRow(money, around),
    ]
  }
  const {sequencer, pool, shareBasisPoints, roomMetisWei} = stake
  const active = sequencer.status === 'active'
  return [
    row(
      'sequencer',
      `${sequencer.sequencerId} ${statusWord(sequencer.status)}${ofProvider(around)}`,
      active ? 'ok' : 'warn',
    ),
    row(
      'locked',
      `${formatWeiShort(sequencer.amountMetisWei)} METIS, ${(shareBasisPoints / 100).toFixed(2)} %`,
    ),
    row(
      'claimable',
      `${formatWeiShort(sequencer.rewardMetisWei, 6)} METIS`,
      sequencer.rewardMetisWei > 0n ? 'mine' : 'plain',
    ),
    asOfRow(money, around),
    row('per block', `${formatWeiShort(pool.rewardPerBlockMetisWei, 6)} METIS`),
    row('paid until', `epoch ${pool.rewardedUntilEpoch}, batch ${pool.rewardBatchId}`),
    wallet,
    // Nothing can be added to a lock that is exiting.
    ...(active ? [row('capacity', `${formatWeiShort(roomMetisWei)} METIS`)] : []),
  ]
}

function ofProvider({snapshot}: Around): string {
  const {lstProvider} = snapshot.setting
  return lstProvider === null ? '' : `, of ${lstProvider}`
}

/** Balances are shown with their age, so that nobody acts on values from before an outage. */
function asOfRow({l1Block}: L1Money, {snapshot, now}: Around): Row {
  const {atMs} = snapshot.feeds.money
  const seconds = atMs === null ? 0 : Math.max(0, Math.round((now.monotonicMs - atMs) / 1000))
  return row('read', `${seconds} s ago, L1 block ${l1Block}`, 'dim')
}
