/** Limits that a profile gives once, for every reader. */
import {expect, test} from 'vitest'

import {assess} from '../../src/health/assess.ts'
import type {HealthSnapshot, Setting} from '../../src/health/snapshot.ts'
import {limitsOf, ruleLimits, type LimitChoices} from '../../src/health/thresholds.ts'
import {settingOf} from '../../src/services/health/setting.ts'
import {openContext} from '../../src/services/context.ts'
import {changeRule} from '../../src/services/alerts/rules.ts'
import {openConfig} from '../../src/store/config.ts'
import {createProfile} from '../../src/services/network/profiles.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

const NOW = {wallMs: Date.UTC(2026, 0, 1), monotonicMs: 1_000}

function snapshotWith(limits: LimitChoices | undefined, freeGib: number): HealthSnapshot {
  const absent = {state: 'absent'} as const
  const setting: Setting = {
    ...{network: 'andromeda', kind: 'main', profile: 'main', hasOwner: false, signer: null},
    ...{lstProvider: null, nodeRuntime: null, nodesAreBundled: false, slotMs: 2000},
    ...{emptyBlocks: false, respanDelaySeconds: 180, l1StaleAfterSeconds: null},
    ...(limits ? {limits} : {}),
  }
  return {
    ...{setting, l2: absent, l1: absent, money: absent, lst: absent, pos: absent, node: absent},
    ...{endpoints: absent},
    machine: {
      ...{state: 'answered', atMs: NOW.monotonicMs, staleAfterMs: null},
      value: {homeDir: '/home', diskFreeBytes: freeGib * 1024 ** 3, signerKey: null},
    },
  }
}

function severityOf(limits: LimitChoices | undefined, freeGib: number): string | undefined {
  const {issues} = assess(snapshotWith(limits, freeGib), null, NOW)
  return issues.find(({id}) => id === 'disk-low')?.severity
}

test('a limit of the profile decides the rule, and the others stay as they are', () => {
  expect(severityOf(undefined, 6)).toBeUndefined()
  expect(severityOf(undefined, 4)).toBe('warn')
  const limits = {'disk-low': {warnBelowGib: 20}}
  expect(severityOf(limits, 19)).toBe('warn')
  expect(severityOf(limits, 21)).toBeUndefined()
  expect(severityOf(limits, 0.5)).toBe('critical')
  expect(severityOf({'disk-low': {criticalBelowGib: 8}}, 4)).toBe('critical')
  expect(limitsOf({limits}, 'disk-low')).toEqual({warnBelowGib: 20, criticalBelowGib: 1})
  expect(limitsOf({}, 'clock-skew')).toEqual(ruleLimits['clock-skew'])
})

test('what `alert set` writes is what every reader of the profile gets', () => {
  using temp = makeTempHome()
  const config = openConfig(temp.home)
  createProfile(temp.home, config, {
    ...{name: 'main', network: 'andromeda', node: null, replace: false},
    endpoints: {l1: [], l2: [], pos: null},
  })
  changeRule(config, 'main', 'disk-low', {isReset: false, limits: {warnBelowGib: 20}})
  changeRule(config, 'main', 'lst-peg', {isReset: false, off: true})

  const context = openContext({home: temp.home})
  expect(settingOf(context).limits).toEqual({'disk-low': {warnBelowGib: 20}})

  const view = changeRule(config, 'main', 'disk-low', {isReset: true})
  expect(view).toMatchObject({isChanged: false, limits: ruleLimits['disk-low']})
  expect(settingOf(openContext({home: temp.home})).limits).toBeUndefined()
  expect(config.read().profiles['main']?.rules).toEqual({'lst-peg': {off: true}})
  expect(() =>
    changeRule(config, 'main', 'disk-low', {isReset: false, limits: {warnBelowTib: 1}}),
  ).toThrow('no limit called warnBelowTib')
})
