import {getAddress, type Address} from 'viem'

import type {PosClient} from '../../chain/themis-client.ts'
import type {PosFacts} from '../../health/snapshot.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {forecastProducers} from '../../protocol/span.ts'
import {candidateOf, epochOfSpan, wholeOf} from '../../protocol/themis.ts'
import type {Context} from '../context.ts'
import type {EpochView} from '../rotation/epochs.ts'

const FORECAST_EPOCHS = 64

/** A turn that the selection gives while nobody's stake changes. */
export interface ForecastTurn {
  number: bigint
  signer: Address
  mine: boolean
}

/** What the consensus layer says of itself and of turns to come. */
export interface PosLook extends PosFacts {
  /** Turns after the newest span. Hold only while the layer is up to date. */
  turns: ForecastTurn[]
  /** The newest span as an epoch; null when it cannot be read as one. */
  planned: EpochView | null
}

/**
 * Reads Themis' paths, so that a real Themis answers as well, and what only ours has where it is there.
 *
 * @throws {MetisSeqError} POS_UNREACHABLE, POS_ERROR, POS_ANSWER_WRONG
 */
export async function readPos(pos: PosClient, signer: Address | null): Promise<PosLook> {
  const [validators, batch, span, syncing, troubles] = await Promise.all([
    pos.validators(),
    pos.batchId(),
    pos.latestSpan(),
    pos.syncing().catch(() => null),
    pos.troubles().catch(() => null),
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

/** The consensus layer of a context; null where the network names none. */
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
