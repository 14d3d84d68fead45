import {getAddress, type Address} from 'viem'

import type {PosClient} from '../../chain/themis-client.ts'
import type {PosFacts} from '../../health/snapshot.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {forecastProducers} from '../../protocol/span.ts'
import {candidateOf, epochOfSpan, wholeOf} from '../../protocol/themis.ts'
import type {Context} from '../context.ts'
import type {EpochView} from '../rotation/epochs.ts'

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
  const [validators, batch, span, syncing, troubles] = await Promise.all([
    pos.validators(),
    pos.batchId(),
    pos.latestSpan(),
    pos.syncing().catch(() => null),
    pos.failures().catch(() => null),
  ])
  const candidates = validators.flatMap((validator) => candidateOf(validator) ?? [])
  const spanId = wholeOf(span?.id ?? null)
  const l1Batch = wholeOf(batch)
  if (!span || spanId === undefined || l1Batch === undefined) throw wrongAnswer()
  const turns = forecastProducers(BigInt(spanId) + 1n, FORECAST_EPOCHS, candidates, BigInt(l1Batch))
  const plan = epochOfSpan(span)
  const isMine = (producer: string) => producer.toLowerCase() === signer?.toLowerCase()
  return {
    latestSpan: BigInt(spanId),
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

function wrongAnswer(): MetisSeqError {
  return new MetisSeqError({
    code: 'POS_ANSWER_WRONG',
    message: 'The consensus layer gave no span or no batch.',
  })
}
