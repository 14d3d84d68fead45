/** In: the status of a node, perhaps of another version. Out: typed facts, parsed once for every reader. */
import type {Address, Hash} from 'viem'

import {isRecord} from '../lib/json.ts'
import {MOST_BLOCK} from './epoch.ts'
import {
  nodeNeeds,
  nodePhases,
  refusedKinds,
  type Divergence,
  type NodeStatus,
  type NodeFailure,
  type SyncView,
  type DuplicateSigner,
  type WalletView,
} from './node-status.ts'

type Fields = Record<string, unknown>

/**
 * Facts that the node does not report are null, or the value of a healthy node: earlier versions
 * lack them.
 *
 * @returns undefined when it is not the status of a node at all
 */
export function readNodeStatusFacts(value: unknown): NodeStatus | undefined {
  if (!isRecord(value)) return undefined
  const phase = nodePhases.find((each) => each === value['phase'])
  const head = fields(value['head'])
  const number = head && numberIn(head, 'number')
  if (!phase || !head || typeof number !== 'number') return undefined
  // Not a height: then nothing else of it is to be believed.
  if (number < 0 || number > Number(MOST_BLOCK)) return undefined
  const pool = fields(value['pool']) ?? {}
  const turn = (['mine', 'other', 'unknown'] as const).find((each) => each === value['turn'])
  return {
    name: textIn(value, 'name') ?? '',
    version: textIn(value, 'version'),
    pid: numberIn(value, 'pid') ?? 0,
    chainId: numberIn(value, 'chainId') ?? 0,
    address: addressIn(value, 'address'),
    phase,
    phaseSinceMs: numberIn(value, 'phaseSinceMs') ?? 0,
    halted: nodeFailureOf(value['halted']),
    waitingFor: waitingOf(value['waitingFor']),
    diverged: divergenceOf(value['diverged']),
    l1Divergence: l1DivergenceOf(value['l1Divergence']),
    twin: duplicateSignerOf(value['twin']),
    turn: turn ?? 'unknown',
    producer: textIn(value, 'producer') as Address | null,
    epoch: epochOf(value['epoch']),
    head: {
      number,
      hash: hashIn(head, 'hash'),
      timestamp: numberIn(head, 'timestamp') ?? 0,
    },
    safe: numberIn(value, 'safe'),
    finalized: numberIn(value, 'finalized'),
    headAgeMs: numberIn(value, 'headAgeMs') ?? 0,
    pool: {
      pending: numberIn(pool, 'pending') ?? 0,
      queued: numberIn(pool, 'queued') ?? 0,
      limit: numberIn(pool, 'limit') ?? 0,
      full: pool['full'] === true,
      late: numberIn(pool, 'late') ?? 0,
    },
    peers: records(value['peers']).map((peer) => ({
      address: addressIn(peer, 'address'),
      peerAddress: textIn(peer, 'peerAddress') ?? '',
      head: numberIn(peer, 'head') ?? 0,
      lagBlocks: numberIn(peer, 'lagBlocks') ?? 0,
      ageMs: numberIn(peer, 'ageMs') ?? 0,
    })),
    bestPeerHead: numberIn(value, 'bestPeerHead'),
    syncing: value['syncing'] === true,
    sync: syncOf(value['sync']),
    blocksSealed: numberIn(value, 'blocksSealed') ?? 0,
    lastError: textsOf(value['lastError']),
    engine: engineOf(value['engine']),
    l1: l1Of(value['l1']),
    batches: batchesOf(value['batches']),
    guard: guardOf(value['guard']),
    clockSkewMs: numberIn(value, 'clockSkewMs'),
    wallets: walletsOf(value['wallets']),
    descriptors: descriptorsOf(value['descriptors']),
    refused: refusedOf(value['refused']),
    disk: diskOf(value['disk']),
  }
}

function nodeFailureOf(value: unknown): NodeFailure | null {
  const found = fields(value)
  if (!found) return null
  return {
    code: textIn(found, 'code') ?? 'UNKNOWN',
    message: textIn(found, 'message') ?? '',
    sinceMs: numberIn(found, 'sinceMs') ?? 0,
  }
}

function waitingOf(value: unknown): NodeStatus['waitingFor'] {
  const found = fields(value)
  if (!found || !Array.isArray(found['needs'])) return null
  const told: readonly unknown[] = found['needs']
  const needs = nodeNeeds.filter((need) => told.includes(need))
  return {needs, sinceMs: numberIn(found, 'sinceMs') ?? 0}
}

function divergenceOf(value: unknown): Divergence | null {
  const found = fields(value)
  const block = found && numberIn(found, 'block')
  if (!found || typeof block !== 'number') return null
  return {
    block,
    ours: hashIn(found, 'ours'),
    theirs: hashIn(found, 'theirs'),
    producer: addressIn(found, 'producer'),
    state: found['state'] === 'doubted' ? 'doubted' : 'refused',
    peersBeyond: addressesIn(found, 'peersBeyond'),
    peersWithUs: addressesIn(found, 'peersWithUs'),
    sinceMs: numberIn(found, 'sinceMs') ?? 0,
  }
}

function l1DivergenceOf(value: unknown): NodeStatus['l1Divergence'] {
  const found = fields(value)
  const block = found && numberIn(found, 'block')
  if (!found || typeof block !== 'number') return null
  const [batchIndex, sinceMs] = [numberIn(found, 'batchIndex'), numberIn(found, 'sinceMs')]
  return {block, batchIndex: batchIndex ?? 0, sinceMs: sinceMs ?? 0}
}

