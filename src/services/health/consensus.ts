import {getAddress, type Address} from 'viem'

import type {PosClient} from '../../chain/themis-client.ts'
import type {PosFacts} from '../../health/snapshot.ts'
import {forecastProducers} from '../../protocol/span.ts'
import type {Context} from '../context.ts'
import type {EpochView} from '../rotation/epochs.ts'
import {readPlan} from '../rotation/plan.ts'

const FORECAST_EPOCHS = 64

/** A future epoch according to the selection, valid while no stake changes. */
export interface ForecastTurn {
  number: bigint
  signer: Address
  mine: boolean
}

/** Status of the consensus layer and its upcoming epochs. */
export interface PosLook extends PosFacts {
  /** Epochs after the newest span. Valid only while the layer is up to date. */
  turns: ForecastTurn[]
  /** The newest span as an epoch; null when it cannot be read as one. */
  planned: EpochView | null
}

/**
 * Reads Themis' paths, so that it works with a real Themis, plus the paths of our own where available.
 *
 * @throws {MetisSeqError} POS_UNREACHABLE, POS_ERROR, POS_ANSWER_WRONG
 */
export async function readPos(pos: PosClient, signer: Address | null): Promise<PosLook> {
  const [look, troubles] = await Promise.all([readPlan(pos), pos.failures().catch(() => null)])
  const {latest: plan, latestNumber, candidates, l1Batch, syncing} = look
  const turns = forecastProducers(latestNumber + 1n, FORECAST_EPOCHS, candidates, l1Batch)
  const isMine = (producer: string) => producer.toLowerCase() === signer?.toLowerCase()
  return {
    latestSpan: latestNumber,
    validators: candidates.length,
    syncing,
    troubles,
    planned: plan ? {...plan, state: 'planned', mine: isMine(plan.signer)} : null,
    turns: turns.map(({spanId: number, signer: producer}) => ({
      number,
      signer: getAddress(producer),
      mine: isMine(producer),
    })),
  }
}

/** The consensus layer of a context; null where the network has none. */
export function posReader(context: Context): (() => Promise<PosLook>) | null {
  const pos = context.pos()
  return pos && (() => readPos(pos, context.profile?.signer ?? null))
}
