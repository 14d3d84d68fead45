import {expect, test} from 'vitest'

import {
  STAGE_CHUNK_LEAST,
  NEXT_SLOT_OPENS,
  POOL_UNSEEN,
  PUBLISH_LATE_KEPT,
  PUBLISH_LATE_MOST,
  SEAL_FIXED_MS,
  SEAL_HELD_UP,
  SEAL_RESERVE,
  SEAL_SHARE,
  STAGE_CHUNK,
  STAGE_CHUNK_MS,
  STAGE_RATE_LEAST,
  STAGE_RATE_START,
  STAGE_SHARE_LEAST,
  STAGE_SHARE_MOST,
  STAGE_SHARE_START,
  STAGE_SLACK,
} from '../../src/node/limits.ts'
import {CostModel} from '../../src/node/mempool/cost-model.ts'
import {AdmissionControl} from '../../src/node/mempool/admission-control.ts'

const SLOT_MS = 2000
const calm = {sealed: 4000, late: 0, refused: 0, startedLateMs: 0, slackMs: 100, slotMs: SLOT_MS}
const START = STAGE_RATE_START * STAGE_SHARE_START

/** One slot in which the engine took full chunks at this speed, and once stood still. */
function slotAt(
  admission: AdmissionControl,
  perSecond: number,
  outcome: Partial<typeof calm> = {},
): void {
  for (const ms of [5000, ...Array.from({length: 8}, () => (STAGE_CHUNK / perSecond) * 1000)]) {
    admission.staged(STAGE_CHUNK, ms)
  }
  admission.slotEnded({...calm, ...outcome})
}

test('what is promised follows the speed of full chunks, not that of small ones or of one pause', () => {
  const admission = new AdmissionControl(new CostModel(SLOT_MS))
  expect(admission.ratePerSecond).toBe(START)
  for (let slot = 0; slot < 60; slot++) slotAt(admission, 6000)
  expect(admission.ratePerSecond).toBeCloseTo(6000 * STAGE_SHARE_START, 0)
  for (let chunk = 0; chunk < 50; chunk++) admission.staged(1, 10)
  admission.slotEnded(calm)
  expect(admission.ratePerSecond).toBeCloseTo(6000 * STAGE_SHARE_START, 0)
  for (let slot = 0; slot < 20; slot++) slotAt(admission, 1000)
  expect(admission.ratePerSecond).toBeCloseTo(1000 * STAGE_SHARE_START, 0)
})

test('less is promised when much came late, and more while all is in time and somebody is refused', () => {
  const admission = new AdmissionControl(new CostModel(SLOT_MS))
  slotAt(admission, STAGE_RATE_START, {late: 500})
  const cut = admission.ratePerSecond
  expect(cut).toBeLessThan(START)
  slotAt(admission, STAGE_RATE_START)
  expect(admission.ratePerSecond).toBeCloseTo(cut)
  for (let slot = 0; slot < 50; slot++) slotAt(admission, STAGE_RATE_START, {refused: 1})
  expect(admission.ratePerSecond).toBeCloseTo(STAGE_RATE_START * STAGE_SHARE_MOST)
  for (let slot = 0; slot < 50; slot++) slotAt(admission, STAGE_RATE_START, {late: 500})
  expect(admission.ratePerSecond).toBeCloseTo(STAGE_RATE_START * STAGE_SHARE_LEAST)
})

test('without full chunks, what a slot held when more was promised is the measure', () => {
  const admission = new AdmissionControl(new CostModel(SLOT_MS))
  admission.slotEnded({...calm, sealed: 3000, late: 500})
  expect(admission.ratePerSecond).toBeLessThan(1500)
  admission.slotEnded({...calm, sealed: 0, late: 9})
  expect(admission.ratePerSecond).toBeLessThanOrEqual(STAGE_RATE_LEAST)
})

test('a hiccup neither cuts it nor lets it grow', () => {
  const admission = new AdmissionControl(new CostModel(SLOT_MS))
  admission.slotEnded({...calm, sealed: 3, late: 2, refused: 5})
  admission.slotEnded({...calm, late: 82, refused: 5})
  expect(admission.ratePerSecond).toBe(START)
})

test('the last chunk before a seal is one that does not delay it', () => {
  const admission = new AdmissionControl(new CostModel(SLOT_MS))
  expect(admission.chunkFor(SLOT_MS)).toBe(STAGE_CHUNK)
  expect(admission.chunkFor(50)).toBe(Math.floor(STAGE_RATE_START * 0.05))
  expect(admission.chunkFor(-100)).toBe(STAGE_CHUNK_LEAST)
})

