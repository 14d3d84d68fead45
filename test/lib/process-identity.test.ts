import {expect, test} from 'vitest'

import {identifyProcess, isSameProcess, parseProcStat} from '../../src/lib/process-identity.ts'

const stat = (state: string, threads: number) =>
  `31589 (a (b) c) ${state} 1 1 1 0 -1 4194304 104 0 0 0 0 0 0 0 20 0 ${threads} 0 1835745 2998272 382`

test('a killed process has ended when its last thread is gone, not when the first one is', () => {
  expect(parseProcStat(stat('S', 12))).toEqual({
    hasEnded: false,
    isStopped: false,
    startTicks: '1835745',
  })
  expect(parseProcStat(stat('Z', 3)).hasEnded).toBe(false)
  expect(parseProcStat(stat('Z', 1)).hasEnded).toBe(true)
})

test('a process is itself, and a pid with another start time is not', () => {
  const self = identifyProcess(process.pid)!
  expect(isSameProcess(self)).toBe(true)
  expect(isSameProcess({...self, startTicks: '1'})).toBe(false)
})
