import {estimateGas, getGasPrice} from 'viem/actions'

import {fromRevert} from '../chain/reverts.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {formatWei, formatWeiShort} from '../lib/units.ts'
import type {Context} from './context.ts'
import type {StakingPlan} from './staking/staking-plan.ts'

const ONE = 10n ** 18n

/** When a claim is worth its cost. Neither L1 nor L2 has a price of METIS, so the operator brings it. */
export interface WorthRule {
  /** Least ratio, times 1e18. */
  minRatio: bigint
  /** METIS that one ETH buys, times 1e18. Undefined: the ratio is METIS claimed per ETH spent. */
  metisPerEth: bigint | undefined
  /** Highest price of gas the operator pays; undefined: what L1 asks now. */
  maxFeeWei: bigint | undefined
}

/** What a claim brings and what it costs now. */
export interface ClaimWorth {
  rewardMetisWei: bigint
  /** Bridge fee, and gas at the price of now. */
  costEthWei: bigint
  /**
   * Times 1e18. With a price the value of the reward over the cost: reward / (cost x METIS per ETH).
   * Without one METIS claimed per ETH spent: reward / cost.
   */
  ratio: bigint
  minRatio: bigint
}

/**
 * Stops a claim that brings too little for what it costs. Sends nothing.
 *
 * @throws {MetisSeqError} CLAIM_NOT_WORTH, or the mapped revert of the claim
 */
export async function assertClaimWorth(
  context: Context,
  plan: StakingPlan,
  rule: WorthRule,
): Promise<ClaimWorth> {
  const {client} = context.l1()
  const {from, standing} = plan
  const {rewardMetisWei} = standing.sequencer
  const [claim] = plan.calls
  if (!claim) throw new Error('A claim has one call.')
  const transaction = {account: from, to: claim.to, data: claim.data, value: claim.valueWei}
  const [gas, asked] = await Promise.all([
    estimateGas(client, transaction).catch((error: unknown) => {
      throw fromRevert(error, {...claim, from})
    }),
    getGasPrice(client),
  ])
  const {maxFeeWei} = rule
  const gasPrice = maxFeeWei !== undefined && maxFeeWei < asked ? maxFeeWei : asked
  const costEthWei = claim.valueWei + gas * gasPrice
  const ratio = worthRatio(rewardMetisWei, costEthWei, rule.metisPerEth)
  const worth = {rewardMetisWei, costEthWei, ratio, minRatio: rule.minRatio}
  if (ratio < rule.minRatio) throw notWorth(worth, rule.metisPerEth)
  return worth
}

/** @returns times 1e18; a claim that costs nothing is worth as much as the reward in wei */
export function worthRatio(
  rewardMetisWei: bigint,
  costEthWei: bigint,
  metisPerEth: bigint | undefined,
): bigint {
  const costMetisWei = (costEthWei * (metisPerEth ?? ONE)) / ONE
  return (rewardMetisWei * ONE) / (costMetisWei > 0n ? costMetisWei : 1n)
}

function notWorth(worth: ClaimWorth, metisPerEth: bigint | undefined): MetisSeqError {
  const {rewardMetisWei, costEthWei, ratio, minRatio} = worth
  const unit = metisPerEth === undefined ? ' METIS per ETH' : ' times its cost'
  return new MetisSeqError({
    code: 'CLAIM_NOT_WORTH',
    message: `The claim would bring ${formatWeiShort(rewardMetisWei)} METIS for ${formatWeiShort(costEthWei, 6)} ETH: ${formatWeiShort(ratio)}${unit}, and ${formatWei(minRatio)} is asked for.`,
    exit: 'precondition',
    facts: {
      rewardMetisWei: `${rewardMetisWei}`,
      costEthWei: `${costEthWei}`,
      ratio: formatWei(ratio),
      minRatio: formatWei(minRatio),
    },
    hints: [
      'Wait for more reward or cheaper gas, then run the same command again.',
      'Run `metis-seq reward forecast` to see when the next reward batch is due.',
    ],
    retryable: true,
  })
}
