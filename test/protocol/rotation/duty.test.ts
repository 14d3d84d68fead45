import type {Address} from 'viem'
import {describe, expect, test} from 'vitest'

import {percentDown} from '../../../src/lib/units.ts'
import {
  dutiesOf,
  idleWindows,
  knowsMissed,
  luckOf,
  scoreOf,
  windowBlocks,
  type Duty,
} from '../../../src/protocol/rotation/duty.ts'
import type {ForecastEpoch} from '../../../src/protocol/rotation/forecast.ts'
import {
  epochRecords,
  respannedEpochs,
  type Recommit,
  type RespanRecord,
} from '../../../src/protocol/rotation/records.ts'
import {restartWindow} from '../../../src/protocol/rotation/restart-window.ts'
import {randomOf} from '../../helpers/rpc-fuzz.ts'

const own: Address = '0x00000000000000000000000000000000000000a1'
const ann: Address = '0x00000000000000000000000000000000000000b1'
const bob: Address = '0x00000000000000000000000000000000000000b2'

/** Numbers from 0 to 1. */
function fractionsOf(seed: number): () => number {
  const {below} = randomOf(seed)
  return () => below(1_000_000) / 1_000_000
}

/** Epochs of random lengths, producers and labels, with the next block somewhere in the first one. */
function randomSchedule(random: () => number, ownShare: number, doubtShare: number) {
  const epochs: ForecastEpoch[] = []
  let start = 1_000n
  const count = 1 + Math.floor(random() * 40)
  for (let number = 0n; number < count; number++) {
    const blocks = BigInt(1 + Math.floor(random() * 30))
    const doubt = random()
    const signer = random() < ownShare ? own : ann
    const label = doubt < doubtShare ? (doubt < doubtShare / 2 ? 'unknown' : 'probable') : 'exact'
    epochs.push({
      ...{number, label, startBlock: start, endBlock: start + blocks - 1n},
      ...(label === 'unknown'
        ? {signer: null, basis: 'none'}
        : {signer: label === 'probable' && random() < 0.5 ? null : signer, basis: 'selection'}),
    })
    start += blocks
  }
  const [first] = epochs
  const inFirst = BigInt(Math.floor(random() * Number(first!.endBlock! - first!.startBlock! + 1n)))
  return {epochs, nextBlock: first!.startBlock! + inFirst, end: start - 1n}
}

/** By definition, block by block: may this block be the signer's? */
function mayProduce(epochs: ForecastEpoch[], block: bigint, isCandidate: boolean): boolean {
  const epoch = epochs.find((each) => block >= each.startBlock! && block <= each.endBlock!)!
  if (epoch.signer === own || epoch.label === 'unknown') return true
  return epoch.label === 'probable' && isCandidate
}

