import {expect, test} from 'vitest'

import type {NodeStatus} from '../../src/protocol/node-status.ts'
import {readNodeStatusFacts} from '../../src/protocol/read-node-status.ts'

const address = `0x${'11'.repeat(20)}` as const
const hash = `0x${'22'.repeat(32)}` as const
const trouble = {code: 'SECOND_SIGNER', message: 'Another node signs.', sinceMs: 5}

/** Every fact there is. */
const full: NodeStatus = {
  ...{
    name: 'alpha',
    version: '0.1.0',
    pid: 7,
    chainId: 108_800,
    address,
    phase: 'halted',
    phaseSinceMs: 5,
  },
  halted: trouble,
  waitingFor: {needs: ['l1-batches', 'later-turn'], sinceMs: 6},
  diverged: {
    ...{block: 9, ours: hash, theirs: hash, producer: address, state: 'doubted', sinceMs: 7},
    ...{peersBeyond: [address], peersWithUs: []},
  },
  l1Divergence: {block: 8, batchIndex: 2, sinceMs: 9},
  twin: {peerId: '12D3', addresses: ['/ip4/192.0.2.1'], startedAtMs: 1, yields: true, sinceMs: 2},
  ...{turn: 'mine', producer: address},
  epoch: {number: 3, startBlock: 1, endBlock: 20, signer: address},
  head: {number: 8, hash, timestamp: 1_700_000_000},
  ...{headAgeMs: 1200, safe: 5, finalized: null},
  pool: {pending: 1, queued: 2, limit: 3, full: true, late: 4},
  peers: [{address, peerAddress: '/ip4/192.0.2.1', head: 9, lagBlocks: -1, ageMs: 10}],
  ...{bestPeerHead: 9, syncing: true},
  sync: {target: 9, remaining: 1, blocksPerSecond: 0.5, etaSeconds: 2},
  ...{blocksSealed: 4, lastError: {batch: 'BATCH_STUCK: x'}},
  engine: {
    version: 'anvil/1',
    lastExecuteMs: 4.5,
    busyMs: 7,
    restarts: 2,
    restartingSinceMs: 11,
    isolation: 'namespace',
    outsideChanges: 3,
    state: {leaves: 1, limit: 2, rootMs: 0.5},
  },
  l1: {head: 100, ageMs: 3, reachable: false, trouble},
  batches: {landedBlock: 5, oldestAgeMs: 12, sends: true, stuck: trouble},
  guard: {floor: 9, signedUpTo: 8, trusted: false},
  clockSkewMs: -900,
  wallets: [{alias: 'mpc', chain: 'l2', address, balanceWei: '1', lowWei: '2'}],
  descriptors: {limit: 256, wanted: 2480, isTight: true, connections: 70},
  refused: [{kind: 'calls', count: 12, sinceMs: 13}],
  disk: {freeBytes: 1, totalBytes: 2},
}

test('what a node writes is what a reader gets', () => {
  expect(readNodeStatusFacts(JSON.parse(JSON.stringify(full)))).toEqual(full)
})

test('a node that knows less than we do leaves the facts it does not know open', () => {
  const old = {phase: 'following', head: {number: 8, hash, timestamp: 1}, l1: {head: 1, ageMs: 2}}
  expect(readNodeStatusFacts(old)).toMatchObject({
    ...{phase: 'following', halted: null, waitingFor: null, diverged: null, twin: null},
    ...{turn: 'unknown', epoch: null, peers: [], wallets: [], disk: null, clockSkewMs: null},
    l1: {head: 1, ageMs: 2, reachable: true, trouble: null},
    batches: {landedBlock: null, stuck: null},
    guard: {trusted: true},
    ...{descriptors: {limit: null, isTight: false}, refused: []},
  })
})

test.each([null, 'text', [], {}, {phase: 'following'}, {phase: 'new', head: {number: 1}}])(
  '%j is no account of a node',
  (value) => {
    expect(readNodeStatusFacts(value)).toBeUndefined()
  },
)

test('values of the wrong type are unknown, never taken as they are', () => {
  const odd = {
    ...{phase: 'following', head: {number: 8}, peers: 'none', wallets: [5, {balanceWei: '-1'}]},
    ...{halted: 'yes', waitingFor: {needs: ['x', 'peers']}, clockSkewMs: 'fast', l1: {head: 'x'}},
  }
  expect(readNodeStatusFacts(odd)).toMatchObject({
    ...{peers: [], halted: null, clockSkewMs: null, l1: null},
    waitingFor: {needs: ['peers'], sinceMs: 0},
    wallets: [{balanceWei: '0'}],
  })
})

test('numbers that a node does not say are nothing, never absent', () => {
  const empty = readNodeStatusFacts({
    ...{
      phase: 'following',
      head: {number: 0},
      halted: {},
      waitingFor: {needs: ['l1-batches']},
      l1Divergence: {block: 1},
      twin: {},
    },
    ...{diverged: {block: 1}, epoch: {number: 1}, sync: {}, l1: {head: 1}},
    ...{peers: [{}], wallets: [{}], refused: [{kind: 'calls', count: 1}]},
  })
  expect(empty).toMatchObject({
    halted: {code: 'UNKNOWN', message: '', sinceMs: 0},
    waitingFor: {needs: ['l1-batches'], sinceMs: 0},
    diverged: {block: 1, sinceMs: 0, state: 'refused'},
    l1Divergence: {block: 1, batchIndex: 0, sinceMs: 0},
    twin: {peerId: '', addresses: [], startedAtMs: 0, yields: false, sinceMs: 0},
    epoch: {number: 1, startBlock: 0, endBlock: 0},
    head: {number: 0, timestamp: 0},
    ...{headAgeMs: 0, blocksSealed: 0, phaseSinceMs: 0},
    pool: {pending: 0, queued: 0, limit: 0, full: false, late: 0},
    peers: [{peerAddress: '', head: 0, lagBlocks: 0, ageMs: 0}],
    sync: {target: 0, remaining: 0, blocksPerSecond: 0, etaSeconds: null},
    l1: {head: 1, ageMs: 0, reachable: true, trouble: null},
    guard: {floor: 0, signedUpTo: null, trusted: true},
    wallets: [{alias: '', chain: 'l2', balanceWei: '0', lowWei: '0'}],
    descriptors: {limit: null, wanted: 0, isTight: false, connections: 0},
    refused: [{kind: 'calls', count: 1, sinceMs: 0}],
    engine: {restarts: 0, outsideChanges: 0, state: {leaves: 0, limit: 0, rootMs: null}},
  })
})
