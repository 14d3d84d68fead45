/** When a key may sign though another may have it, and when a node says that it is in step. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {afterEach, beforeEach, expect, test} from 'vitest'

import {systemClock} from '../../src/lib/clock.ts'
import type {LogFacts, Logger} from '../../src/lib/log.ts'
import {BLOCK_CLOCK_SKEW_SECONDS, DUPLICATE_SIGNER_PAUSE_MS} from '../../src/node/limits.ts'
import {StartGate, type StartGateOptions} from '../../src/node/sequencing/start-gate.ts'
import {SyncWatch} from '../../src/node/sequencing/sync-watch.ts'
import {lowerCase} from '../../src/protocol/block.ts'
import {SignGuard} from '../../src/store/sign-guard.ts'
import {signBlock} from '../helpers/sign-block.ts'
import {accountOf, L2_CHAIN_ID} from '../sim/setup.ts'

const STARTED_SECONDS = 1_700_000_000
const key = accountOf('alpha')

let dir: string
let guard: SignGuard
let nowMs: number
let said: [string, LogFacts | undefined][]

const logger = {
  info: (event, facts) => void said.push([event, facts]),
  warn: (event, facts) => void said.push([event, facts]),
} as Logger

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-gate-'))
  SignGuard.createNew(join(dir, 'sign-guard.log'))
  guard = SignGuard.open(join(dir, 'sign-guard.log'))
  nowMs = STARTED_SECONDS * 1000
  said = []
})
afterEach(() => {
  guard.close()
  rmSync(dir, {recursive: true, force: true})
})

function gateWith(exchange: object = {}, options: Partial<StartGateOptions> = {}): StartGate {
  const clock = {...systemClock, nowMs: () => nowMs, monotonicMs: () => nowMs}
  const chain = {
    head: () => ({number: 101, timestamp: STARTED_SECONDS}),
    rotation: {turnAt: () => ({whose: 'other'}), epochOf: () => undefined},
  }
  const gate = new StartGate({
    ...{chain, guard, exchange, me: lowerCase(key.address), chainId: L2_CHAIN_ID, clock, logger},
    ...{l1: () => ({isL1Asked: true, isL1Read: true, holdsL1: true}), isAlone: false},
    ...{startupGraceMs: 0, ...options},
  } as unknown as StartGateOptions)
  gate.start()
  return gate
}

/** A block of ours that came from elsewhere. */
function ownBlock(number: number, timestamp: number, label = '11') {
  const hash = `0x${label.repeat(32)}` as const
  const parts = {hash, parentHash: hash, stateRoot: hash, transactions: []}
  return signBlock({number, timestamp, ...parts}, L2_CHAIN_ID, key)
}

test('a node that has seen its twin signs nothing for ten seconds, and then again', () => {
  const gate = gateWith({duplicateSigner: {sinceMs: nowMs}})
  expect(gate.bars(102)).toBe(true)
  nowMs += DUPLICATE_SIGNER_PAUSE_MS - 1
  expect(gate.bars(102)).toBe(true)
  nowMs++
  expect(gate.bars(102)).toBe(false)
})

test('an own signature from before the start is noted once; one from after it is another signer', () => {
  const gate = gateWith()
  const old = ownBlock(102, STARTED_SECONDS + BLOCK_CLOCK_SKEW_SECONDS)
  gate.noteOwn(old)
  expect(said).toEqual([['own signature found', {block: 102, hash: old.hash}]])
  expect([guard.signedAt(102), guard.isTrusted]).toEqual([old.hash, false])
  gate.noteOwn(old)
  guard.raiseFloor(200)
  gate.noteOwn(ownBlock(150, STARTED_SECONDS))
  expect(said).toHaveLength(1)
  expect(() => gate.noteOwn(ownBlock(102, STARTED_SECONDS, '22'))).toThrow(
    expect.objectContaining({code: 'SECOND_SIGNATURE'}),
  )
  const fresh = ownBlock(201, STARTED_SECONDS + BLOCK_CLOCK_SKEW_SECONDS + 1)
  expect(() => gate.noteOwn(fresh)).toThrow(expect.objectContaining({code: 'SECOND_SIGNER'}))
  // It counts although it stops the node.
  expect(guard.signedAt(201)).toBe(fresh.hash)
  const others = {...ownBlock(202, STARTED_SECONDS), signature: fresh.signature}
  gate.noteOwn(others)
  expect(guard.signedAt(202)).toBeUndefined()
})

test('in step: every peer has at most our blocks, and so has L1; without a peer, only alone', () => {
  const inStep = (heads: number[], options: Partial<StartGateOptions> = {}, hasGreeted = true) => {
    const peers = heads.map((number) => ({head: {number}}))
    return gateWith({hasGreeted, peers: () => peers}, options).isInStep
  }
  expect([inStep([101]), inStep([99, 101]), inStep([101, 102])]).toEqual([true, true, false])
  expect(inStep([101], {}, false)).toBe(false)
  expect([inStep([]), inStep([], {isAlone: true})]).toEqual([false, true])
  const l1 = (isL1Read: boolean) => ({l1: () => ({isL1Asked: true, isL1Read, holdsL1: false})})
  expect([inStep([101], l1(true)), inStep([101], l1(false))]).toEqual([false, true])
})

test('a catch-up says how fast it was, unless nothing was caught up', () => {
  const watch = new SyncWatch(logger)
  watch.observe(0, 100, 120)
  watch.observe(2000, 110, 120)
  expect(watch.view).toEqual({target: 120, remaining: 10, blocksPerSecond: 5, etaSeconds: 2})
  watch.observe(4000, 120, null)
  expect(watch.view).toBeNull()
  expect(said.at(-1)).toEqual(['in step', {head: 120, blocks: 20, seconds: 4}])
  const before = said.length
  watch.observe(5000, 120, 121)
  watch.observe(6000, 120, null)
  watch.observe(7000, 120, null)
  expect(said.slice(before).map(([event]) => event)).toEqual(['syncing'])
})
