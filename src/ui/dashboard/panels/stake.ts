import {commandFor} from '../../../health/rule.ts'
import {answerOf} from '../../../health/snapshot.ts'
import {formatDuration, formatWeiShort, isoTime} from '../../../lib/units.ts'
import {statusWord, type Sequencer} from '../../../protocol/sequencer.ts'
import {toSource} from '../../../services/live/feeds.ts'
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
  if (!stake) return [...onboardingRows(money, around), asOfRow(money, around)]
  const {sequencer, pool, shareBasisPoints, roomMetisWei} = stake
  const active = sequencer.status === 'active'
  return [
    ...leavingRows(sequencer, money, around),
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

/** When the METIS of an exit are free, by the clock of L1. */
function leavingRows(
  {status, sequencerId, unlockClaimTimeSeconds}: Sequencer,
  money: L1Money,
  {snapshot}: Around,
): Row[] {
  if (status !== 'inactive') return []
  const left = unlockClaimTimeSeconds - money.l1TimeSeconds
  const until = `${formatDuration(Number(left))}, ${isoTime(unlockClaimTimeSeconds)}`
  return [
    left > 0n
      ? row('leaving', `METIS free in ${until}`, 'warn')
      : row(
          'leaving',
          `METIS free: ${commandFor(snapshot.setting, ['exit', 'finish', sequencerId].join(' '))}`,
          'mine',
        ),
  ]
}

/** What is missing before METIS can be locked, in the order in which it is done. */
function onboardingRows(money: L1Money, {snapshot, now}: Around): Row[] {
  const {ownerMetisWei, ownerEthWei, ownerIsWhitelisted, minLockMetisWei} = money
  const {setting, feeds} = snapshot
  const look = answerOf(toSource(feeds.node), now)
  const status = look.known ? look.value.status : null
  const machine = answerOf(toSource(feeds.machine), now)
  const key = machine.known ? machine.value.signerKey : null
  const node =
    setting.nodeRuntime === null
      ? 'none in this profile'
      : status === null
        ? 'does not respond'
        : status.syncing
          ? 'still syncing: do not lock yet'
          : 'in sync'
  return [
    row('sequencer', 'not registered', 'warn'),
    step(
      'whitelist',
      ownerIsWhitelisted,
      ownerIsWhitelisted ? 'the owner is on it' : 'apply first',
    ),
    step(
      'METIS',
      ownerMetisWei >= minLockMetisWei,
      `${formatWeiShort(ownerMetisWei)} of at least ${formatWeiShort(minLockMetisWei)}`,
    ),
    step('ETH', ownerEthWei > 0n, `${formatWeiShort(ownerEthWei)} for gas`),
    step('signer', setting.signer !== null && key !== 'unreadable', setting.signer ?? 'not set'),
    step('node', node === 'in sync', node),
    row('next', commandFor(setting, 'sequencer eligible')),
  ]
}

function step(label: string, isDone: boolean, seen: string): Row {
  return row(label, `${isDone ? '✓' : '✗'} ${seen}`, isDone ? 'ok' : 'warn')
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
