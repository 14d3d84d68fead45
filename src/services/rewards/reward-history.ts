import type {Address, Hash} from 'viem'

import {readBlockMark} from '../../chain/actions/block/read-block-mark.ts'
import {readRewardAt} from '../../chain/actions/locking-pool/read-reward-at.ts'
import {readCall} from '../../chain/actions/transaction/read-call.ts'
import {maySmallerHelp} from '../../chain/scan-logs.ts'
import {
  createLedger,
  creditFrom,
  creditFromDifference,
  signersOf,
  sinceRegistration,
  unknownCredit,
  type Credit,
  type Ledger,
} from '../../protocol/reward-ledger.ts'
import {
  REWARD_TOPICS,
  parseRelock,
  parseRewardBatch,
  parseRewardLogs,
  type BatchEvent,
  type RelockEvent,
  type RewardEvent,
} from '../../protocol/reward-log.ts'
import type {Sequencer} from '../../protocol/sequencer.ts'
import type {Context} from '../context.ts'
import {readL1Logs, type L1Logs, type ReadOptions, type ReadWarning} from '../network/l1-logs.ts'
import {findSequencer} from '../staking/sequencers.ts'

/** Transactions or blocks per HTTP request. */
const READS_AT_ONCE = 50
/** Value of the fact of a transaction that is not a direct call. */
const WRAPPED = 'wrapped'

export interface RewardHistory {
  sequencer: Sequencer
  ledger: Ledger
  /** All events, including those of other sequencers and from before the registration. */
  events: RewardEvent[]
  /** Payments of each reward batch per signer; batches with unknown payments are omitted. */
  payments: Map<Hash, Payment>
  headBlock: bigint
  headTimeSeconds: number
  /**
   * Credited minus claimed, restaked and the contract's unclaimed amount. 0 when every METIS is
   * accounted for; null while amounts are unknown.
   */
  unexplainedMetisWei: bigint | null
  warnings: ReadWarning[]
}

/** Blocks by lower-case signer, in the order of the call. */
export type Payment = [Address, bigint][]

/**
 * Every credit, claim and restake of a sequencer, from the logs of L1 and the arguments of its payments.
 *
 * @throws {MetisSeqError} SEQUENCER_UNKNOWN, NOT_REGISTERED, LOGS_UNREADABLE, INTERRUPTED
 */
export function readRewardHistory(
  context: Context,
  sequencerId: bigint | undefined,
  options: ReadOptions = {},
): Promise<RewardHistory> {
  return withRewardHistory(context, sequencerId, options, async (history) => history)
}

/** The same, for readers that add to the cache while it is open. */
export async function withRewardHistory<T>(
  context: Context,
  sequencerId: bigint | undefined,
  options: ReadOptions,
  use: (history: RewardHistory, logs: L1Logs) => Promise<T>,
): Promise<T> {
  const [sequencer, logs] = await Promise.all([
    findSequencer(context, sequencerId),
    readL1Logs(context, {...options, topics: REWARD_TOPICS}),
  ])
  try {
    return await use(await assemble(context, sequencer, logs, options), logs)
  } finally {
    logs.close()
  }
}

async function assemble(
  context: Context,
  sequencer: Sequencer,
  logs: L1Logs,
  options: ReadOptions,
): Promise<RewardHistory> {
  const id = sequencer.sequencerId
  const events = parseRewardLogs(logs.logs, context.network.l1.contracts)
  const own = sinceRegistration(events, id)
  const batches = own.filter((event) => event.kind === 'batch')
  const relocks = own.filter(
    (event): event is RelockEvent => event.kind === 'relock' && event.sequencerId === id,
  )
  const reader = {context, logs, options}
  const payments = await readPayments(reader, batches)
  const restaked = await readRestakes(reader, relocks)
  const credits = await readCredits(reader, {id, events, batches, payments})
  await addTimes(reader, own)
  const ledger = createLedger(
    id,
    events,
    ({txHash, batchId}) => credits.get(`${txHash} ${batchId}`) ?? unknownCredit,
    ({txHash}) => restaked.get(txHash) ?? null,
  )
  const {creditedMetisWei, claimedMetisWei, restakedMetisWei, unknownEntries} = ledger
  const expected = creditedMetisWei - claimedMetisWei - restakedMetisWei
  return {
    sequencer,
    ledger,
    events,
    payments,
    headBlock: logs.headBlock,
    headTimeSeconds: logs.headTimeSeconds,
    unexplainedMetisWei: unknownEntries > 0 ? null : expected - sequencer.rewardMetisWei,
    warnings: [...logs.warnings, ...unknownWarning(ledger)],
  }
}

