import type {Address} from 'viem'

import {readTokenBalance} from '../../chain/actions/erc20/read-token.ts'
import {readOwnedSequencerId} from '../../chain/actions/locking-pool/read-sequencer-ids.ts'
import {readSequencer} from '../../chain/actions/locking-pool/read-sequencer.ts'
import type {BackingVerdict} from '../../protocol/lst/backing.ts'
import type {LstId} from '../../protocol/lst/providers.ts'
import type {Sequencer} from '../../protocol/sequencer.ts'
import type {Context} from '../context.ts'
import {idOf, ofEach, type Answers} from './each.ts'
import type {LstBalance, LstProvider} from './provider.ts'

export interface LstBacking extends LstBalance {
  provider: LstId
  /** Sequencers of its registered owners; null when no owner is registered. */
  sequencers: Sequencer[] | null
  /** Locked by them; null when no owner is registered. */
  lockedMetisWei: bigint | null
  /** Credited to them on L1. */
  rewardMetisWei: bigint | null
  /** Whether they are assets. Otherwise they belong to the holders once they are harvested. */
  countsRewards: boolean
  /** METIS of its contracts on L1 that is not locked; null when none is registered. */
  idleL1MetisWei: bigint | null
  /** Everything that is known to back the liabilities. */
  assetsMetisWei: bigint
  /** Assets to liabilities, scaled by 1e18; null while nothing is owed. */
  ratio: bigint | null
  verdict: BackingVerdict
}

/**
 * Locks of the provider's sequencers on L1, METIS in transit and idle METIS against liabilities.
 *
 * @throws {MetisSeqError} those of {@link ofEach}
 */
export function readBacking(context: Context, id?: LstId): Promise<Answers<LstBacking>> {
  return ofEach(context, id, (provider) => backingOf(context, provider))
}

/** The same for one provider. */
export async function backingOf(context: Context, provider: LstProvider): Promise<LstBacking> {
  const [balance, l1] = await Promise.all([provider.balance(), readL1(context, idOf(provider))])
  const countsRewards = provider.about.owesUnclaimedRewards
  const judged = judge(balance, l1, countsRewards)
  return {provider: idOf(provider), ...balance, ...l1, countsRewards, ...judged}
}

type L1Part = Pick<
  LstBacking,
  'sequencers' | 'lockedMetisWei' | 'rewardMetisWei' | 'idleL1MetisWei'
>

async function readL1(context: Context, id: LstId): Promise<L1Part> {
  const registration = context.network.lstRegistry?.[id]
  if (!registration || registration.l1Owners.length === 0) {
    return {sequencers: null, lockedMetisWei: null, rewardMetisWei: null, idleL1MetisWei: null}
  }
  const l1Owners = distinct(registration.l1Owners)
  const holders = distinct([...l1Owners, ...registration.l1Holders])
  const [sequencers, idle] = await Promise.all([
    sequencersOf(context, l1Owners),
    Promise.all(holders.map((account) => metisOf(context, account))),
  ])
  return {
    sequencers,
    lockedMetisWei: sum(sequencers.map(({amountMetisWei}) => amountMetisWei)),
    rewardMetisWei: sum(sequencers.map(({rewardMetisWei}) => rewardMetisWei)),
    idleL1MetisWei: sum(idle),
  }
}

/** An address that is registered twice backs once. */
function distinct(accounts: readonly Address[]): Address[] {
  return [...new Map(accounts.map((account) => [account.toLowerCase(), account])).values()]
}

/** Live sequencers of these owners. An owner has at most one. */
export async function sequencersOf(
  context: Context,
  owners: readonly Address[],
): Promise<Sequencer[]> {
  const {client} = context.l1()
  const {lockingPool} = context.network.l1.contracts
  const found = await Promise.all(
    owners.map(async (owner) => {
      const sequencerId = await readOwnedSequencerId(client, {lockingPool, owner})
      return sequencerId === 0n ? [] : [await readSequencer(client, {lockingPool, sequencerId})]
    }),
  )
  return found.flat()
}

function metisOf(context: Context, account: Address): Promise<bigint> {
  return readTokenBalance(context.l1().client, {
    token: context.network.l1.contracts.metis,
    account,
  })
}

function judge(
  {liabilitiesMetisWei, idleMetisWei, transitMetisWei}: LstBalance,
  {lockedMetisWei, rewardMetisWei, idleL1MetisWei}: L1Part,
  countsRewards: boolean,
): Pick<LstBacking, 'assetsMetisWei' | 'ratio' | 'verdict'> {
  const onL1 = [lockedMetisWei, idleL1MetisWei, ...(countsRewards ? [rewardMetisWei] : [])]
  const assetsMetisWei = sum([idleMetisWei, ...[transitMetisWei, ...onL1].map((wei) => wei ?? 0n)])
  const ratio =
    liabilitiesMetisWei === 0n ? null : (assetsMetisWei * 10n ** 18n) / liabilitiesMetisWei
  const verdict = (): BackingVerdict => {
    if (assetsMetisWei >= liabilitiesMetisWei) return 'backed'
    if (lockedMetisWei === null) return 'unknown'
    return transitMetisWei === null ? 'below-or-in-transit' : 'below'
  }
  return {assetsMetisWei, ratio, verdict: verdict()}
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n)
}