test('full chunks of several small slots tell together how fast the engine is', () => {
  const admission = new AdmissionControl(new CostModel(SLOT_MS))
  admission.slotEnded({...calm, sealed: 600, late: 500})
  const before = admission.ratePerSecond
  for (let slot = 0; slot < 9; slot++) {
    admission.staged(STAGE_CHUNK, STAGE_CHUNK / 3)
    admission.slotEnded(calm)
  }
  expect(admission.ratePerSecond).toBeGreaterThan(2 * before)
})

test('a slot with much time left lets the promise grow faster', () => {
  const [near, far] = [100, 600].map((slackMs) => {
    const admission = new AdmissionControl(new CostModel(SLOT_MS))
    slotAt(admission, STAGE_RATE_START, {late: 500})
    slotAt(admission, STAGE_RATE_START, {refused: 1, slackMs})
    return admission.ratePerSecond
  })
  expect(far! / near!).toBeGreaterThan(1.03)
})

test('what the engine is still busy with is not taken for faster than that', () => {
  const admission = new AdmissionControl(new CostModel(SLOT_MS))
  const slot = {msToSeal: 1000, msToEnd: 1100, slotMs: SLOT_MS}
  const usual = admission.capacity(slot).stageMs
  expect(admission.capacity({...slot, underWay: {count: 200, ms: 5}}).stageMs).toBe(usual)
  // And its time is not promised twice.
  const {ms} = admission.capacity(slot)
  expect(admission.capacity({...slot, underWay: {count: 200, ms: 5}}).ms).toBeCloseTo(
    ms - 200 * usual + 5,
  )
  expect(admission.capacity({...slot, underWay: {count: 200, ms: 400}}).stageMs).toBe(2)
})

test('an engine that is slow in this slot narrows the door at once, and not the next slot', () => {
  const admission = new AdmissionControl(new CostModel(SLOT_MS))
  const {stageMs} = admission.capacity(undefined)
  admission.staged(STAGE_CHUNK, STAGE_CHUNK * stageMs * 3)
  expect(admission.capacity(undefined).stageMs).toBeGreaterThan(stageMs * 1.2)
  admission.staged(STAGE_CHUNK, STAGE_CHUNK * stageMs * 3)
  expect(admission.capacity(undefined).stageMs).toBeGreaterThan(stageMs * 1.5)
  admission.slotEnded(calm)
  expect(admission.capacity(undefined).stageMs).toBe(stageMs)
})

test('a block counts what was promised of it, also when less may be promised since', () => {
  let most = 80_000_000
  const admission = new AdmissionControl(new CostModel(SLOT_MS), () => most)
  admission.capacity(undefined)
  most = 50_000_000
  expect([admission.capacity(undefined).gas, admission.blockGas]).toEqual([50_000_000, 80_000_000])
  // What was let in at the end of the slot is in the next block.
  admission.slotEnded(calm)
  expect(admission.blockGas).toBe(80_000_000)
  admission.slotEnded(calm)
  expect(admission.blockGas).toBe(50_000_000)
})

test('a slow engine gets less at once, and is found to be fast again by that', () => {
  const admission = new AdmissionControl(new CostModel(SLOT_MS))
  admission.slotEnded({...calm, sealed: 100, late: 500})
  const slow = admission.ratePerSecond
  const chunk = admission.chunkFor(SLOT_MS)
  expect(chunk / slow).toBeLessThan((2 * STAGE_CHUNK_MS) / 1000)
  for (let slot = 0; slot < 12; slot++) {
    for (let full = 0; full < 5; full++)
      admission.staged(admission.chunkFor(SLOT_MS), admission.chunkFor(SLOT_MS) / 3)
    admission.slotEnded(calm)
  }
  expect(admission.ratePerSecond).toBeGreaterThan(2500 * STAGE_SHARE_LEAST)
})

test('nothing more is promised after a slot in which the engine was just in time', () => {
  const admission = new AdmissionControl(new CostModel(SLOT_MS))
  const {ratePerSecond} = admission
  admission.slotEnded({...calm, refused: 9, slackMs: SLOT_MS * STAGE_SLACK})
  expect(admission.ratePerSecond).toBe(ratePerSecond)
  admission.slotEnded({...calm, refused: 9, slackMs: SLOT_MS * STAGE_SLACK + 1})
  expect(admission.ratePerSecond).toBeGreaterThan(ratePerSecond)
})

test('sealing that begins late is a sign of too much, as what is late itself', () => {
  const admission = new AdmissionControl(new CostModel(SLOT_MS))
  admission.slotEnded({...calm, startedLateMs: SLOT_MS * SEAL_HELD_UP})
  expect(admission.ratePerSecond).toBe(START)
  admission.slotEnded({...calm, startedLateMs: SLOT_MS * SEAL_HELD_UP + 1})
  expect(admission.ratePerSecond).toBeLessThan(START)
})

