import type {Address} from 'viem'

import type {BatchEvent, ClaimEvent, L1Place, RelockEvent, RewardEvent} from './reward-log.ts'

/**
 * Source of a credit: the arguments of the payment, the credit before and after its block, or none.
 */
export type CreditSource = 'calldata' | 'state-difference' | 'unknown'

/** The credit of one sequencer in one reward batch. */
export interface Credit {
  source: CreditSource
  /** Null: unknown. */
  blocks: bigint | null
  /** Null: unknown. */
  creditedMetisWei: bigint | null
}

/** A reward batch from the perspective of one sequencer. */
export interface CreditEntry extends L1Place, Credit {
  kind: 'credit'
  batchId: bigint
  startEpoch: bigint
  endEpoch: bigint
  rewardPerBlockMetisWei: bigint
  /** Of all sequencers together. */
  totalMetisWei: bigint
  /** Running total of known credits, inclusive. */
  cumulatedMetisWei: bigint
}

export interface ClaimEntry extends L1Place {
  kind: 'claim'
  amountMetisWei: bigint
  recipient: Address
}

/** Rewards that were added to the lock. */
export interface RestakeEntry extends L1Place {
  kind: 'restake'
  /** Null: unknown, because another contract made the call. */
  amountMetisWei: bigint | null
}

export type LedgerEntry = CreditEntry | ClaimEntry | RestakeEntry

/** The whole history of one sequencer's rewards. */
export interface Ledger {
  sequencerId: bigint
  /** In chain order. Begins with the first batch after the sequencer was registered. */
  entries: LedgerEntry[]
  /** Sums of what is known. */
  creditedMetisWei: bigint
  claimedMetisWei: bigint
  restakedMetisWei: bigint
  /** Credits and restakes with an unknown amount. */
  unknownEntries: number
}

/** Every signer a sequencer ever had. A signer is used once and never again, so it needs no dates. */
export function signersOf(events: readonly RewardEvent[], sequencerId: bigint): Set<Address> {
  return new Set(
    events.flatMap((event) =>
      event.kind === 'signer' && event.sequencerId === sequencerId ? [event.signer] : [],
    ),
  )
}

/**
 * The credit of a sequencer in a batch with known arguments: blocks of all its signers.
 *
 * @param paid blocks by lower-case signer, in the order of the call
 */
export function creditFrom(
  batch: BatchEvent,
  paid: readonly (readonly [Address, bigint])[],
  signers: ReadonlySet<Address>,
): Credit {
  const blocks = paid.reduce((sum, [signer, count]) => sum + (signers.has(signer) ? count : 0n), 0n)
  return {
    source: 'calldata',
    blocks,
    creditedMetisWei: blocks * batch.rewardPerBlockMetisWei,
  }
}

/** The credit as a difference of states. Its block count is known only if it is a multiple of the rate. */
export function creditFromDifference(batch: BatchEvent, creditedMetisWei: bigint): Credit {
  const rate = batch.rewardPerBlockMetisWei
  const isWhole = rate > 0n && creditedMetisWei % rate === 0n
  return {
    source: 'state-difference',
    blocks: isWhole ? creditedMetisWei / rate : null,
    creditedMetisWei,
  }
}

export const unknownCredit: Credit = {source: 'unknown', blocks: null, creditedMetisWei: null}

/**
 * Assembles the history of one sequencer.
 *
 * @param events in chain order
 * @param creditOf of a batch after the sequencer was registered
 * @param restakedOf the part of a relock that came from rewards; 0 none, null unknown
 */
export function createLedger(
  sequencerId: bigint,
  events: readonly RewardEvent[],
  creditOf: (batch: BatchEvent) => Credit,
  restakedOf: (relock: RelockEvent) => bigint | null,
): Ledger {
  const ledger: Ledger = {
    sequencerId,
    entries: [],
    creditedMetisWei: 0n,
    claimedMetisWei: 0n,
    restakedMetisWei: 0n,
    unknownEntries: 0,
  }
  for (const event of sinceRegistration(events, sequencerId)) {
    if (event.kind === 'batch') addCredit(ledger, event, creditOf(event))
    else if (event.sequencerId !== sequencerId) continue
    else if (event.kind === 'claim') addClaim(ledger, event)
    else if (event.kind === 'relock') addRestake(ledger, event, restakedOf(event))
  }
  return ledger
}

/** @returns events from the registration of the sequencer on; none when it never was registered */
export function sinceRegistration(
  events: readonly RewardEvent[],
  sequencerId: bigint,
): readonly RewardEvent[] {
  const registered = events.findIndex(
    (event) => event.kind === 'signer' && event.sequencerId === sequencerId,
  )
  return registered === -1 ? [] : events.slice(registered)
}

function addCredit(ledger: Ledger, batch: BatchEvent, credit: Credit): void {
  const {kind: _kind, ...fields} = batch
  if (credit.creditedMetisWei === null) ledger.unknownEntries++
  ledger.creditedMetisWei += credit.creditedMetisWei ?? 0n
  const cumulatedMetisWei = ledger.creditedMetisWei
  ledger.entries.push({kind: 'credit', ...fields, ...credit, cumulatedMetisWei})
}

function addClaim(ledger: Ledger, {sequencerId: _id, ...claim}: ClaimEvent): void {
  ledger.claimedMetisWei += claim.amountMetisWei
  ledger.entries.push(claim)
}

function addRestake(ledger: Ledger, relock: RelockEvent, amountMetisWei: bigint | null): void {
  if (amountMetisWei === 0n) return
  if (amountMetisWei === null) ledger.unknownEntries++
  ledger.restakedMetisWei += amountMetisWei ?? 0n
  const {l1Block, logIndex, txHash, timeSeconds} = relock
  ledger.entries.push({kind: 'restake', l1Block, logIndex, txHash, timeSeconds, amountMetisWei})
}
