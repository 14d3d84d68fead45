import {isAddress, type Address} from 'viem'

import type {PosClient} from '../../chain/themis-client.ts'
import type {PosFacts} from '../../health/snapshot.ts'
import type {Context} from '../context.ts'
import type {EpochView} from '../rotation/epochs.ts'
import {readPlan, type PlanLook} from '../rotation/plan.ts'

/** Status of the consensus layer and its upcoming epochs. */
export interface PosLook extends PosFacts {
  /** What the next draws depend on. Valid only while the layer is up to date. */
  plan: PlanLook
  /** The newest span as an epoch; null when it cannot be read as one. */
  planned: EpochView | null
}

/**
 * Reads Themis' paths, so that it works with a real Themis, plus the paths of our own where available.
 *
 * @throws {MetisSeqError} POS_UNREACHABLE, POS_ERROR, POS_ANSWER_WRONG
 */
export async function readPos(
  pos: PosClient,
  {signer, l2ChainId}: {signer: Address | null; l2ChainId: number},
): Promise<PosLook> {
  const [look, troubles] = await Promise.all([
    readPlan(pos, l2ChainId),
    pos.failures().catch(() => null),
  ])
  const {latest, latestNumber, candidates, syncing} = look
  const isMine = (producer: string) => producer.toLowerCase() === signer?.toLowerCase()
  return {
    latestSpan: latestNumber,
    height: pos.newestHeight(),
    validators: candidates.length,
    syncing,
    troubles,
    planned: latest ? {...latest, state: 'planned', mine: isMine(latest.signer)} : null,
    plan: look,
  }
}

/** The consensus layer of a context; null where the network has none. */
export function posReader(context: Context): (() => Promise<PosLook>) | null {
  const pos = context.pos()
  const signer = context.profile?.signer ?? null
  return pos && (() => readPos(pos, {signer, l2ChainId: context.network.l2.chainId}))
}

/** The account that signs for the consensus layer on both chains; null where it is unknown. Never throws. */
export async function readMpcAddress(context: Context): Promise<Address | null> {
  const answer = await context
    .pos()
    ?.mpc()
    .catch(() => null)
  const address = answer?.['mpc_address']
  return typeof address === 'string' && isAddress(address) ? address : null
}
