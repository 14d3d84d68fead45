import {MetisSeqError} from '../../lib/errors.ts'
import type {Json, JsonObject} from '../../lib/json.ts'
import type {ThemisSpan, ThemisValidator} from '../../protocol/themis.ts'
import type {Issue} from '../../health/issue.ts'
import type {Context} from '../context.ts'
import {readPos} from '../health/consensus.ts'
import {healthOf, lookOnce} from '../health/look-once.ts'

/** Status of a consensus layer, ours or a real Themis. */
export interface PosView {
  latestSpan: ThemisSpan | null
  validators: ThemisValidator[]
  /** As it came. */
  rewardBatchId: Json
  mpc: JsonObject | null
  /** Active issues of the layer and its epochs, worst first: the same that `status` shows. */
  issues: Issue[]
}

/**
 * Reads the consensus layer through Themis' REST paths only, so it works with a real Themis too.
 *
 * @throws {MetisSeqError} POS_UNKNOWN, POS_UNREACHABLE, POS_ERROR, POS_ANSWER_WRONG
 */
export async function readPosStatus(context: Context): Promise<PosView> {
  const pos = context.pos()
  if (!pos) {
    throw new MetisSeqError({
      code: 'POS_UNKNOWN',
      message: `No consensus layer is known on ${context.networkName}.`,
      facts: {network: context.networkName},
      hints: ['Set one with `metis-seq init --replace --pos-url URL`.'],
    })
  }
  const [latestSpan, validators, rewardBatchId, mpc, sources] = await Promise.all([
    pos.latestSpan(),
    pos.validators(),
    pos.batchId(),
    pos.mpc().catch(() => null),
    lookOnce(context, {lst: {state: 'absent'}}),
    // A response alone does not prove a consensus layer.
    readPos(pos, {signer: null, l2ChainId: context.network.l2.chainId}),
  ])
  const issues = healthOf(context, sources).issues.filter(isOfPos)
  return {latestSpan, validators, rewardBatchId, mpc, issues}
}

/** Missing epochs are its responsibility too. */
function isOfPos({id, sources}: Issue): boolean {
  return sources.includes('pos') || id === 'l2-no-epoch' || id === 'l2-stalled'
}
