import {stringifyJson} from '../../lib/json.ts'
import {plainWei} from '../../lib/units.ts'
import {valueOf} from '../../protocol/price-list.ts'
import type {BookLine, RewardBook} from '../../services/rewards/reward-export.ts'

export type BookFormat = 'csv' | 'json' | 'beancount'

/** A reward history for bookkeeping, as the text of a file. */
export function bookText(book: RewardBook, format: BookFormat): string {
  switch (format) {
    case 'csv':
      return csvText(book)
    case 'json':
      return `${stringifyJson({sequencerId: book.sequencerId, entries: book.lines.map(record)}, 2)}\n`
    case 'beancount':
      return beancountText(book)
  }
}

/** The columns of every line; null is unknown or does not apply. */
function record({entry, date, price}: BookLine) {
  const amount = amountOf(entry)
  const credit = entry.kind === 'credit' ? entry : undefined
  return {
    date,
    kind: entry.kind as string,
    batchId: credit?.batchId ?? null,
    startEpoch: credit?.startEpoch ?? null,
    endEpoch: credit?.endEpoch ?? null,
    blocks: credit?.blocks ?? null,
    rewardPerBlockMetis: credit ? plainWei(credit.rewardPerBlockMetisWei) : null,
    amountMetis: amount === null ? null : plainWei(amount),
    creditedSoFarMetis: credit ? plainWei(credit.cumulatedMetisWei) : null,
    price: price?.text ?? null,
    currency: price?.currency ?? null,
    value: amount === null || !price ? null : valueOf(amount, price),
    l1Block: entry.l1Block,
    tx: entry.txHash,
  }
}

function amountOf(entry: BookLine['entry']): bigint | null {
  return entry.kind === 'credit' ? entry.creditedMetisWei : entry.amountMetisWei
}

const headings = [
  'date,kind,batch,start_epoch,end_epoch,blocks,reward_per_block_metis,amount_metis',
  'credited_so_far_metis,price,currency,value,l1_block,tx',
].join(',')

/** Cells are numbers, hashes and our own words, so none needs quoting. An unknown amount is written as unknown. */
function csvText({lines}: RewardBook): string {
  const rows = lines.map((line) => {
    const cells = record(line)
    return Object.values({...cells, amountMetis: cells.amountMetis ?? 'unknown'})
      .map((cell) => (cell === null ? '' : String(cell)))
      .join(',')
  })
  return [headings, ...rows, ''].join('\n')
}

function beancountText(book: RewardBook): string {
  const {sequencerId, lines, untilDate} = book
  const account = accountsOf(sequencerId)
  const dated = lines.filter((line) => line.date !== null)
  const opened = dated[0]?.date ?? untilDate
  const prices = new Map(dated.map(({price}) => [price?.date, price]))
  return [
    `; Rewards of Metis sequencer ${sequencerId}. Days are UTC.`,
    ...Object.values(account).map((name) => `${opened} open ${name} METIS`),
    '',
    ...[...prices.values()].flatMap((price) =>
      price ? [`${price.date} price METIS ${price.text} ${price.currency}`] : [],
    ),
    ...lines.flatMap((line) => ['', ...beancountLines(line, account)]),
    ...(book.isComplete
      ? [
          '',
          '; Balance at the start of the day: every METIS is accounted for.',
          `${dayAfter(untilDate)} balance ${account.unclaimed} ${plainWei(book.unclaimedMetisWei)} METIS`,
        ]
      : []),
    '',
  ].join('\n')
}

function accountsOf(sequencerId: bigint) {
  const sequencer = `Metis:Sequencer-${sequencerId}`
  return {
    unclaimed: `Assets:${sequencer}:Unclaimed`,
    claimed: `Assets:${sequencer}:Claimed`,
    locked: `Assets:${sequencer}:Locked`,
    income: `Income:${sequencer}:Rewards`,
  }
}

function beancountLines(line: BookLine, account: ReturnType<typeof accountsOf>): string[] {
  const {entry, date, price} = line
  const amount = amountOf(entry)
  const title = titleOf(entry)
  if (amount === null || date === null) {
    const lacks = date === null ? 'date' : 'amount'
    return [`; ${date ?? 'unknown day'} ${title}: ${lacks} unknown, transaction ${entry.txHash}`]
  }
  if (amount === 0n) return [`; ${date} ${title}: no own block`]
  const [to, from] =
    entry.kind === 'credit'
      ? [account.unclaimed, account.income]
      : [entry.kind === 'claim' ? account.claimed : account.locked, account.unclaimed]
  // Both legs are in METIS, so that the entry balances at any price.
  const at = price ? ` @ ${price.text} ${price.currency}` : ''
  return [
    `${date} * "Metis" "${title}"`,
    `  l1-block: ${entry.l1Block}`,
    `  tx: "${entry.txHash}"`,
    `  ${to}  ${plainWei(amount)} METIS${at}`,
    `  ${from}  ${plainWei(-amount)} METIS${at}`,
  ]
}

function titleOf(entry: BookLine['entry']): string {
  switch (entry.kind) {
    case 'credit':
      return `Reward batch ${entry.batchId}, epochs ${entry.startEpoch} to ${entry.endEpoch}, ${entry.blocks ?? 'unknown'} ${entry.blocks === 1n ? 'block' : 'blocks'}`
    case 'claim':
      return `Rewards claimed to ${entry.recipient} on L2`
    case 'restake':
      return 'Rewards added to the lock'
  }
}

function dayAfter(date: string): string {
  return new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10)
}
