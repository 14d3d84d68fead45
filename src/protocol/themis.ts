/** In: responses of Themis' REST API, perhaps of another version. Out: typed values, parsed once for every reader. */
import {isAddress, type Address} from 'viem'

import {isRecord, type Json, type JsonObject} from '../lib/json.ts'
import {isPlausibleEpoch, MOST_BLOCK, MOST_EPOCH_NUMBER, type Epoch} from './epoch.ts'
import type {RespanRecord} from './rotation/records.ts'
import {MOST_POWER, type Candidate} from './span.ts'

/** A scalar from a server that may run another version: shown unchanged, used in arithmetic only if it is a number. */
export type ThemisField = string | number | null

/** Source: Themis `types/span.go`. */
export interface ThemisSpan {
  /** As it came. */
  json: JsonObject
  id: ThemisField
  startBlock: ThemisField
  endBlock: ThemisField
  /** Signer of the first of its producers. */
  producer: ThemisField
}

/** Source: Themis `types/validator.go`. */
export interface ThemisValidator {
  json: JsonObject
  id: ThemisField
  signer: ThemisField
  power: ThemisField
  startBatch: ThemisField
  endBatch: ThemisField
  isJailed: boolean
}

/** Active issues of our consensus layer. */
export interface PosFailure {
  part: string
  message: string
  /** Wall clock, milliseconds since 1970. */
  sinceMs: number
}

/** @param value of `/metis/latest-span` @returns null for anything but an object */
export function readSpan(value: Json): ThemisSpan | null {
  if (!isRecord(value)) return null
  const [producer = null] = listIn(value, 'selected_producers')
  return {
    json: value,
    id: fieldIn(value, 'span_id'),
    startBlock: fieldIn(value, 'start_block'),
    endBlock: fieldIn(value, 'end_block'),
    producer: isRecord(producer) ? fieldIn(producer, 'signer') : null,
  }
}

/** @returns undefined for a span without a producer or with invalid numbers */
export function epochOfSpan({id, startBlock, endBlock, producer}: ThemisSpan): Epoch | undefined {
  if (typeof producer !== 'string' || !isAddress(producer)) return undefined
  if (!isWhole(id) || !isWhole(startBlock) || !isWhole(endBlock)) return undefined
  const blocks = {startBlock: BigInt(startBlock), endBlock: BigInt(endBlock)}
  const epoch = {number: BigInt(id), signer: producer, ...blocks}
  return isPlausibleEpoch(epoch) ? epoch : undefined
}

/** @param value of `/staking/validator-set` */
export function readValidators(value: Json): ThemisValidator[] {
  return (isRecord(value) ? objectsIn(value, 'validators') : []).map((json) => ({
    json,
    id: fieldIn(json, 'ID'),
    signer: fieldIn(json, 'signer'),
    power: fieldIn(json, 'power'),
    startBatch: fieldIn(json, 'startBatch'),
    endBatch: fieldIn(json, 'endBatch'),
    isJailed: json['jailed'] === true,
  }))
}

/** For the selection of producers. @returns undefined for one with unusable values */
export function candidateOf(validator: ThemisValidator): Candidate | undefined {
  const {signer, power, isJailed: jailed} = validator
  const startBatch = wholeOf(validator.startBatch)
  const endBatch = wholeOf(validator.endBatch)
  if (typeof signer !== 'string' || !isAddress(signer) || !isWhole(power)) return undefined
  if (startBatch === undefined || endBatch === undefined) return undefined
  if (power < 0 || power > MOST_POWER) return undefined
  return {signer, power, startBatch: BigInt(startBatch), endBatch: BigInt(endBatch), jailed}
}

/** The validators at the time a span was planned. */
export function validatorsOfSpan({json}: ThemisSpan): ThemisValidator[] {
  return readValidators(json['validator_set'] ?? null)
}

/**
 * Power of a span's producer: the number of draws it won where it was drawn, otherwise its stake.
 * A respan or a recovery sets a producer with its stake.
 *
 * - Source: Themis `metis/keeper.go`, FreezeSet and FreezeFixedSet.
 */
export function producerPowerOf({json}: ThemisSpan): number | undefined {
  const [producer = null] = listIn(json, 'selected_producers')
  return isRecord(producer) ? wholeOf(fieldIn(producer, 'power')) : undefined
}

/** The L2 chain of a span; null where it names none. */
export function chainOfSpan({json}: ThemisSpan): ThemisField {
  return fieldIn(json, 'metis_chain_id')
}

export interface RespanPage {
  /** Those with usable values, as they came. */
  respans: RespanRecord[]
  /** Length of the page, unusable ones included. */
  listed: number
}