describe('windows of random schedules', () => {
  test('none overlaps a possible turn, none is missing, and the widest is the widest', () => {
    const random = fractionsOf(15)
    for (let round = 0; round < 3_000; round++) {
      const {epochs, nextBlock, end} = randomSchedule(random, random(), random() * 0.3)
      const isCandidate = random() < 0.7
      const windows = idleWindows(epochs, {own, nextBlock, isCandidate})
      const isIdle = (block: bigint) =>
        windows.some(
          ({fromBlock, untilBlock}) => block >= fromBlock && block <= (untilBlock ?? end),
        )
      let longest = 0n
      let run = 0n
      for (let block = nextBlock; block <= end; block++) {
        const may = mayProduce(epochs, block, isCandidate)
        expect(isIdle(block)).toBe(!may)
        run = may ? 0n : run + 1n
        if (run > longest) longest = run
      }
      const widest = windows.reduce((most, window) => {
        const blocks = windowBlocks(window, epochs)
        return blocks > most ? blocks : most
      }, 0n)
      expect(widest).toBe(longest)
    }
  })

  test('a node is never let go for longer than until its turn, nor than the forecast reaches', () => {
    const random = fractionsOf(16)
    const seen = {open: 0, closed: 0, hopeless: 0}
    for (let round = 0; round < 3_000; round++) {
      const {epochs, nextBlock, end} = randomSchedule(random, random() * 0.5, random() * 0.2)
      const needSeconds = 1 + Math.floor(random() * 40)
      const window = restartWindow({
        ...{forecast: epochs, hasEpoch: true, own, isCandidate: true, headBlock: nextBlock - 1n},
        ...{needSeconds, slotMs: 1_000, blockMs: 1_500, isStalled: false},
        ...{headAgeSeconds: 0, isClockSlow: false},
      })
      const idleFor = (from: bigint) => {
        let block = from
        while (block <= end && !mayProduce(epochs, block, true)) block++
        return {blocks: Number(block - from)}
      }
      expect(window.isOpen).toBe(idleFor(nextBlock).blocks >= needSeconds)
      if (window.isOpen) seen.open++
      else seen.closed++
      // The next window is the first later one that is long enough, and there is none exactly when it says so.
      let expected: bigint | null = null
      for (let block = nextBlock + 1n; block <= end; block++) {
        if (mayProduce(epochs, block, true) || !mayProduce(epochs, block - 1n, true)) continue
        if (idleFor(block).blocks < needSeconds) continue
        expected = block
        break
      }
      expect(window.next?.fromBlock ?? null).toBe(expected)
      if (!window.isOpen && expected === null) seen.hopeless++
    }
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(100)
  })
})

