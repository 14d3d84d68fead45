import {MetisSeqError} from '../lib/errors.ts'
import {formatWei, plainWei} from '../lib/units.ts'
import {capabilitiesOfNodes} from '../protocol/node-runtime.ts'
import type {Consensus} from './consensus.ts'
import type {OwnSigner} from './mpc-signer.ts'
import type {HostOptions} from './observations.ts'
import {
  planRewards,
  signRewardBatch,
  waitForRewardReceipt,
  type RewardContext,
  type RewardDecision,
} from './reward-submitter.ts'
import type {SentRewardBatch} from './state.ts'

/** How long one run waits for its receipt. The next run checks again. */
const RECEIPT_TIMEOUT_MS = 120_000

type DriverOptions = Pick<
  HostOptions,
  'network' | 'l1' | 'l2' | 'logger' | 'clock' | 'pollMs' | 'rewardBatchEpochs'
> & {
  signer: OwnSigner
  consensus: Pick<Consensus, 'tip' | 'propose' | 'isDue'>
  signal: AbortSignal
}

/** The due reward batch, from plan to receipt. Runs outside the loop. */
export function createRewardDriver(options: DriverOptions): () => Promise<boolean> {
  const {network, signer, l1, l2, logger, clock, pollMs, rewardBatchEpochs} = options
  const {consensus, signal} = options
  const contextOfNow = (): RewardContext => ({
    l1,
    l2: l2.one(),
    l1Network: network.l1,
    sequencerSet: network.l2.contracts.sequencerSet,
    signer,
    hasSafeHead: capabilitiesOfNodes(network).safeHead,
  })
  let warnedOf: string | undefined

  async function settle(sent: SentRewardBatch, timeoutMs: number): Promise<boolean> {
    const hash = sent.txHash
    const outcome = await waitForRewardReceipt({l1, hash, clock, pollMs, timeoutMs, signal})
    if (!outcome) return false
    await consensus.propose({type: 'record-reward-batch', batch: {...sent, outcome}})
    if (outcome === 'credited') return true
    throw new MetisSeqError({
      code: 'REWARD_BATCH_REVERTED',
      message: `Reward batch ${sent.batchId} was mined but reverted.`,
      facts: {batchId: `${sent.batchId}`, txHash: hash},
    })
  }

  return async () => {
    if (!consensus.isDue()) return false
    const last = consensus.tip().state.lastRewardBatch
    // Left over from before a restart, or from a slow chain.
    if (last?.outcome === 'sent') await settle(last, 0)
    const context = contextOfNow()
    const decision = await planRewards(context, rewardBatchEpochs)
    if (decision.kind === 'refused') throw refusal(decision)
    if (decision.kind === 'wait') return false
    const {batch, totalMetisWei, blockedBy} = decision
    if (blockedBy && warnedOf !== blockedBy.signer) {
      warnedOf = blockedBy.signer
      logger.warn('reward-batch-cut-short', {
        ...blockedBy,
        why: 'LockingPool cannot pay this signer',
      })
    }
    const {raw, hash} = await signRewardBatch(context, batch)
    const sent: SentRewardBatch = {...batch, txHash: hash, outcome: 'sent'}
    // Durable before it is sent: after a crash its receipt is checked first.
    await consensus.propose({type: 'record-reward-batch', batch: sent})
    const {accepted, refusals} = await l1.sendToOne(raw)
    if (accepted === 0) logger.warn('reward-batch-refused', {reason: refusals[0]?.reason})
    logger.info('reward-batch-sent', {
      batchId: batch.batchId,
      totalMetis: plainWei(totalMetisWei),
      txHash: hash,
    })
    return settle(sent, RECEIPT_TIMEOUT_MS)
  }
}

function refusal(decision: Extract<RewardDecision, {kind: 'refused'}>): MetisSeqError {
  const base = {code: 'REWARD_BATCH_REFUSED'} as const
  switch (decision.reason) {
    case 'gap':
      return new MetisSeqError({
        ...base,
        message: `The L2 contract has no epoch ${decision.expectedEpoch}, which is due for payment.`,
      })
    case 'unpayable-signer': {
      const {epoch, signer} = decision.blockedBy
      return new MetisSeqError({
        ...base,
        message: `LockingPool no longer knows ${signer}, which produced epoch ${epoch}: any reward batch with this epoch reverts for everyone.`,
        facts: {epoch: `${epoch}`, signer},
      })
    }
    case 'not-mpc':
      return new MetisSeqError({
        ...base,
        message: `LockingPool accepts reward batches from ${decision.mpcAddress}, which is not our MPC account.`,
        facts: {mpcAddress: decision.mpcAddress},
      })
    case 'payer-short': {
      const {payer, neededWei, availableWei} = decision
      return new MetisSeqError({
        ...base,
        message: `The reward payer ${payer} can pay ${formatWei(availableWei)} METIS of the ${formatWei(neededWei)} that are due.`,
        facts: {payer, neededWei: `${neededWei}`, availableWei: `${availableWei}`},
        hints: ['Fund the reward payer, or raise its allowance to LockingInfo.'],
      })
    }
  }
}