function unknownWarning({unknownEntries}: Ledger): ReadWarning[] {
  if (unknownEntries === 0) return []
  return [
    {
      code: 'CREDIT_UNKNOWN',
      message: `${unknownEntries} ${unknownEntries === 1 ? 'amount is' : 'amounts are'} unknown: another contract made the call, and the L1 endpoint has no historical state. An archive endpoint can tell.`,
    },
  ]
}

interface Reader {
  context: Context
  logs: L1Logs
  options: ReadOptions
}

/** Payments of each batch per signer. A payment is only trusted if it adds up to the total. */
async function readPayments(
  reader: Reader,
  batches: readonly BatchEvent[],
): Promise<Map<Hash, Payment>> {
  const {lockingPool} = reader.context.network.l1.contracts
  const texts = await readFacts(reader, 'payment', batches, async (hash) => {
    const call = await readCall(reader.context.l1().client, hash)
    if (!call) return undefined
    const isDirect = call.to?.toLowerCase() === lockingPool.toLowerCase()
    const batch = isDirect ? parseRewardBatch(call.input) : undefined
    return batch
      ? batch.seqs.map((signer, index) => `${signer}:${batch.blocks[index]}`).join(',')
      : WRAPPED
  })
  const payments = new Map<Hash, Payment>()
  for (const {txHash, totalMetisWei, rewardPerBlockMetisWei} of batches) {
    const payment = paymentOf(texts.get(txHash))
    const blocks = payment?.reduce((sum, [, count]) => sum + count, 0n)
    if (payment && blocks! * rewardPerBlockMetisWei === totalMetisWei) {
      payments.set(txHash, payment)
    }
  }
  return payments
}

function paymentOf(text: string | undefined): Payment | undefined {
  if (text === undefined || text === WRAPPED) return undefined
  return text.split(',').map((item) => {
    const [signer = '', blocks = '0'] = item.split(':')
    return [signer as Address, BigInt(blocks)]
  })
}

/** The part of each relock that came from rewards, by transaction. */
async function readRestakes(
  reader: Reader,
  relocks: readonly RelockEvent[],
): Promise<Map<Hash, bigint | null>> {
  const {lockingPool} = reader.context.network.l1.contracts
  const texts = await readFacts(reader, 'relock', relocks, async (hash) => {
    const call = await readCall(reader.context.l1().client, hash)
    if (!call) return undefined
    const isDirect = call.to?.toLowerCase() === lockingPool.toLowerCase()
    const relock = isDirect ? parseRelock(call.input) : undefined
    return relock ? `${relock.amountMetisWei}` : WRAPPED
  })
  return new Map(
    relocks.map(({txHash, addedMetisWei}) => {
      const text = texts.get(txHash)
      const known = text !== undefined && text !== WRAPPED
      return [txHash, known ? addedMetisWei - BigInt(text) : null]
    }),
  )
}

/** Facts of transactions, read where not cached: newest last, many per request. */
async function readFacts(
  {logs, options}: Reader,
  kind: string,
  events: readonly {txHash: Hash; l1Block: bigint}[],
  read: (hash: Hash) => Promise<string | undefined>,
): Promise<Map<string, string>> {
  const facts = logs.facts(kind)
  const missing = events.filter(({txHash}) => !facts.has(txHash))
  const total = missing.length
  await inParts(missing, options.signal, async (part, done) => {
    const found = await Promise.all(
      part.map(async ({txHash, l1Block}) => ({
        ...{key: txHash, block: l1Block},
        value: await read(txHash),
      })),
    )
    const known = found.flatMap(({value, ...rest}) =>
      value === undefined ? [] : [{...rest, value}],
    )
    for (const {key, value} of known) facts.set(key, value)
    logs.saveFacts(kind, known)
    options.onProgress?.({step: 'transactions', done, total, found: logs.logs.length})
  })
  return facts
}

