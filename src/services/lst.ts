import type {Address} from 'viem'
import {getBalance, getCode} from 'viem/actions'

import {
  readArtemis,
  readArtemisPosition,
  type ArtemisState,
} from '../chain/actions/artemis/read-artemis.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {formatWei, formatWeiShort} from '../lib/units.ts'
import {artemisRate, quoteArtemisDeposit} from '../protocol/artemis.ts'
import type {ArtemisContracts} from '../protocol/network.ts'
import type {Context} from './context.ts'
import type {Plan} from './plan.ts'
import {depositArtemis} from './planned-calls.ts'
import {requireOwner} from './sequencers.ts'

export interface LstProvider {
  id: 'artemis'
  name: string
  token: string
  /** What the user holds: its balance stays and its rate grows. */
  kind: 'reward-bearing'
  entry: Address
  state: 'live' | 'no-code'
}

/** The liquid-staking providers of the network. */
export async function listProviders(context: Context): Promise<LstProvider[]> {
  const {artemis} = context.network.lst
  if (!artemis) return []
  const code = await getCode(context.l2().client, {address: artemis.depositPool})
  return [
    {
      id: 'artemis',
      name: 'Artemis',
      token: 'artMETIS',
      kind: 'reward-bearing',
      entry: artemis.depositPool,
      state: code ? 'live' : 'no-code',
    },
  ]
}

export interface LstRates extends ArtemisState {
  provider: LstProvider
  /** METIS per artMETIS, 1e18 scale. */
  rate: bigint
  /** The same after pending rewards are harvested, which the next deposit does. */
  rateAfterHarvest: bigint
}

export async function readRates(context: Context): Promise<LstRates[]> {
  const providers = await listProviders(context)
  return Promise.all(
    providers.map(async (provider) => {
      const state = await readArtemis(context.l2().client, requireArtemis(context))
      const {rate, afterHarvest} = artemisRate(state)
      return {provider, ...state, rate, rateAfterHarvest: afterHarvest}
    }),
  )
}

export interface LstPosition {
  provider: 'artemis'
  account: Address
  artMetisWei: bigint
  /** What it is worth at the rate after harvest. */
  valueMetisWei: bigint
  openRequests: bigint
  /** METIS of the account on L2 that is not deposited. */
  liquidMetisWei: bigint
}

export async function readPosition(context: Context, account: Address): Promise<LstPosition> {
  const artemis = requireArtemis(context)
  const {client} = context.l2()
  const [state, position, liquidMetisWei] = await Promise.all([
    readArtemis(client, artemis),
    readArtemisPosition(client, artemis, account),
    getBalance(client, {address: account}),
  ])
  const {afterHarvest} = artemisRate(state)
  return {
    provider: 'artemis',
    account,
    artMetisWei: position.artMetisWei,
    valueMetisWei: (position.artMetisWei * afterHarvest) / 10n ** 18n,
    openRequests: position.openRequests,
    liquidMetisWei,
  }
}

export interface DepositRequest {
  amountMetisWei: bigint
  /** Accepted fall of the rate between now and the block, in hundredths of a percent. */
  slippageBasisPoints: number
}

/**
 * Decides what a deposit would do: METIS on L2 becomes artMETIS of the same account.
 *
 * @throws {MetisSeqError} LST_UNKNOWN, AMOUNT_OUT_OF_RANGE, METIS_BALANCE_LOW
 */
export async function planDeposit(
  context: Context,
  {amountMetisWei, slippageBasisPoints}: DepositRequest,
): Promise<Plan & {expectedArtMetisWei: bigint}> {
  const artemis = requireArtemis(context)
  const owner = requireOwner(context)
  const position = await readPosition(context, owner)
  const state = await readArtemis(context.l2().client, artemis)
  const expected = quoteArtemisDeposit(state, amountMetisWei)
  assertDeposit(amountMetisWei, expected, position)
  const minOutWei = (expected * BigInt(10_000 - slippageBasisPoints)) / 10_000n
  return {
    action: 'lst deposit',
    title: `Deposit ${formatWeiShort(amountMetisWei)} METIS with Artemis`,
    chain: 'L2',
    from: owner,
    role: 'owner',
    calls: [
      depositArtemis({depositPool: artemis.depositPool, amountWei: amountMetisWei, minOutWei}),
    ],
    conditions: [],
    figures: [],
    effects: [
      {
        label: 'METIS on L2',
        before: `${formatWeiShort(position.liquidMetisWei)} METIS`,
        after: `${formatWeiShort(position.liquidMetisWei - amountMetisWei)} METIS, less gas`,
      },
      {
        label: 'artMETIS',
        before: formatWei(position.artMetisWei),
        after: `${formatWei(position.artMetisWei + expected)}, at least ${formatWei(position.artMetisWei + minOutWei)}`,
      },
      {
        label: 'way back',
        before: 'none needed',
        after: 'withdrawal request, then the provider’s delay',
      },
    ],
    traps: [],
    expectedArtMetisWei: expected,
  }
}

/**
 * Checks that artMETIS arrived.
 *
 * @throws {MetisSeqError} POST_STATE
 */
export async function verifyDeposit(
  context: Context,
  before: LstPosition,
): Promise<{position: LstPosition; receivedArtMetisWei: bigint}> {
  const position = await readPosition(context, before.account)
  const receivedArtMetisWei = position.artMetisWei - before.artMetisWei
  if (receivedArtMetisWei > 0n) return {position, receivedArtMetisWei}
  throw new MetisSeqError({
    code: 'POST_STATE',
    message: 'The deposit was mined, but no artMETIS arrived.',
    facts: {account: before.account},
    hints: ['Run `metis-seq lst position`.'],
  })
}

/** @throws {MetisSeqError} LST_UNKNOWN */
export function requireArtemis(context: Context): ArtemisContracts {
  const {artemis} = context.network.lst
  if (artemis) return artemis
  throw new MetisSeqError({
    code: 'LST_UNKNOWN',
    message: `No liquid-staking provider is known on ${context.networkName}.`,
    facts: {network: context.networkName},
    hints: ['Run `metis-seq lst list --network andromeda`.'],
  })
}

function assertDeposit(amountWei: bigint, expectedWei: bigint, position: LstPosition): void {
  if (amountWei === 0n || expectedWei === 0n) {
    throw new MetisSeqError({
      code: 'AMOUNT_OUT_OF_RANGE',
      message: 'The deposit is too small to give any artMETIS.',
      facts: {amountWei: `${amountWei}`},
      hints: ['Run `metis-seq lst rates` to see what a token costs.'],
    })
  }
  if (amountWei <= position.liquidMetisWei) return
  throw new MetisSeqError({
    code: 'METIS_BALANCE_LOW',
    message: `The owner holds ${formatWeiShort(position.liquidMetisWei)} METIS on L2, and this needs ${formatWeiShort(amountWei)} METIS.`,
    facts: {balanceWei: `${position.liquidMetisWei}`, amountWei: `${amountWei}`},
    hints: ['Claim rewards to L2 with `metis-seq reward claim`, or bridge METIS.'],
  })
}
