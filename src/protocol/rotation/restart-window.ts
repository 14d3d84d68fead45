import type {Address} from 'viem'

import {idleWindows, windowBlocks, type IdleWindow} from './duty.ts'
import type {ForecastEpoch} from './forecast.ts'
import {isSame} from './records.ts'

/** Why a node of this signer may or may not be away now. */
export const windowReasons = [
  ...([
    'idle',
    'not-drawn',
    'own-turn',
    'turn-soon',
    'turn-unknown',
    'stalled',
    'clock-slow',
    'no-epoch',
  ] as const),
] as const
export type WindowReason = (typeof windowReasons)[number]

export interface RestartWindow {
  /** True when the signer has nothing to produce for as long as asked. */
  isOpen: boolean
  reason: WindowReason
  /** The epoch that the reason names; null where it names none. */
  epoch: bigint | null
  /** Blocks until the signer may have to produce; null when that is not in the forecast. */
  blocksLeft: bigint | null
  /** Seconds until then, with a block in every slot since the head: the earliest time. Null as above. */
  secondsLeft: number | null
  /** The first later window that is long enough; null when there is none in the forecast. */
  next: UpcomingWindow | null
  /** The widest window of the forecast, the current one included; null without any. */
  widest: UpcomingWindow | null
}

export interface UpcomingWindow {
  fromBlock: bigint
  /** Null: to the end of the forecast. */
  untilBlock: bigint | null
  /** Seconds until it opens, at the measured rate; 0 when it is open. */
  opensInSeconds: number
  /** Its length with a block in every slot. */
  lastsSeconds: number
}

export interface WindowQuestion {
  /** Consecutive epochs, from the current one. */
  forecast: readonly ForecastEpoch[]
  /** True when an epoch covers the next block. */
  hasEpoch: boolean
  own: Address
  /** Whether the signer can be drawn. */
  isCandidate: boolean
  headBlock: bigint
  /** Seconds that the node may be away. */
  needSeconds: number
  /** The shortest time between two blocks, in milliseconds: a window never ends later than this says. */
  slotMs: number
  /** The usual time; null while unknown. */
  blockMs: number | null
  /** L2 makes no blocks, so a respan may give the epoch to anybody. */
  isStalled: boolean
  /**
   * Seconds since the timestamp of the head; negative where the head is from the future. Blocks that
   * were made since, or are made faster to catch up, take their time from the window.
   */
  headAgeSeconds: number
  /** The head is so far from the future that its age says nothing. */
  isClockSlow: boolean
}

/** May the node of a signer be away? Pure. */
export function restartWindow(asked: WindowQuestion): RestartWindow {
  // A forecast may be some blocks old: epochs that are over tell nothing.
  const forecast = asked.forecast.filter(
    ({endBlock}) => endBlock === null || endBlock > asked.headBlock,
  )
  const question = {...asked, forecast}
  const {own, isCandidate, headBlock, needSeconds, slotMs, headAgeSeconds} = question
  const nextBlock = headBlock + 1n
  const windows = idleWindows(forecast, {own, nextBlock, isCandidate})
  const upcoming = windows.map((window) => upcomingOf(window, question))
  const isLong = ({lastsSeconds}: UpcomingWindow) => lastsSeconds >= needSeconds
  const open = windows[0] && windows[0].fromBlock <= nextBlock ? windows[0] : undefined
  const about = {
    next: upcoming.find((window) => window.fromBlock > nextBlock && isLong(window)) ?? null,
    widest: upcoming.reduce<UpcomingWindow | null>(
      (widest, each) => (!widest || each.lastsSeconds > widest.lastsSeconds ? each : widest),
      null,
    ),
  }
  const blocksLeft = open ? (open.untilBlock === null ? null : open.untilBlock - headBlock) : 0n
  // A head is up to a slot old at any time.
  const goneSeconds = Math.max(0, headAgeSeconds - slotMs / 1000)
  const left = (blocks: bigint) => Math.max(0, secondsOf(blocks, slotMs) - goneSeconds)
  const secondsLeft = blocksLeft === null ? null : left(blocksLeft)
  // Without a turn in it, a window is known to the end of the forecast and no further.
  const knownSeconds = open ? left(windowBlocks(open, forecast)) : 0
  const verdict = verdictOf(question, open, knownSeconds)
  return {isOpen: OPEN.includes(verdict.reason), ...verdict, blocksLeft, secondsLeft, ...about}
}

const OPEN: readonly WindowReason[] = ['idle', 'not-drawn']

function verdictOf(
  {
    forecast,
    hasEpoch,
    own,
    isCandidate,
    headBlock,
    isStalled,
    isClockSlow,
    needSeconds,
  }: WindowQuestion,
  open: IdleWindow | undefined,
  knownSeconds: number,
): Pick<RestartWindow, 'reason' | 'epoch'> {
  // The head may be newer than the forecast.
  const current = forecast.find(({endBlock}) => endBlock === null || endBlock > headBlock)
  const isOwn = current !== undefined && isSame(current.signer, own)
  const isInForecast = forecast.some(({signer}) => isSame(signer, own))
  // Draws that nobody could foretell may be anybody's.
  const isForetold = forecast.length > 0 && forecast.every(({label}) => label !== 'unknown')
  if (hasEpoch && isOwn) return {reason: 'own-turn', epoch: current.number}
  if (!isCandidate && !isInForecast && isForetold) return {reason: 'not-drawn', epoch: null}
  if (!hasEpoch) return {reason: 'no-epoch', epoch: null}
  if (isStalled) return {reason: 'stalled', epoch: current?.number ?? null}
  if (isClockSlow) return {reason: 'clock-slow', epoch: current?.number ?? null}
  if (!open) return {reason: 'turn-unknown', epoch: current?.number ?? null}
  if (knownSeconds >= needSeconds) return {reason: 'idle', epoch: null}
  if (!open.endsWith) return {reason: 'turn-unknown', epoch: forecast.at(-1)!.number + 1n}
  const ends = forecast.find(({number}) => number === open.endsWith?.number)
  const isKnown = isSame(ends?.signer ?? null, own)
  return {reason: isKnown ? 'turn-soon' : 'turn-unknown', epoch: open.endsWith.number}
}

function upcomingOf(window: IdleWindow, question: WindowQuestion): UpcomingWindow {
  const {forecast, headBlock, slotMs, blockMs} = question
  const {fromBlock, untilBlock} = window
  const before = fromBlock - headBlock - 1n
  return {
    ...{fromBlock, untilBlock},
    opensInSeconds: before <= 0n ? 0 : secondsOf(before + 1n, blockMs ?? slotMs),
    lastsSeconds: secondsOf(windowBlocks(window, forecast), slotMs),
  }
}

function secondsOf(blocks: bigint, blockMs: number): number {
  return (Number(blocks) * blockMs) / 1000
}