describe('one look', () => {
  const exact = (number: number, signer: Address): ForecastEpoch => ({
    ...{number: BigInt(number), signer, label: 'exact', basis: 'committed'},
    ...{startBlock: BigInt(number * 10), endBlock: BigInt(number * 10 + 9)},
  })
  const ask = (forecast: ForecastEpoch[], changed: object = {}) =>
    restartWindow({
      ...{forecast, hasEpoch: true, own, isCandidate: true, headBlock: 4n, needSeconds: 30},
      ...{slotMs: 2_000, blockMs: null, isStalled: false, headAgeSeconds: 0, isClockSlow: false},
      ...changed,
    })

  test('the own turn, one that is near, and one that is far', () => {
    expect(ask([exact(0, own), exact(1, ann)])).toMatchObject({isOpen: false, reason: 'own-turn'})
    // Blocks 5 to 9, two seconds each.
    expect(ask([exact(0, ann), exact(1, own)])).toMatchObject({
      ...{isOpen: false, reason: 'turn-soon', epoch: 1n, blocksLeft: 5n, secondsLeft: 10},
    })
    const far = [exact(0, ann), exact(1, ann), exact(2, own)]
    expect(ask(far)).toMatchObject({isOpen: true, reason: 'idle', secondsLeft: 30})
    expect(ask(far, {needSeconds: 31})).toMatchObject({isOpen: false, next: null})
  })

  test('an epoch that is over tells nothing: the forecast may be some blocks old', () => {
    const forecast = [exact(0, own), exact(1, ann), exact(2, ann), exact(3, own)]
    expect(ask(forecast, {headBlock: 9n})).toMatchObject({isOpen: true, secondsLeft: 40})
    expect(ask(forecast, {headBlock: 8n})).toMatchObject({isOpen: false, reason: 'own-turn'})
  })

  test('a stall closes it for everybody who can be drawn', () => {
    const forecast = [exact(0, ann), exact(1, ann), exact(2, ann), exact(3, ann)]
    expect(ask(forecast, {isStalled: true})).toMatchObject({isOpen: false, reason: 'stalled'})
    expect(ask(forecast, {isStalled: true, isCandidate: false})).toMatchObject({
      ...{isOpen: true, reason: 'not-drawn'},
    })
  })

  test('a window without a turn in it is as long as the forecast, and not for ever', () => {
    const forecast = [exact(0, ann), exact(1, ann)]
    // Blocks 5 to 19, two seconds each.
    expect(ask(forecast, {needSeconds: 30})).toMatchObject({isOpen: true, secondsLeft: null})
    expect(ask(forecast, {needSeconds: 31})).toMatchObject({
      ...{isOpen: false, reason: 'turn-unknown', epoch: 2n, next: null},
    })
  })

  test('time since the head is gone from the window: an endpoint may be behind, and blocks catch up', () => {
    const forecast = [exact(0, ann), exact(1, ann), exact(2, own)]
    // A slot of it is the usual age.
    expect(ask(forecast, {headAgeSeconds: 2})).toMatchObject({isOpen: true, secondsLeft: 30})
    expect(ask(forecast, {headAgeSeconds: 5})).toMatchObject({
      ...{isOpen: false, reason: 'turn-soon', secondsLeft: 27},
    })
    expect(ask(forecast, {headAgeSeconds: 90})).toMatchObject({isOpen: false, secondsLeft: 0})
    const idle = [exact(0, ann), exact(1, ann)]
    expect(ask(idle, {headAgeSeconds: 5})).toMatchObject({isOpen: false, reason: 'turn-unknown'})
  })

  test('a slow clock proves nothing, except to a signer that cannot be drawn', () => {
    const forecast = [exact(0, ann), exact(1, ann), exact(2, ann)]
    expect(ask(forecast, {isClockSlow: true})).toMatchObject({isOpen: false, reason: 'clock-slow'})
    expect(ask(forecast, {isClockSlow: true, isCandidate: false}).isOpen).toBe(true)
  })

  test('unknown is not yes', () => {
    const unknown: ForecastEpoch = {
      ...exact(1, ann),
      ...{signer: null, label: 'unknown', basis: 'none'},
    }
    expect(ask([exact(0, ann), unknown], {isCandidate: false})).toMatchObject({
      ...{isOpen: false, reason: 'turn-unknown', epoch: 1n},
    })
    expect(ask([], {hasEpoch: false})).toMatchObject({isOpen: false, reason: 'no-epoch'})
    const stranger = {hasEpoch: false, isCandidate: false}
    expect(ask([], stranger)).toMatchObject({isOpen: false, reason: 'no-epoch'})
  })

  test('the own turn begins with the head, not with the next forecast', () => {
    const forecast = [exact(0, ann), exact(1, own)]
    expect(ask(forecast, {headBlock: 9n})).toMatchObject({reason: 'own-turn', epoch: 1n})
  })

  test('its length counts a block in every slot, whatever the usual rate', () => {
    const forecast = [exact(0, ann), exact(1, own)]
    expect(ask(forecast, {blockMs: 60_000, needSeconds: 11}).isOpen).toBe(false)
    expect(ask(forecast, {blockMs: 60_000, needSeconds: 10}).isOpen).toBe(true)
  })
})

