import {systemClock, type Clock} from '../../lib/clock.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {formatDuration} from '../../lib/units.ts'
import type {Context} from '../context.ts'
import {costOf, isHalted, WHY_HALTED} from './guard.ts'
import {HORIZON_EPOCHS, isHopeless, readWindow, type DutyWindow} from './window.ts'

/** The rotation moves with every block, so close to a window an answer is worth a few seconds. */
const LOOK_MS = 3000
/** A look asks every source, perhaps for hours; a respan can open a window earlier than foretold. */
const MOST_LOOK_MS = 60_000
/** A source that is away for a moment ends no wait of hours. */
const RETRY_MS = 5000

export interface WaitOptions {
  /** Seconds that the node may be away. */
  idleSeconds: number
  maxWaitSeconds: number
  signal: AbortSignal
  /** Called with every look that did not open. */
  onWait(window: DutyWindow): void
  clock?: Clock
  /** One look at the window. */
  look?: (context: Context, needSeconds: number, signal: AbortSignal) => Promise<DutyWindow>
}

/**
 * Waits for a window of the profile's signer that is long enough.
 *
 * @throws {MetisSeqError} NO_WINDOW at once when the forecast has none, DUTY_WAIT_ENDED, INTERRUPTED,
 *   those of the first look
 */
export async function waitForWindow(context: Context, options: WaitOptions): Promise<DutyWindow> {
  const {idleSeconds, maxWaitSeconds, signal, onWait, clock = systemClock} = options
  const {look = (at, need, aborted) => readWindow(at, need, {signal: aborted})} = options
  const endsAt = clock.monotonicMs() + maxWaitSeconds * 1000
  let last: DutyWindow | undefined
  for (;;) {
    signal.throwIfAborted()
    const window = await look(context, idleSeconds, signal).catch((error: unknown) => {
      if (!last || signal.aborted || !isPassing(error)) throw error
      return undefined
    })
    if (window?.isOpen) return window
    if (window) {
      last = window
      if (isHopeless(window)) throw noWindow(window)
      onWait(window)
    }
    const leftMs = endsAt - clock.monotonicMs()
    if (leftMs <= 0) throw waitEnded(maxWaitSeconds, last!)
    await clock.sleep(Math.min(leftMs, window ? pauseMs(window) : RETRY_MS), signal)
  }
}

/** Half of the time until the window, within bounds. */
function pauseMs({next}: DutyWindow): number {
  const half = next ? next.opensInSeconds * 500 : 0
  return Math.min(MOST_LOOK_MS, Math.max(LOOK_MS, half))
}

function isPassing(error: unknown): boolean {
  return error instanceof MetisSeqError && error.retryable
}

function noWindow({needSeconds, widest}: DutyWindow): MetisSeqError {
  const widestSeconds = Math.floor(widest?.lastsSeconds ?? 0)
  return new MetisSeqError({
    code: 'NO_WINDOW',
    message: `No window of ${formatDuration(needSeconds)} is in the next ${HORIZON_EPOCHS} epochs; the widest has ${formatDuration(widestSeconds)}.`,
    facts: {
      ...{idleSeconds: `${needSeconds}`, widestSeconds: `${widestSeconds}`},
      horizonEpochs: `${HORIZON_EPOCHS}`,
    },
    hints: [
      'Run `metis-seq duty next` to see the windows.',
      'A stop with `--now` goes ahead, and says what it costs.',
    ],
  })
}

function waitEnded(maxWaitSeconds: number, last: DutyWindow): MetisSeqError {
  const {reason} = last
  return new MetisSeqError({
    code: 'DUTY_WAIT_ENDED',
    message: `No window has opened within ${formatDuration(maxWaitSeconds)}. ${costOf(last)}`,
    facts: {maxWaitSeconds: `${maxWaitSeconds}`, reason},
    hints: [
      ...(isHalted(last) ? [WHY_HALTED] : []),
      'Run `metis-seq duty next`, then wait longer with `--max-wait`.',
    ],
  })
}