/** @param value of `/metis/respan/list` */
export function readRespans(value: Json): RespanPage {
  const list = Array.isArray(value) ? (value as readonly Json[]) : []
  const respans = list.flatMap((item) => (isRecord(item) ? (respanOf(item) ?? []) : []))
  return {respans, listed: list.length}
}

function respanOf(json: JsonObject): RespanRecord | undefined {
  const [number, startBlock, l2Epoch] = ['span_id', 'start_block', 'current_l2_epoch'].map((name) =>
    wholeOf(fieldIn(json, name)),
  )
  const [from, to] = ['current_producer', 'next_producer'].map((name) => fieldIn(json, name))
  if (number === undefined || startBlock === undefined || l2Epoch === undefined) return undefined
  if (typeof from !== 'string' || typeof to !== 'string') return undefined
  if (!isAddress(from) || !isAddress(to)) return undefined
  if (number < 0 || startBlock < 0) return undefined
  if (Math.max(number, l2Epoch) > MOST_EPOCH_NUMBER || startBlock > MOST_BLOCK) return undefined
  const blocks = {startBlock: BigInt(startBlock), l2Epoch: BigInt(l2Epoch)}
  return {number: BigInt(number), from, to, ...blocks}
}

/** @param value of `/staking/current-batch` @returns the id, unchanged */
export function readBatchId(value: Json): Json {
  return isRecord(value) ? (value['batch'] ?? null) : null
}

/** @param value of `/syncing` @returns null where it is not reported */
export function readSyncing(value: Json): boolean | null {
  return isRecord(value) && typeof value['syncing'] === 'boolean' ? value['syncing'] : null
}

/** Issues to store: more add no information. */
const MOST_FAILURES = 8

/** What our consensus layer says of its respans; a real Themis keeps it to itself. */
export interface RespanState {
  /** Tried in that epoch so far, failed ones included. */
  attempts: {epoch: bigint; count: bigint}
  /** The one on its way, which no other replaces while the head stands; null without one. */
  pending: {to: Address; startBlock: bigint; attempt: bigint} | null
  /** Producers that it passes over. */
  excluded: Address[]
}

/** @param value of `/metis-seq/status`, which only ours has @returns null where it is not reported */
export function readRespanState(value: Json): RespanState | null {
  if (!isRecord(value) || !isRecord(value['respanAttempts'])) return null
  const epoch = signedOf(value['respanAttempts']['epoch'])
  const count = signedOf(value['respanAttempts']['count'])
  if (epoch === undefined || count === undefined) return null
  const excluded = listIn(value, 'distrusted').filter(
    (each): each is Address => typeof each === 'string' && isAddress(each),
  )
  const pending = value['pendingRespan']
  return {
    attempts: {epoch, count},
    pending: isRecord(pending) ? pendingOf(pending) : null,
    excluded,
  }
}

function pendingOf(json: JsonObject): RespanState['pending'] {
  const to = json['nextProducer']
  const startBlock = signedOf(json['startBlock'])
  const attempt = signedOf(json['attempt'])
  if (typeof to !== 'string' || !isAddress(to)) return null
  return startBlock === undefined || attempt === undefined ? null : {to, startBlock, attempt}
}

function signedOf(value: Json | undefined): bigint | undefined {
  const number = wholeOf(value ?? null)
  return number === undefined ? undefined : BigInt(number)
}

/** @param value of `/metis-seq/status`, which only ours has @returns null where it is not reported */
export function readPosFailures(value: Json): PosFailure[] | null {
  if (!isRecord(value) || !Array.isArray(value['troubles'])) return null
  return objectsIn(value, 'troubles')
    .slice(0, MOST_FAILURES)
    .flatMap(({part, message, sinceMs}) =>
      typeof part === 'string' && typeof message === 'string' && typeof sinceMs === 'number'
        ? [{part, message, sinceMs}]
        : [],
    )
}

/** An integer, which some responses encode as text. */
export function wholeOf(field: Json): number | undefined {
  // An empty text is not 0, and no server writes `0x10` or `1e3`.
  if (typeof field === 'string' && !/^-?\d+$/.test(field)) return undefined
  const number = typeof field === 'string' || typeof field === 'number' ? Number(field) : Number.NaN
  return Number.isSafeInteger(number) ? number : undefined
}

function isWhole(field: ThemisField): field is number {
  return Number.isSafeInteger(field)
}

function fieldIn(from: JsonObject, name: string): ThemisField {
  const value = from[name]
  return typeof value === 'string' || typeof value === 'number' ? value : null
}

function objectsIn(from: JsonObject, name: string): JsonObject[] {
  return listIn(from, name).flatMap((item) => (isRecord(item) ? [item] : []))
}

function listIn(from: JsonObject, name: string): readonly Json[] {
  const value = from[name]
  return Array.isArray(value) ? (value as readonly Json[]) : []
}
