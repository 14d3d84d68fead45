import {counted, formatCount, formatWei, formatWeiShort, shortHex} from '../../lib/units.ts'
import type {LedgerEntry} from '../../protocol/reward-ledger.ts'
import type {ReadProgress} from '../../services/network/l1-logs.ts'
import type {RewardHistory} from '../../services/rewards/reward-history.ts'
import {fields, table} from './table.ts'

/** @param last number of newest lines to show; the sums cover everything */
export function rewardHistoryText(history: RewardHistory, last?: number): string {
  const {sequencer, ledger, unexplainedMetisWei, headBlock} = history
  const {entries, creditedMetisWei, claimedMetisWei, restakedMetisWei, unknownEntries} = ledger
  const id = sequencer.sequencerId
  const atLeast = unknownEntries > 0 ? 'at least ' : ''
  const sums: [string, string][] = [
    ['credited', `${atLeast}${formatWei(creditedMetisWei)} METIS`],
    ['claimed', `${formatWei(claimedMetisWei)} METIS`],
    ['restaked', `${atLeast}${formatWei(restakedMetisWei)} METIS`],
    ['unclaimed', `${formatWei(sequencer.rewardMetisWei)} METIS`],
    ['as of L1 block', `${headBlock}`],
  ]
  if (unexplainedMetisWei !== null && unexplainedMetisWei !== 0n) {
    sums.push(['not explained', `${formatWei(unexplainedMetisWei)} METIS`])
  }
  if (entries.length === 0) {
    return `Sequencer ${id} has no reward yet: no reward batch has been paid since its registration.`
  }
  const shown = last === undefined ? entries : entries.slice(-last)
  const hidden = entries.length - shown.length
  return [
    `Sequencer ${id} was credited ${atLeast}${formatWeiShort(creditedMetisWei)} METIS in ${entries.filter(({kind}) => kind === 'credit').length} reward batches.`,
    fields(sums),
    '',
    ...(hidden > 0 ? [`${hidden} earlier lines are omitted.`] : []),
    table(
      ['when (UTC)', 'what', 'epochs', 'blocks', 'METIS', 'credited so far', 'L1 block', 'tx'],
      shown.map(entryRow),
    ),
  ].join('\n')
}

function entryRow(entry: LedgerEntry): string[] {
  const place = [`${entry.l1Block}`, shortHex(entry.txHash)]
  const when = timeText(entry.timeSeconds)
  switch (entry.kind) {
    case 'credit':
      return [
        when,
        `reward batch ${entry.batchId}`,
        `${entry.startEpoch} to ${entry.endEpoch}`,
        entry.blocks === null
          ? 'unknown'
          : `${entry.blocks} x ${formatWei(entry.rewardPerBlockMetisWei)}`,
        entry.creditedMetisWei === null ? 'unknown' : `+${formatWei(entry.creditedMetisWei)}`,
        formatWei(entry.cumulatedMetisWei),
        ...place,
      ]
    case 'claim':
      return [when, 'claimed', '', '', `-${formatWei(entry.amountMetisWei)}`, '', ...place]
    case 'restake': {
      const amount = entry.amountMetisWei === null ? 'unknown' : formatWei(entry.amountMetisWei)
      return [when, 'restaked', '', '', `-${amount}`, '', ...place]
    }
  }
}

function timeText(seconds: number | null): string {
  if (seconds === null) return 'unknown'
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')
}

export function rewardHistoryJson({sequencer, ledger, ...history}: RewardHistory) {
  return {
    sequencerId: sequencer.sequencerId,
    l1Block: history.headBlock,
    creditedMetisWei: ledger.creditedMetisWei,
    claimedMetisWei: ledger.claimedMetisWei,
    restakedMetisWei: ledger.restakedMetisWei,
    unclaimedMetisWei: sequencer.rewardMetisWei,
    unexplainedMetisWei: history.unexplainedMetisWei,
    unknownEntries: ledger.unknownEntries,
    entries: ledger.entries,
  }
}

export function readProgressText({step, done, total, found}: ReadProgress): string {
  switch (step) {
    case 'logs':
      return `L1 logs: ${formatCount(done)} of ${counted(total, 'block')}, ${formatCount(found)} found`
    case 'transactions':
      return `Payments: ${formatCount(done)} of ${counted(total, 'transaction')} read`
    case 'times':
      return `Dates: ${formatCount(done)} of ${counted(total, 'block')} read`
    case 'epochs':
      return `L2 epochs: ${done} of ${total} read`
  }
}
