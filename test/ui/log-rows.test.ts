import {expect, test} from 'vitest'

import {logRow} from '../../src/ui/dashboard/log-rows.ts'

test.each([
  [
    '{"at":"2026-11-30T03:13:35.803Z","level":"info","part":"driver","event":"phase","from":"building","height":7}',
    {label: '03:13:35', value: 'driver: phase  from=building  height=7', tone: 'plain'},
  ],
  [
    '{"at":"2026-11-30T03:13:35.803Z","level":"warn","event":"late","list":[1,null]}',
    {label: '03:13:35', value: 'late  list=[1,null]', tone: 'warn'},
  ],
  ['{"level":7,"event":"x"}', {label: '', value: 'x', tone: 'plain'}],
  ['{"level":"constructor","event":"x"}', {label: '', value: 'x', tone: 'plain'}],
  ['panic: out of memory', {label: '', value: 'panic: out of memory', tone: 'plain'}],
  ['{"no":"event"}', {label: '', value: '{"no":"event"}', tone: 'plain'}],
  ['[1]', {label: '', value: '[1]', tone: 'plain'}],
  ['{"event":"cut', {label: '', value: '{"event":"cut', tone: 'plain'}],
])('%s', (line, row) => {
  expect(logRow(line)).toEqual(row)
})