/**
 * Reads many items in batches. A request that is too large for the endpoint is retried with a
 * quarter of them.
 *
 * @param read with the number done afterwards
 * @throws the error of a request for a single item
 */
async function inParts<T>(
  items: readonly T[],
  signal: AbortSignal | undefined,
  read: (part: readonly T[], done: number) => Promise<void>,
): Promise<void> {
  let size = READS_AT_ONCE
  for (let from = 0; from < items.length; ) {
    signal?.throwIfAborted()
    const part = items.slice(from, from + size)
    try {
      await read(part, from + part.length)
      from += part.length
    } catch (error) {
      if (signal?.aborted || size === 1 || !maySmallerHelp(error)) throw error
      size = Math.max(1, Math.floor(size / 4))
    }
  }
}

/** Credits by transaction and batch: from the call, otherwise from the states around its block. */
async function readCredits(
  reader: Reader,
  known: {
    id: bigint
    events: readonly RewardEvent[]
    batches: readonly BatchEvent[]
    payments: Map<Hash, Payment>
  },
): Promise<Map<string, Credit>> {
  const {id, events, batches, payments} = known
  const signers = signersOf(events, id)
  const kind = `difference ${id}`
  const differences = reader.logs.facts(kind)
  const credits = new Map<string, Credit>()
  let isArchive = true
  // Newest first: an endpoint without a newer state has none of the older ones.
  for (const batch of batches.toReversed()) {
    const key = `${batch.txHash} ${batch.batchId}`
    const payment = payments.get(batch.txHash)
    if (payment) {
      credits.set(key, creditFrom(batch, payment, signers))
      continue
    }
    let text = differences.get(key)
    if (text === undefined && isArchive && isAlone(batch, id, events)) {
      text = await readDifference(reader, id, batch.l1Block)
      isArchive = text !== undefined
      const value = text ?? ''
      if (isArchive) reader.logs.saveFacts(kind, [{key, block: batch.l1Block, value}])
    }
    credits.set(key, text === undefined ? unknownCredit : creditFromDifference(batch, BigInt(text)))
  }
  return credits
}

/** True when nothing else in its block touched the reward of the sequencer. */
function isAlone(batch: BatchEvent, id: bigint, events: readonly RewardEvent[]): boolean {
  return !events.some(
    (event) =>
      event !== batch &&
      event.l1Block === batch.l1Block &&
      (event.kind === 'batch' || event.sequencerId === id),
  )
}

async function readDifference(
  {context, options}: Reader,
  sequencerId: bigint,
  block: bigint,
): Promise<string | undefined> {
  options.signal?.throwIfAborted()
  const {lockingPool} = context.network.l1.contracts
  const {client} = context.l1()
  const at = (number: bigint) =>
    readRewardAt(client, {lockingPool, sequencerId, block: number}).catch(() => undefined)
  const [before, after] = await Promise.all([at(block - 1n), at(block)])
  return before === undefined || after === undefined ? undefined : `${after - before}`
}

/** Adds times to events whose logs lack them. A block that cannot be read leaves them without a time. */
async function addTimes(
  {context, logs, options}: Reader,
  events: readonly RewardEvent[],
): Promise<void> {
  const undated = events.filter(({timeSeconds}) => timeSeconds === null)
  if (undated.length === 0) return
  const facts = logs.facts('time')
  const blocks = [...new Set(undated.map(({l1Block}) => l1Block))].filter(
    (block) => !facts.has(`${block}`),
  )
  await inParts(blocks, options.signal, async (part, done) => {
    const marks = await Promise.all(part.map((block) => readBlockMark(context.l1().client, block)))
    const found = marks.flatMap((mark) =>
      mark ? [{key: `${mark.number}`, block: mark.number, value: `${mark.timeSeconds}`}] : [],
    )
    for (const {key, value} of found) facts.set(key, value)
    logs.saveFacts('time', found)
    const total = blocks.length
    options.onProgress?.({step: 'times', done, total, found: logs.logs.length})
  })
  for (const event of undated) {
    const text = facts.get(`${event.l1Block}`)
    if (text !== undefined) event.timeSeconds = Number(text)
  }
}