test('a calm node whose machine holds up its sealing promises no less', () => {
  const admission = new AdmissionControl(new CostModel(SLOT_MS))
  for (let slot = 0; slot < 50; slot++) {
    admission.slotEnded({...calm, sealed: 3, startedLateMs: SLOT_MS, slackMs: 0})
  }
  expect(admission.ratePerSecond).toBe(START)
})

test('in a spike, what a client would see confirmed more than a slot after its arrival is late', () => {
  const admission = new AdmissionControl(new CostModel(SLOT_MS))
  const isLate = (msToEnd: number, ageMs: number) =>
    admission.capacity({msToSeal: msToEnd - 300, msToEnd, slotMs: SLOT_MS}, ageMs).isLate
  const unseenMs = SLOT_MS * POOL_UNSEEN
  expect(isLate(SLOT_MS, SLOT_MS)).toBe(false)
  admission.slotEnded({...calm, refused: 1})
  // A slot has just begun: who came before it waited for the block before.
  expect(isLate(SLOT_MS - unseenMs, 0)).toBe(false)
  expect(isLate(SLOT_MS - unseenMs, 1)).toBe(true)
  expect(isLate(SLOT_MS / 2, SLOT_MS / 2 - unseenMs)).toBe(false)
  expect(isLate(SLOT_MS / 2, SLOT_MS / 2 - unseenMs + 1)).toBe(true)
  // At the end of a slot it is the next block that is promised, also when this one is late.
  expect(isLate(20, 0)).toBe(true)
  expect(isLate(-500, 500 - unseenMs)).toBe(false)
  expect(isLate(-500, 501 - unseenMs)).toBe(true)
  admission.slotEnded(calm)
  expect(isLate(SLOT_MS, SLOT_MS)).toBe(false)
})

test('in a spike, blocks that come late are expected to come late again', () => {
  const admission = new AdmissionControl(new CostModel(SLOT_MS))
  const opensAt = () => {
    const isLate = (msToEnd: number) =>
      admission.capacity({msToSeal: msToEnd - 300, msToEnd, slotMs: SLOT_MS}).isLate
    let msToEnd = SLOT_MS
    while (isLate(msToEnd)) msToEnd--
    return SLOT_MS - msToEnd
  }
  admission.slotEnded({...calm, refused: 1})
  const atOnce = opensAt()
  admission.published(200, SLOT_MS)
  expect(opensAt()).toBe(atOnce + 200)
  // One block in time is no proof yet.
  admission.published(-50, SLOT_MS)
  expect(opensAt()).toBe(atOnce + 200 * PUBLISH_LATE_KEPT)
  for (let block = 0; block < 20; block++) admission.published(0, SLOT_MS)
  expect(opensAt()).toBeLessThanOrEqual(atOnce + 1)
  // A suspended machine: nobody is refused for longer than part of a slot because of it.
  admission.published(600_000, SLOT_MS)
  expect(opensAt()).toBe(atOnce + SLOT_MS * PUBLISH_LATE_MOST)
})

test('time shrinks with the slot, is closed while the block is sealed, and opens for the next one', () => {
  const admission = new AdmissionControl(new CostModel(SLOT_MS))
  const at = (msToEnd: number, sealMs = 300) =>
    admission.capacity({msToSeal: msToEnd - sealMs, msToEnd, slotMs: SLOT_MS})
  const usable = (ms: number) =>
    Math.round((ms - SLOT_MS * SEAL_RESERVE) * STAGE_SHARE_START - SEAL_FIXED_MS)
  const opensMs = SLOT_MS * NEXT_SLOT_OPENS

  expect({...at(2000), ms: Math.round(at(2000).ms)}).toMatchObject({
    ...{ms: usable(2000), sealMs: SLOT_MS * SEAL_SHARE, isNext: false},
    retryAfterMs: SLOT_MS - opensMs,
  })
  expect(Math.round(at(1000).ms)).toBe(usable(1000))
  // What comes now would be in the next block, more than a slot and a tenth from now.
  expect(at(300)).toMatchObject({ms: 0, isNext: true, retryAfterMs: 300 - opensMs})
  expect(at(opensMs + 1)).toMatchObject({ms: 0, isNext: true})
  expect({...at(opensMs), ms: Math.round(at(opensMs).ms)}).toMatchObject({
    ...{ms: usable(opensMs + SLOT_MS), isNext: true, retryAfterMs: SLOT_MS},
  })
  // The block is late: the next one still comes a slot after its time.
  expect(Math.round(at(-200).ms)).toBe(usable(SLOT_MS - 200))
  // Nothing is to be sealed for long: nobody is refused.
  expect(at(opensMs, 20)).toMatchObject({isNext: true})
})

test('sealing is expected to take what was counted, and a little more', () => {
  const admission = new AdmissionControl(new CostModel(SLOT_MS))
  expect(admission.sealMs(100)).toBeGreaterThan(SEAL_FIXED_MS + 100)
})
