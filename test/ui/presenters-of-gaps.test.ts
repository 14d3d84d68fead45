/** What is late, unsigned or told to nobody reads as such. */
import {expect, test} from 'vitest'

import {windowIn} from '../../src/services/duty/window.ts'
import {alertListText} from '../../src/ui/presenters/alert.ts'
import {dutyNextText} from '../../src/ui/presenters/duty.ts'
import {forecastText, producerCheckText} from '../../src/ui/presenters/rotation.ts'
import {ME, nodeSetting, NOW, rotationLook} from '../helpers/dashboard-data.ts'

test('an epoch begins with its block, however late or silent L2 is', () => {
  const {forecast} = rotationLook()
  const {headBlock} = forecast
  const nowMs = NOW.wallMs
  const turn = {...forecast.epochs[0]!, mine: true, number: 7n}
  const at = (blocks: bigint, startsAtMs: number | null) => {
    const own = {...turn, startBlock: headBlock + blocks, startsAtMs}
    const text = forecastText({...forecast, epochs: [own]}, new Map(), nowMs)
    const window = windowIn(nodeSetting, forecast, {signer: ME, needSeconds: 60, nowMs})
    const row = dutyNextText([own], window, nowMs).split('\n')[1]
    return [/Your next epoch is 7, ([^;]*);/.exec(text)?.[1], row?.split(/ {2,}/)[3]]
  }
  expect(at(1n, nowMs - 1000)).toEqual(['now', 'now'])
  // A stalled L2 tells no times, and its current epoch is current all the same.
  expect(at(1n, null)).toEqual(['now', 'now'])
  expect(at(2n, nowMs - 1000)).toEqual(['in 0 s', '0 s'])
  expect(at(2n, null)).toEqual(['at an unknown time', '?'])
})

test('blocks that nobody signed prove nothing of their producers', () => {
  const verdicts = {right: 0, wrong: 0, unsigned: 5, uncovered: 0}
  const check = {fromBlock: 1n, toBlock: 5n, verdicts, producers: [], wrong: []}
  expect(producerCheckText(check, new Map())).toContain('No block from 1 to 5 is signed')
  const right = {...check, verdicts: {...verdicts, right: 1}}
  expect(producerCheckText(right, new Map())).toContain('Every signed block from 1 to 5 is from')
})

test('alert list: a monitor that reaches nobody is no good news', () => {
  const list = {...{lookedMs: 119_000, isWatched: true, silences: [], outputs: []}, alerts: []}
  expect(alertListText(list, 120_000)).toContain('it tells nobody')
  const output = {
    ...{output: 'ops', pending: 0, dropped: 5, droppedEver: 5, sentEver: 0, lastSentMs: null},
    failure: {reason: 'it answers with HTTP status 404', sinceMs: 0},
  }
  const refused = alertListText({...list, outputs: [output]}, 120_000)
  expect(refused).toContain('404. 0 notices pending, 5 lost since the last delivery.')
  expect(refused).not.toContain('it tells nobody')
})
