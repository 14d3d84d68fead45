import {describe, expect, test} from 'vitest'

import {toWebFrame} from '../../src/ui/web/frame.ts'
import type {DashboardSnapshot} from '../../src/ui/dashboard/model.ts'
import {
  absent,
  currentEpoch,
  extras,
  failing,
  fresh,
  ME,
  NOW,
  rotation,
  rotationLook,
  setting,
  silent,
  snapshot,
} from '../helpers/dashboard-data.ts'

const frameOf = (from: DashboardSnapshot) => toWebFrame(from, NOW, {mode: 'LIVE', build: 'one'})
const headMs = Number(rotation().headTimestampSeconds) * 1000

describe('a frame of the page', () => {
  test('times follow from the head and the usual time of a block', () => {
    const frame = frameOf(snapshot())
    const now = rotation()
    expect(frame.epoch).toMatchObject({
      number: `${now.epoch!.number}`,
      isMine: now.epoch!.mine,
      blocks: 200,
      done: 200 - Number(now.blocksLeft),
      endsAtMs: headMs + Number(now.blocksLeft) * 2000,
    })
    expect(frame.turn?.startsAtMs).toBe(headMs + (Number(frame.turn?.blocksAway) + 1) * 2000)
    expect(frame.fresh.chain).toEqual({isLive: true, note: '', ageMs: 0, staleMs: 4000})
  })

  test.each([
    ['falls silent', silent(rotation(), 5000), 'no answer'],
    ['fails', failing(rotation(), 2000, 'connection refused'), 'connection refused'],
  ])('when L2 %s, its values are not live and no time is foretold from them', (_how, l2, note) => {
    const frame = frameOf(snapshot({l2}))
    expect(frame.fresh.chain).toMatchObject({isLive: false, note})
    expect([frame.epoch?.endsAtMs, frame.turn?.startsAtMs ?? null]).toEqual([null, null])
    expect(frame.state.word).toBe('CRIT')
    expect(frame.issues[0]).toMatchObject({word: 'CRIT', tone: 'critical'})
  })

  test('the current epoch on the timeline is that of the newest look at L2, not of an older forecast', () => {
    const look = rotationLook()
    const [first, second] = look.forecast.epochs
    const at = (number: bigint) => {
      const epoch = {...currentEpoch().epoch!, number}
      const l2 = fresh(rotation({epoch}))
      const {cells} = frameOf(snapshot({l2}, {extras: {...extras, rotation: fresh(look)}})).timeline
      return cells.filter(({when}) => when === 'current').map((cell) => cell.number)
    }
    expect(at(first!.number)).toEqual([`${first!.number}`])
    expect(at(second!.number)).toEqual([`${second!.number}`])
  })

  test('a probable own epoch has another sign than a certain one', () => {
    const look = rotationLook()
    const epochs = look.forecast.epochs.map((epoch, index) => ({
      ...epoch,
      ...{signer: ME, mine: true, label: index === 0 ? 'exact' : 'probable'},
    })) as typeof look.forecast.epochs
    const changed = {...look, forecast: {...look.forecast, signer: ME, epochs}}
    const {cells} = frameOf(snapshot({}, {extras: {...extras, rotation: fresh(changed)}})).timeline
    const coming = cells.filter(({label}) => label !== 'fact').map(({glyph}) => glyph)
    expect(coming.slice(0, 2)).toEqual(['◆', '◇'])
  })

  test('a reader without signer and owner has no window, duty and rewards, and no empty charts of them', () => {
    const frame = frameOf(
      snapshot(
        {},
        {
          setting: {...setting, signer: null, hasOwner: false},
          extras: {...extras, duty: absent(), rewards: absent()},
        },
      ),
    )
    expect([frame.window, frame.charts.duty, frame.charts.rewards, frame.turn]).toEqual([
      ...[null, null, null, null],
    ])
    expect(frame.panels.map(({name}) => name)).not.toContain('window')
  })

  test('rows that the page draws as pictures are not rows too', () => {
    const labels = frameOf(snapshot()).panels.flatMap(({rows}) => rows.map(({label}) => label))
    expect(labels).toContain('producer')
    for (const drawn of ['5 minutes', 'progress', 'past', 'coming', '30 days', 'lag, 1 h']) {
      expect(labels).not.toContain(drawn)
    }
  })
})