describe('past duties', () => {
  const epoch = (number: number, signer: Address, startBlock: number, endBlock: number) => ({
    ...{number: BigInt(number), signer},
    ...{startBlock: BigInt(startBlock), endBlock: BigInt(endBlock)},
  })
  const respan = (
    number: number,
    from: Address,
    to: Address,
    startBlock: number,
  ): RespanRecord => ({
    ...{number: BigInt(number), from, to},
    ...{startBlock: BigInt(startBlock), l2Epoch: BigInt(number - 1)},
  })
  const committed = (number: number, endBlock: number): Recommit => ({
    ...{number: BigInt(number), wasCommitted: true, endBlock: BigInt(endBlock)},
  })
  const planned = (number: number, endBlock: number): Recommit => ({
    ...committed(number, endBlock),
    wasCommitted: false,
  })
  const duties = (
    epochs: ReturnType<typeof epoch>[],
    respans: RespanRecord[] | null,
    drawn: [number, Address][] = [],
    {head = 1_000n, recommits = []}: {head?: bigint; recommits?: Recommit[]} = {},
  ): [number, string, number, number][] => {
    const facts = {
      ...{respans, epochLength: 10n},
      recommits: new Map(recommits.map((each) => [each.number, each])),
      drawn: new Map(drawn.map(([number, by]) => [BigInt(number), by])),
    }
    return dutiesOf(epochRecords(epochs, facts), {own, head, epochLength: 10n}).map(
      ({number, outcome, made, expected}: Duty) => [
        ...([Number(number), outcome, Number(made), Number(expected)] as const),
      ],
    )
  }

  test('full, and pending with the blocks so far', () => {
    const epochs = [epoch(1, own, 10, 19), epoch(2, ann, 20, 29), epoch(3, own, 30, 39)]
    expect(duties(epochs, [], [], {head: 33n})).toEqual([
      [1, 'full', 10, 10],
      [3, 'pending', 4, 10],
    ])
  })

  test('the silent producer was taken over, and its successor has stood in', () => {
    const epochs = [epoch(1, own, 10, 13), epoch(2, ann, 14, 39)]
    const respans = [respan(2, own, ann, 14)]
    expect(duties(epochs, respans)).toEqual([[1, 'taken-over', 4, 10]])
    const other = [epoch(1, ann, 10, 13), epoch(2, own, 14, 39)]
    expect(duties(other, [respan(2, ann, own, 14)])).toEqual([[2, 'stood-in', 26, 26]])
  })

  test('an epoch that never began was missed by its first signer', () => {
    const epochs = [epoch(1, ann, 10, 19), epoch(2, bob, 20, 45)]
    expect(duties(epochs, [respan(2, own, bob, 20)], [[2, own]])).toEqual([[2, 'missed', 0, 10]])
  })

  test('the silent producer has its checksum, as every other address', () => {
    const lower: Address = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
    const epochs = [epoch(1, ann, 10, 13), epoch(2, bob, 14, 45)]
    const recommits = new Map([[2n, committed(2, 19)]])
    const facts = {
      ...{respans: [respan(2, lower, bob, 14)], recommits, drawn: new Map()},
      epochLength: 10n,
    }
    expect(epochRecords(epochs, facts)[1]!.silent).toBe(
      '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
    )
  })

  test('an epoch that another silent producer has moved was not missed', () => {
    const epochs = [epoch(1, ann, 10, 13), epoch(2, bob, 14, 45)]
    const moved = (recommits: Recommit[]) =>
      duties(epochs, [respan(2, ann, bob, 14)], [[2, own]], {recommits})
    for (const recommits of [[], [committed(2, 45)], [planned(2, 45)]])
      expect(moved(recommits)).toEqual([])
  })

  test('two own epochs in a row, the second of which never began: the first is full', () => {
    const epochs = [epoch(1, own, 10, 19), epoch(2, bob, 20, 45)]
    const second = (recommits: Recommit[]) =>
      duties(epochs, [respan(2, own, bob, 20)], [[2, own]], {recommits})
    expect(second([committed(2, 45)])).toEqual([
      [1, 'full', 10, 10],
      [2, 'missed', 0, 10],
    ])
    // Its first signer never had the right to produce in it.
    expect(second([planned(2, 45)])).toEqual([
      [1, 'full', 10, 10],
      [2, 'not-committed', 0, 0],
    ])
    // Themis names the same producer either way.
    expect(second([])).toEqual([
      [1, 'full', 10, 10],
      [2, 'unknown', 0, 0],
    ])
  })

  test('an epoch that was not committed in time was missed by nobody, whoever produced before it', () => {
    const epochs = [epoch(1, ann, 10, 19), epoch(2, bob, 20, 45)]
    const moved = (recommits: Recommit[]) =>
      duties(epochs, [respan(2, ann, bob, 20)], [[2, own]], {recommits})
    expect(moved([planned(2, 45)])).toEqual([[2, 'not-committed', 0, 0]])
    expect(moved([])).toEqual([[2, 'unknown', 0, 0]])
    // A draw that the respan has given back is a turn like any other.
    const back = [epoch(1, ann, 10, 19), epoch(2, own, 20, 45)]
    const drawnFor = (drawn: Address) =>
      duties(back, [respan(2, ann, own, 20)], [[2, drawn]], {recommits: [planned(2, 45)]})
    expect(drawnFor(own)).toEqual([[2, 'full', 26, 26]])
    expect(drawnFor(ann)).toEqual([[2, 'stood-in', 26, 26]])
  })

  test('a silent producer is taken over; its next draw was not committed yet, so it is not missed too', () => {
    const epochs = [epoch(1, own, 10, 13), epoch(2, bob, 14, 45)]
    const second = (recommits: Recommit[]) =>
      duties(epochs, [respan(2, own, bob, 14)], [[2, own]], {recommits})
    expect(second([planned(2, 45)]).at(-1)).toEqual([2, 'not-committed', 0, 0])
    expect(second([committed(2, 45)]).at(-1)).toEqual([2, 'missed', 0, 10])
    expect(second([]).at(-1)).toEqual([2, 'unknown', 0, 0])
    for (const recommits of [[planned(2, 45)], []])
      expect(second(recommits)[0]).toEqual([1, 'taken-over', 4, 10])
  })

  test('a respanned epoch before another respan: its own end tells whether it was cut', () => {
    const epochs = [
      ...[epoch(1, ann, 10, 13), epoch(2, own, 14, 39), epoch(3, bob, 40, 65)],
      epoch(4, bob, 66, 75),
    ]
    const respans = [respan(2, ann, own, 14), respan(3, own, bob, 40)]
    const second = (recommits: Recommit[]) => duties(epochs, respans, [], {recommits})
    expect(second([planned(2, 39), planned(3, 65)])).toEqual([[2, 'stood-in', 26, 26]])
    expect(second([planned(2, 45), committed(3, 65)])).toEqual([[2, 'taken-over', 26, 26]])
    expect(second([])).toEqual([[2, 'unknown', 26, 26]])
  })

  test('who was silent: the first signer of a committed epoch, a producer that was cut short, else nobody', () => {
    const silent = (first: ReturnType<typeof epoch>, from: Address, recommits: Recommit[]) => {
      const epochs = [first, epoch(2, bob, Number(first.endBlock) + 1, 45)]
      const facts = {respans: [respan(2, from, bob, Number(first.endBlock) + 1)], epochLength: 10n}
      expect(respannedEpochs(epochs, facts)).toEqual([epochs[1]])
      const known = new Map(recommits.map((each) => [each.number, each]))
      const records = epochRecords(epochs, {...facts, drawn: new Map(), recommits: known})
      expect(records[0]).toMatchObject({isRespanned: false, replaced: null, silent: null})
      return [records[1]!.replaced, records[1]!.silent?.toLowerCase() ?? null]
    }
    const [whole, cut] = [epoch(1, own, 10, 19), epoch(1, own, 10, 13)]
    expect(silent(whole, own, [committed(2, 45)])).toEqual(['committed', own])
    expect(silent(whole, own, [planned(2, 45)])).toEqual(['planned', null])
    expect(silent(whole, own, [])).toEqual(['unknown', null])
    expect(silent(cut, own, [planned(2, 45)])).toEqual(['planned', own])
    expect(silent(cut, own, [])).toEqual(['unknown', own])
    // Nobody but the signer of a committed epoch can be named instead of the producer before.
    expect(silent(whole, ann, [])).toEqual(['committed', ann])
    // Epoch 0 has its own length.
    const epochs = [epoch(0, own, 10, 99), epoch(1, bob, 100, 125)]
    const facts = {respans: [respan(1, own, bob, 100)], epochLength: 10n}
    const records = epochRecords(epochs, {...facts, drawn: new Map(), recommits: new Map()})
    expect(records.map(({isCut, silent}) => [isCut, silent])).toEqual([
      [null, null],
      [false, null],
    ])
  })

  test('without a consensus layer, lengths tell', () => {
    const epochs = [epoch(1, own, 10, 13), epoch(2, ann, 14, 39), epoch(3, own, 40, 49)]
    expect(duties(epochs, null)).toEqual([
      [1, 'taken-over', 4, 10],
      [3, 'full', 10, 10],
    ])
  })

  test('the newest respan is told before the consensus layer lists it, an older length proves nothing', () => {
    const epochs = [epoch(1, own, 10, 13), epoch(2, ann, 14, 39)]
    expect(duties(epochs, [])).toEqual([[1, 'taken-over', 4, 10]])
    const older = [...epochs, epoch(3, bob, 40, 49), epoch(4, bob, 50, 59)]
    expect(duties(older, [])).toEqual([[1, 'short', 4, 4]])
  })

  test('a respan that never landed on L2 has changed nothing', () => {
    const epochs = [epoch(1, own, 10, 19), epoch(2, ann, 20, 29)]
    expect(duties(epochs, [respan(2, own, bob, 14)])).toEqual([[1, 'full', 10, 10]])
  })

  test('the score leaves out what is pending, and is null without a duty', () => {
    const done: Duty[] = [
      {number: 1n, outcome: 'full', startBlock: 1n, endBlock: 10n, made: 10n, expected: 10n},
      {number: 2n, outcome: 'missed', startBlock: 11n, endBlock: 20n, made: 0n, expected: 10n},
      {number: 3n, outcome: 'pending', startBlock: 21n, endBlock: 30n, made: 3n, expected: 10n},
    ]
    const lost = {startBlock: 31n, endBlock: 40n, made: 0n, expected: 0n}
    const uncounted: Duty[] = [
      {...lost, number: 4n, outcome: 'not-committed'},
      {...lost, number: 5n, outcome: 'unknown', made: 10n, expected: 10n},
    ]
    expect(scoreOf([...done, ...uncounted], true)).toEqual({
      ...{epochs: 2, full: 1, stoodIn: 0, takenOver: 0, missed: 1, notCommitted: 1, unknown: 1},
      ...{blocksMade: 10n, blocksExpected: 20n, score: 0.5},
    })
    expect(scoreOf(uncounted, true).score).toBeNull()
    expect(scoreOf([], true).score).toBeNull()
  })

  test('no miss is known to be none where the draw or the silent one is not', () => {
    const epochs = [epoch(1, ann, 10, 19), epoch(2, bob, 20, 29), epoch(3, ann, 30, 39)]
    const knows = (
      drawn: Address | null,
      respans: RespanRecord[] | null,
      recommits: readonly Recommit[] = [],
    ) =>
      knowsMissed(
        epochRecords(epochs, {
          drawn: new Map([[2n, drawn]]),
          respans,
          recommits: new Map(recommits.map((each) => [each.number, each])),
          epochLength: 10n,
        }),
        own,
      )
    expect(knows(own, [respan(2, own, bob, 20)])).toBe(true)
    expect(knows(null, [respan(2, own, bob, 20)])).toBe(false)
    // Another one was silent, or drawn: nothing of the own signer can be missing.
    expect(knows(null, [respan(2, ann, bob, 20)], [committed(2, 45)])).toBe(true)
    expect(knows(null, [respan(2, own, bob, 20)], [planned(2, 45)])).toBe(true)
    expect(knows(ann, [respan(2, own, bob, 20)])).toBe(true)
    expect(scoreOf([], false).missed).toBeNull()
  })

  test('only a score without a gap is 100 %', () => {
    expect([percentDown(1n, 1n), percentDown(999_999n, 1_000_000n)]).toEqual([100, 99.99])
    expect(percentDown(57n, 100n)).toBe(57)
  })

  test('luck compares draws with shares at the time', () => {
    expect(luckOf([{share: 0.25, isOwn: true}, {share: 0.5, isOwn: false}, null])).toEqual({
      epochs: 2,
      drawn: 1,
      expected: 0.75,
      unknown: 1,
    })
    expect(luckOf([null])).toBeNull()
    expect(luckOf([])).toMatchObject({epochs: 0, unknown: 0})
  })
})