function duplicateSignerOf(value: unknown): DuplicateSigner | null {
  const found = fields(value)
  if (!found) return null
  return {
    peerId: textIn(found, 'peerId') ?? '',
    addresses: textsIn(found, 'addresses'),
    startedAtMs: numberIn(found, 'startedAtMs') ?? 0,
    yields: found['yields'] === true,
    sinceMs: numberIn(found, 'sinceMs') ?? 0,
  }
}

function epochOf(value: unknown): NodeStatus['epoch'] {
  const found = fields(value)
  const number = found && numberIn(found, 'number')
  if (!found || typeof number !== 'number') return null
  const [startBlock, endBlock] = [numberIn(found, 'startBlock'), numberIn(found, 'endBlock')]
  const signer = addressIn(found, 'signer')
  return {number, startBlock: startBlock ?? 0, endBlock: endBlock ?? 0, signer}
}

function syncOf(value: unknown): SyncView | null {
  const found = fields(value)
  if (!found) return null
  return {
    target: numberIn(found, 'target') ?? 0,
    remaining: numberIn(found, 'remaining') ?? 0,
    blocksPerSecond: numberIn(found, 'blocksPerSecond') ?? 0,
    etaSeconds: numberIn(found, 'etaSeconds'),
  }
}

function l1Of(value: unknown): NodeStatus['l1'] {
  const found = fields(value)
  const head = found && numberIn(found, 'head')
  if (!found || typeof head !== 'number') return null
  const ageMs = numberIn(found, 'ageMs') ?? 0
  return {
    head,
    ageMs,
    reachable: found['reachable'] !== false,
    trouble: nodeFailureOf(found['trouble']),
  }
}

function batchesOf(value: unknown): NodeStatus['batches'] {
  const found = fields(value) ?? {}
  return {
    landedBlock: numberIn(found, 'landedBlock'),
    oldestAgeMs: numberIn(found, 'oldestAgeMs'),
    sends: found['sends'] === true,
    stuck: nodeFailureOf(found['stuck']),
  }
}

function guardOf(value: unknown): NodeStatus['guard'] {
  const found = fields(value) ?? {}
  const [floor, signedUpTo] = [numberIn(found, 'floor'), numberIn(found, 'signedUpTo')]
  return {floor: floor ?? 0, signedUpTo, trusted: found['trusted'] !== false}
}

function walletsOf(value: unknown): WalletView[] {
  return records(value).map((found) => ({
    alias: textIn(found, 'alias') ?? '',
    chain: found['chain'] === 'l1' ? 'l1' : 'l2',
    address: addressIn(found, 'address'),
    balanceWei: digitsIn(found, 'balanceWei'),
    lowWei: digitsIn(found, 'lowWei'),
  }))
}

function descriptorsOf(value: unknown): NodeStatus['descriptors'] {
  const found = fields(value) ?? {}
  return {
    limit: numberIn(found, 'limit'),
    wanted: numberIn(found, 'wanted') ?? 0,
    isTight: found['isTight'] === true,
    connections: numberIn(found, 'connections') ?? 0,
  }
}

function refusedOf(value: unknown): NodeStatus['refused'] {
  return records(value).flatMap((found) => {
    const kind = refusedKinds.find((each) => each === found['kind'])
    const [count, sinceMs] = [numberIn(found, 'count'), numberIn(found, 'sinceMs')]
    return kind && count ? [{kind, count, sinceMs: sinceMs ?? 0}] : []
  })
}

function diskOf(value: unknown): NodeStatus['disk'] {
  const found = fields(value)
  const [freeBytes, totalBytes] = found
    ? [numberIn(found, 'freeBytes'), numberIn(found, 'totalBytes')]
    : []
  if (typeof freeBytes !== 'number' || typeof totalBytes !== 'number') return null
  return {freeBytes, totalBytes}
}

function fields(value: unknown): Fields | undefined {
  return isRecord(value) ? value : undefined
}

function records(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

function textIn(found: Fields, name: string): string | null {
  const value = found[name]
  return typeof value === 'string' ? value : null
}

function numberIn(found: Fields, name: string): number | null {
  const value = found[name]
  return typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : null
}

function digitsIn(found: Fields, name: string): string {
  const value = textIn(found, name) ?? ''
  return /^\d+$/.test(value) ? value : '0'
}

function addressIn(found: Fields, name: string): Address {
  return (textIn(found, name) ?? '0x') as Address
}

function hashIn(found: Fields, name: string): Hash {
  return (textIn(found, name) ?? '0x') as Hash
}

function textsIn(found: Fields, name: string): string[] {
  const value = found[name]
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}

function addressesIn(found: Fields, name: string): Address[] {
  return textsIn(found, name) as Address[]
}

function textsOf(value: unknown): Record<string, string> {
  const texts = Object.entries(fields(value) ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return Object.fromEntries(texts)
}

function engineOf(value: unknown): NodeStatus['engine'] {
  const engine = fields(value) ?? {}
  const state = fields(engine['state']) ?? {}
  return {
    version: textIn(engine, 'version') ?? '',
    lastExecuteMs: numberIn(engine, 'lastExecuteMs'),
    busyMs: numberIn(engine, 'busyMs'),
    restarts: numberIn(engine, 'restarts') ?? 0,
    restartingSinceMs: numberIn(engine, 'restartingSinceMs'),
    isolation:
      (['namespace', 'open-port'] as const).find((each) => each === engine['isolation']) ?? null,
    outsideChanges: numberIn(engine, 'outsideChanges') ?? 0,
    state: {
      leaves: numberIn(state, 'leaves') ?? 0,
      limit: numberIn(state, 'limit') ?? 0,
      rootMs: numberIn(state, 'rootMs'),
    },
  }
}
