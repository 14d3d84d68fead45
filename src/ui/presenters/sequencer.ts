import {zeroAddress} from 'viem'

import {formatDuration, plainWei, formatWeiShort, shortHex} from '../../lib/units.ts'
import {lstName, type LstId} from '../../protocol/lst/providers.ts'
import {statusWord, type Sequencer} from '../../protocol/sequencer.ts'
import type {Check} from '../../services/sending/check.ts'
import type {Eligibility} from '../../services/staking/eligibility.ts'
import type {SequencerList} from '../../services/staking/sequencers.ts'
import type {StakeView} from '../../services/staking/stake.ts'
import {fields, table} from './table.ts'

export function sequencerJson(sequencer: Sequencer) {
  const unset = sequencer.rewardRecipient === zeroAddress
  return {
    ...sequencer,
    rewardRecipient: unset ? null : sequencer.rewardRecipient,
    amountDisplay: plainWei(sequencer.amountMetisWei),
    rewardDisplay: plainWei(sequencer.rewardMetisWei),
  }
}

export function sequencerText(sequencer: Sequencer, provider: LstId | null = null): string {
  const unlockAt = sequencer.unlockClaimTimeSeconds
  return [
    `Sequencer ${sequencer.sequencerId} is ${statusWord(sequencer.status)}.`,
    fields([
      ['owner', sequencer.owner],
      ...(provider === null ? [] : [['provider', lstName(provider)] as [string, string]]),
      ['signer', sequencer.signer],
      [
        'reward recipient',
        sequencer.rewardRecipient === zeroAddress ? 'unset' : `${sequencer.rewardRecipient} (L2)`,
      ],
      ['locked', `${formatWeiShort(sequencer.amountMetisWei, 18)} METIS`],
      ['claimable', `${formatWeiShort(sequencer.rewardMetisWei, 18)} METIS`],
      ['active since', `reward batch ${sequencer.activationBatch}`],
      ...(unlockAt > 0n
        ? [['claim possible', new Date(Number(unlockAt) * 1000).toISOString()] as [string, string]]
        : []),
    ]),
  ].join('\n')
}

export function sequencerListText({sequencers, pool}: SequencerList, mine: string | null): string {
  const total = pool.totalLockedMetisWei
  const rows = sequencers.map((sequencer) => [
    `${sequencer.sequencerId}`,
    statusWord(sequencer.status),
    shortHex(sequencer.owner),
    shortHex(sequencer.signer),
    formatWeiShort(sequencer.amountMetisWei),
    total === 0n ? '0 %' : `${Number((sequencer.amountMetisWei * 1000n) / total) / 10} %`,
    formatWeiShort(sequencer.rewardMetisWei),
    sequencer.owner.toLowerCase() === mine?.toLowerCase() ? 'YOU' : '',
  ])
  if (rows.length === 0) return 'No sequencer is registered.'
  return table(['id', 'status', 'owner', 'signer', 'locked', 'share', 'claimable', ''], rows)
}

export function checksText(checks: Check[]): string {
  return checks
    .map(({ok, label, seen, remedy}) =>
      [`${ok ? 'ok  ' : 'FAIL'}  ${label}: ${seen}`, ...(remedy ? [`      ${remedy}`] : [])].join(
        '\n',
      ),
    )
    .join('\n')
}

export function eligibilityText({eligible, checks, owner, signer}: Eligibility): string {
  return [
    fields([
      ['owner', owner],
      ['signer', signer],
    ]),
    checksText(checks),
    eligible ? 'Eligible. Next: `metis-seq sequencer register`.' : 'Not eligible yet.',
  ].join('\n')
}

export function stakeText({sequencer, pool, roomMetisWei, shareBasisPoints}: StakeView): string {
  return [
    `Sequencer ${sequencer.sequencerId} is ${statusWord(sequencer.status)}.`,
    fields([
      ['locked', `${formatWeiShort(sequencer.amountMetisWei, 18)} METIS`],
      [
        'share of all',
        `${(shareBasisPoints / 100).toFixed(2)} % of ${formatWeiShort(pool.totalLockedMetisWei)} METIS`,
      ],
      [
        'limits',
        `${formatWeiShort(pool.minLockMetisWei)} to ${formatWeiShort(pool.maxLockMetisWei)} METIS`,
      ],
      ['capacity', `${formatWeiShort(roomMetisWei)} METIS`],
      ['reward batch', `${pool.rewardBatchId}; last change in batch ${sequencer.updatedBatch}`],
      ['exit delay', formatDuration(Number(pool.exitDelaySeconds))],
    ]),
  ].join('\n')
}
