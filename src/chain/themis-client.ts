import {isRecord, type Json, type JsonObject} from '../lib/json.ts'
import type {TlsOptions} from '../lib/json-rpc.ts'
import {
  readBatchId,
  readSpan,
  readSyncing,
  readTroubles,
  readValidators,
  type PosTrouble,
  type ThemisSpan,
  type ThemisValidator,
} from '../protocol/themis.ts'
import type {SourceState} from './connect.ts'
import {connectRest} from './pos-client.ts'

/** A consensus layer, ours or a real Themis, by what is asked of it. */
export interface PosClient {
  /** The newest span; null when the answer is none. */
  latestSpan(): Promise<ThemisSpan | null>
  validators(): Promise<ThemisValidator[]>
  /** Id of the current reward batch, as it came. */
  batchId(): Promise<Json>
  /** The account that signs for it; null when the answer is none. */
  mpc(): Promise<JsonObject | null>
  /** Null where it does not say. */
  syncing(): Promise<boolean | null>
  /** Only ours tells. Null where it does not say. */
  troubles(): Promise<PosTrouble[] | null>
  source: SourceState
}

/**
 * Reads Themis' paths, so that a real Themis answers as well; each answer becomes facts with types here, and nowhere else.
 *
 * @throws {MetisSeqError} on use: POS_UNREACHABLE, POS_ERROR
 */
export function connectThemis(baseUrl: string, timeoutMs?: number, tls?: TlsOptions): PosClient {
  const rest = connectRest(baseUrl, timeoutMs, tls)
  return {
    source: rest.source,
    latestSpan: async () => readSpan(await rest.get('/metis/latest-span')),
    validators: async () => readValidators(await rest.get('/staking/validator-set')),
    batchId: async () => readBatchId(await rest.get('/staking/current-batch')),
    mpc: async () => {
      const value = await rest.get('/mpc/latest/0')
      return isRecord(value) ? value : null
    },
    syncing: async () => readSyncing(await rest.getBare('/syncing')),
    troubles: async () => readTroubles(await rest.getBare('/metis-seq/status')),
  }
}
