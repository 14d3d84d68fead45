import {getAddress, isAddress, type Address} from 'viem'

import type {PosClient} from '../../chain/pos-client.ts'
import type {PosFacts} from '../../health/snapshot.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {isRecord} from '../../lib/json.ts'
import {forecastProducers, type Candidate} from '../../protocol/span.ts'
import type {Context} from '../context.ts'
import {parseSpan, type EpochView} from '../epochs.ts'

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
  const [set, batch, span, syncing, own] = await Promise.all([
    pos.get('/staking/validator-set'),
    pos.get('/staking/current-batch'),
    pos.get('/metis/latest-span'),
    pos.getBare('/syncing').catch(() => null),
    pos.getBare('/metis-seq/status').catch(() => null),
  ])
  const candidates = parseCandidates(set)
  const spanId = isRecord(span) ? Number(span['span_id']) : Number.NaN
  const l1Batch = isRecord(batch) ? Number(batch['batch']) : Number.NaN
  if (!Number.isSafeInteger(spanId) || !Number.isSafeInteger(l1Batch)) throw wrongAnswer()
  const turns = forecastProducers(BigInt(spanId) + 1n, FORECAST_EPOCHS, candidates, BigInt(l1Batch))
  const plan = parseSpan(span)
  const isMine = (producer: string) => producer.toLowerCase() === signer?.toLowerCase()
  return {
    latestSpan: BigInt(spanId),
    validators: candidates.length,
    syncing:
      isRecord(syncing) && typeof syncing['syncing'] === 'boolean' ? syncing['syncing'] : null,
    troubles: parseTroubles(own),
    planned: plan ? {...plan, state: 'planned', mine: isMine(plan.signer)} : null,
    turns: turns.map(({spanId: number, signer: producer}) => ({
      number,
      signer: getAddress(producer),
      mine: isMine(producer),
    })),
  }
}

function parseCandidates(set: unknown): Candidate[] {
  const validators = isRecord(set) && Array.isArray(set['validators']) ? set['validators'] : []
  return validators.filter(isRecord).flatMap((validator) => {
    const {signer, power, startBatch, endBatch, jailed} = validator
    const batches = [Number(startBatch), Number(endBatch)]
    if (typeof signer !== 'string' || !isAddress(signer) || !Number.isSafeInteger(power)) return []
    if (!batches.every(Number.isSafeInteger)) return []
    return [
      {
        signer: signer as Address,
        power: Number(power),
        startBatch: BigInt(batches[0]!),
        endBatch: BigInt(batches[1]!),
        jailed: jailed === true,
      },
    ]
  })
}

/** Troubles kept: more say nothing more. */
const MOST_TROUBLES = 8

function parseTroubles(status: unknown): PosFacts['troubles'] {
  if (!isRecord(status) || !Array.isArray(status['troubles'])) return null
  return status['troubles']
    .filter(isRecord)
    .slice(0, MOST_TROUBLES)
    .flatMap(({part, message, sinceMs}) =>
      typeof part === 'string' && typeof message === 'string' && typeof sinceMs === 'number'
        ? [{part, message, sinceMs}]
        : [],
    )
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
