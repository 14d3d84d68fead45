import {expect, test} from 'vitest'

import {systemClock, type Clock} from '../../src/lib/clock.ts'
import {SEAL_SHARE, SLOT_EARLY_PART} from '../../src/node/limits.ts'
import {WakeTimer} from '../../src/node/sequencing/wake-timer.ts'
import {Slots} from '../../src/node/sequencing/slots.ts'

const SLOT_MS = 2000

function clockAt(start: number): Clock & {nowAt: number} {
  const clock = {...systemClock, nowAt: start, monotonicMs: () => clock.nowAt}
  return clock
}

test('the beat is kept however long sealing takes, and begins anew after a missed slot', () => {
  const clock = clockAt(0)
  const slots = new Slots(clock, SLOT_MS)
  slots.advance()
  expect(slots.time).toEqual({msToSeal: SLOT_MS, msToEnd: SLOT_MS, slotMs: SLOT_MS})
  clock.nowAt = 2150
  slots.advance()
  expect(slots.sealAtMs).toBe(4000)
  clock.nowAt = 7000
  slots.advance()
  expect(slots.sealAtMs).toBe(9000)
})

test('sealing starts earlier by what it will take, a part of the slot at most', () => {
  const clock = clockAt(0)
  const slots = new Slots(clock, SLOT_MS)
  slots.advance()
  slots.expectSeal(150)
  expect(Math.round(slots.sealAtMs)).toBe(SLOT_MS - 150)
  clock.nowAt = SLOT_MS - 151
  expect(slots.isDue).toBe(false)
  clock.nowAt = SLOT_MS - 149
  expect(slots.isDue).toBe(true)
  clock.nowAt = SLOT_MS - 20
  slots.advance()
  expect(Math.round(slots.sealAtMs)).toBe(2 * SLOT_MS - 150)
  slots.expectSeal(60_000)
  const msToEnd = 2 * SLOT_MS - clock.nowAt
  expect(slots.time).toEqual({msToSeal: msToEnd - SLOT_MS * SEAL_SHARE, msToEnd, slotMs: SLOT_MS})
})

test('a block that is much too early moves the beat: nobody waits longer than a slot and a little', () => {
  const clock = clockAt(0)
  const slots = new Slots(clock, SLOT_MS)
  slots.advance()
  slots.expectSeal(700)
  clock.nowAt = SLOT_MS - 500
  slots.advance()
  expect(slots.time.msToEnd).toBe(SLOT_MS * (1 + SLOT_EARLY_PART))
})

test('an alarm: a wake-up ends the sleep, one that came before it too, and none ends a pause', async () => {
  const wakeTimer = new WakeTimer(systemClock)
  const far = () => systemClock.monotonicMs() + 60_000
  wakeTimer.wake()
  await wakeTimer.sleepUntil(far)
  const sleeping = wakeTimer.sleepUntil(far)
  wakeTimer.wakeSoon(1)
  wakeTimer.wakeSoon(60_000)
  await sleeping

  const until = systemClock.monotonicMs() + 30
  const paused = wakeTimer.pauseUntil(until)
  wakeTimer.wake()
  await paused
  expect(systemClock.monotonicMs()).toBeGreaterThanOrEqual(until - 2)
})
