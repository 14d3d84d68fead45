import {estimateGas, getGasPrice} from 'viem/actions'

import {MetisSeqError} from '../../lib/errors.ts'
import {formatWei, formatWeiShort, plainWei} from '../../lib/units.ts'
import type {Context} from '../context.ts'
import type {Trap} from '../sending/plan.ts'
import {refusalOf} from '../sending/planned-call.ts'
import type {StakingPlan} from '../staking/staking-plan.ts'

const ONE = 10n ** 18n

/** Whether a claim is worth its cost. Neither L1 nor L2 has a METIS price, so the operator supplies it. */
export interface ClaimRule {
  /** Minimum ratio, scaled by 1e18. */
  minRatio: bigint
  /** METIS per ETH, scaled by 1e18. Undefined: the ratio is METIS claimed per ETH spent. */
  metisPerEth: bigint | undefined
}

/** Reward and current cost of a claim. */
export interface ClaimCost {
  rewardMetisWei: bigint
  /** Bridge fee, and gas at the current price. */
  costEthWei: bigint
}

/** The same, compared. */
export interface ClaimEconomics extends ClaimCost {
  /**
   * Times 1e18. With a price the value of the reward over the cost: reward / (cost x METIS per ETH).
   * Without one METIS claimed per ETH spent: reward / cost.
   */
  ratio: bigint
  minRatio: bigint
}

/**
 * Evaluates a claim against the current chain. Sends nothing.
 *
 * @param maxFeeWei maximum gas price; undefined for the current price on L1
 * @throws {MetisSeqError} the mapped revert of the claim
 */
export async function measureClaim(
  context: Context,
  plan: StakingPlan,
  maxFeeWei: bigint | undefined,
): Promise<ClaimCost> {
  const {client} = context.l1()
  const {from, snapshot} = plan
  const {rewardMetisWei} = snapshot.sequencer
  const [claim] = plan.calls
  if (!claim) throw new Error('A claim has one call.')
  const transaction = {account: from, to: claim.to, data: claim.data, value: claim.valueWei}
  const [gas, asked] = await Promise.all([
    estimateGas(client, transaction).catch((error: unknown) => {
      throw refusalOf(error, claim, from)
    }),
    getGasPrice(client),
  ])
  const gasPrice = maxFeeWei !== undefined && maxFeeWei < asked ? maxFeeWei : asked
  return {rewardMetisWei, costEthWei: claim.valueWei + gas * gasPrice}
}

/**
 * Stops a claim whose reward is too small for its cost.
 *
 * @throws {MetisSeqError} CLAIM_NOT_WORTH
 */
export function assertClaimPays(cost: ClaimCost, rule: ClaimRule): ClaimEconomics {
  const {minRatio, metisPerEth} = rule
  const ratio = worthRatio(cost.rewardMetisWei, cost.costEthWei, metisPerEth)
  const worth = {...cost, ratio, minRatio}
  if (ratio < minRatio) throw notWorth(worth, metisPerEth)
  return worth
}

/**
 * A claim that costs more than its reward. Without a price, one METIS counts as one ETH, far above
 * any real price, so the warning is certain.
 */
export function claimLossTrap(cost: ClaimCost, metisPerEth: bigint | undefined): Trap[] {
  const {rewardMetisWei, costEthWei} = cost
  if (worthRatio(rewardMetisWei, costEthWei, metisPerEth) >= ONE) return []
  return [
    {
      id: 'claim-at-a-loss',
      message: `The claim brings ${formatWeiShort(rewardMetisWei, 6)} METIS and costs ${formatWeiShort(costEthWei, 6)} ETH: more than it is worth. Wait for more rewards.`,
    },
  ]
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

function notWorth(worth: ClaimEconomics, metisPerEth: bigint | undefined): MetisSeqError {
  const {rewardMetisWei, costEthWei, ratio, minRatio} = worth
  const unit = metisPerEth === undefined ? ' METIS per ETH' : ' times its cost'
  return new MetisSeqError({
    code: 'CLAIM_NOT_WORTH',
    message: `The claim would bring ${formatWeiShort(rewardMetisWei)} METIS for ${formatWeiShort(costEthWei, 6)} ETH: ${formatWeiShort(ratio)}${unit}, and ${formatWei(minRatio)} is asked for.`,
    facts: {
      rewardMetisWei: `${rewardMetisWei}`,
      costEthWei: `${costEthWei}`,
      ratio: plainWei(ratio),
      minRatio: plainWei(minRatio),
    },
    hints: [
      'Wait for more rewards or cheaper gas, then run the same command again.',
      'Run `metis-seq reward forecast` to see when the next reward batch is due.',
    ],
  })
}
