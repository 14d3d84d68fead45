import {isRecord, type Json, type JsonObject} from '../lib/json.ts'
import type {TlsOptions} from '../lib/json-rpc.ts'
import {
  readBatchId,
  readRespans,
  readRespanState,
  readSpan,
  readSyncing,
  readPosFailures,
  readValidators,
  type PosFailure,
  type RespanPage,
  type RespanState,
  type ThemisSpan,
  type ThemisValidator,
} from '../protocol/themis.ts'
import type {SourceState} from './connect.ts'
import {connectRest} from './pos-client.ts'

/** A consensus layer, ours or a real Themis, as used here. */
export interface PosClient {
  /** The newest span; null when the response has none. */
  latestSpan(): Promise<ThemisSpan | null>
  /**
   * A span by its number.
   *
   * @throws {MetisSeqError} POS_ERROR without one
   */
  span(id: bigint): Promise<ThemisSpan | null>
  /** A page of the respans that were carried out, at most 20. @param page from 1 */
  respans(page: number): Promise<RespanPage>
  validators(): Promise<ThemisValidator[]>
  /** Id of the current reward batch, unparsed. */
  batchId(): Promise<Json>
  /** The account that signs for it; null when the response has none. */
  mpc(): Promise<JsonObject | null>
  /** Null if not reported. */
  syncing(): Promise<boolean | null>
  /** Only reported by ours. Null if not reported. */
  failures(): Promise<PosFailure[] | null>
  /** Only reported by ours. Null if not reported. */
  respanState(): Promise<RespanState | null>
  /** Height of its chain as of the last answer that had one; null before. */
  newestHeight(): bigint | null
  source: SourceState
}

/** Themis gives no more at once. */
export const RESPANS_PER_PAGE = 20

/**
 * Reads Themis' paths, so that it works with a real Themis too; responses become typed facts here
 * and nowhere else.
 *
 * @throws {MetisSeqError} on use: POS_UNREACHABLE, POS_ERROR
 */
export function connectThemis(baseUrl: string, timeoutMs?: number, tls?: TlsOptions): PosClient {
  const rest = connectRest(baseUrl, timeoutMs, tls)
  return {
    source: rest.source,
    newestHeight: rest.newestHeight,
    latestSpan: async () => readSpan(await rest.get('/metis/latest-span')),
    span: async (id) => readSpan(await rest.get(`/metis/span/${id}`)),
    respans: async (page) =>
      readRespans(await rest.get(`/metis/respan/list?page=${page}&limit=${RESPANS_PER_PAGE}`)),
    validators: async () => readValidators(await rest.get('/staking/validator-set')),
    batchId: async () => readBatchId(await rest.get('/staking/current-batch')),
    mpc: async () => {
      const value = await rest.get('/mpc/latest/0')
      return isRecord(value) ? value : null
    },
    syncing: async () => readSyncing(await rest.getBare('/syncing')),
    respanState: async () => readRespanState(await rest.getBare('/metis-seq/status')),
    failures: async () => readPosFailures(await rest.getBare('/metis-seq/status')),
  }
}
