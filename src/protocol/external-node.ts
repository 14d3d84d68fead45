/**
 * The status of an external node over JSON-RPC: an l2geth, or one of our nodes on another machine.
 * Untrusted: every part is validated or dropped.
 *
 * - Source: `rollup_getInfo` of MetisProtocol/mvm, `l2geth/internal/ethapi/api.go`; `eth_syncing`, `txpool_status`,
 *   `net_peerCount` and `admin_peers` of go-ethereum 1.9.
 */
import {isHash, type Hash} from 'viem'

import {cleanText} from '../lib/clean-text.ts'
import {isRecord} from '../lib/json.ts'
import {MOST_BLOCK} from './epoch.ts'

export const externalModes = ['sequencer', 'verifier'] as const
export type ExternalMode = (typeof externalModes)[number]

/** In query order. */
export const externalMethods = [
  'eth_getBlockByNumber',
  'rollup_getInfo',
  'eth_syncing',
  'txpool_status',
  'net_peerCount',
  'admin_peers',
  'web3_clientVersion',
] as const
export type ExternalMethod = (typeof externalMethods)[number]

/** Why a part is missing. `not-offered`: the node does not serve the method. */
export const unknownReasons = ['not-offered', 'refused', 'wrong-answer'] as const
export type UnknownReason = (typeof unknownReasons)[number]

export interface RollupInfo {
  mode: ExternalMode
  /** True while it is still ingesting transactions from the data-transport layer. */
  syncing: boolean
  /** Newest L1 block it has, and its time in seconds since 1970. */
  l1Block: number
  l1TimestampSeconds: number
  /** Index of its newest transaction: one below its head. */
  index: number
  queueIndex: number
  verifiedIndex: number
}

export interface ExternalPeer {
  /** Name that the node reports; may be empty. */
  name: string
  /** `host:port`; empty where it reports none. */
  remoteAddress: string
}

/** One reading of an external node. A null part is unknown, and `unknown` says why. */
export interface ExternalNode {
  /** Scheme and host. */
  endpoint: string
  clientVersion: string | null
  /** `timestamp` in seconds since 1970. */
  head: {number: number; hash: Hash; timestamp: number} | null
  rollup: RollupInfo | null
  /** Blocks fetched and to be fetched; `false` when it is not fetching. */
  syncing: false | {currentBlock: number; highestBlock: number} | null
  pool: {pending: number; queued: number} | null
  peerCount: number | null
  /** The first of them; null where it does not list them. */
  peers: ExternalPeer[] | null
  /** Highest head among the other L2 endpoints of the profile; null when none responds. */
  othersHead: number | null
  unknown: {method: ExternalMethod; reason: UnknownReason}[]
}

/** A response, or why there is none. */
export type ExternalAnswer = {answer: unknown} | {refusal: 'not-offered' | 'refused'}

type Parts = Omit<ExternalNode, 'endpoint' | 'othersHead' | 'unknown'>

/** Peers to store: more add no information. */
const MOST_PEERS = 100
const MOST_LETTERS = 200
/** End of the year 9999: later times cannot be written as text. */
const LAST_SECOND = 253_402_300_799

/** Pure. Never throws: a malformed response makes its part unknown. */
export function parseExternalNode(
  endpoint: string,
  answers: Readonly<Record<ExternalMethod, ExternalAnswer>>,
  othersHead: number | null,
): ExternalNode {
  const unknown: ExternalNode['unknown'] = []
  const part = <T>(method: ExternalMethod, parse: (answer: unknown) => T | null): T | null => {
    const given = answers[method]
    const value = 'answer' in given ? parse(given.answer) : null
    if (value === null) {
      unknown.push({method, reason: 'answer' in given ? 'wrong-answer' : given.refusal})
    }
    return value
  }
  const parts: Parts = {
    head: part('eth_getBlockByNumber', parseHead),
    rollup: part('rollup_getInfo', parseRollup),
    syncing: part('eth_syncing', parseSyncing),
    pool: part('txpool_status', parsePool),
    peerCount: part('net_peerCount', parseIndex),
    peers: part('admin_peers', parsePeers),
    clientVersion: part('web3_clientVersion', parseText),
  }
  return {endpoint, ...parts, othersHead, unknown}
}

/** A number that the node returns as a JSON number. */
function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function parseIndex(value: unknown): number | null {
  return typeof value === 'string' && /^0x0{0,51}[0-9a-f]{1,13}$/i.test(value)
    ? Number(value)
    : null
}

function parseText(value: unknown): string | null {
  return typeof value === 'string' ? cleanText(value, MOST_LETTERS) : null
}

function parseHead(value: unknown): ExternalNode['head'] {
  if (!isRecord(value)) return null
  const {hash} = value
  const [number, timestamp] = [parseIndex(value['number']), parseIndex(value['timestamp'])]
  if (number === null || timestamp === null || timestamp > LAST_SECOND) return null
  if (number > Number(MOST_BLOCK)) return null
  if (typeof hash !== 'string' || !isHash(hash)) return null
  return {number, hash, timestamp}
}

function parseRollup(value: unknown): RollupInfo | null {
  if (!isRecord(value)) return null
  const {mode, syncing, ethContext, rollupContext} = value
  if (!isRecord(ethContext) || !isRecord(rollupContext)) return null
  const {blockNumber, timestamp} = ethContext
  const {index, queueIndex, verifiedIndex} = rollupContext
  if (mode !== 'sequencer' && mode !== 'verifier') return null
  if (typeof syncing !== 'boolean' || !isCount(blockNumber) || !isCount(timestamp)) return null
  if (timestamp > LAST_SECOND) return null
  if (!isCount(index) || !isCount(queueIndex) || !isCount(verifiedIndex)) return null
  return {
    ...{mode, syncing, l1Block: blockNumber, l1TimestampSeconds: timestamp},
    ...{index, queueIndex, verifiedIndex},
  }
}

function parseSyncing(value: unknown): ExternalNode['syncing'] {
  if (value === false) return false
  if (!isRecord(value)) return null
  const currentBlock = parseIndex(value['currentBlock'])
  const highestBlock = parseIndex(value['highestBlock'])
  return currentBlock === null || highestBlock === null ? null : {currentBlock, highestBlock}
}

function parsePool(value: unknown): ExternalNode['pool'] {
  if (!isRecord(value)) return null
  const [pending, queued] = [parseIndex(value['pending']), parseIndex(value['queued'])]
  return pending === null || queued === null ? null : {pending, queued}
}

function parsePeers(value: unknown): ExternalPeer[] | null {
  if (!Array.isArray(value) || !value.every(isRecord)) return null
  return value.slice(0, MOST_PEERS).map(({name, network}) => ({
    name: parseText(name) ?? '',
    remoteAddress: isRecord(network) ? (parseText(network['remoteAddress']) ?? '') : '',
  }))
}
