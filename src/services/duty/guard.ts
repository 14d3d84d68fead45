import {MetisSeqError, messageOf} from '../../lib/errors.ts'
import {counted, formatDuration} from '../../lib/units.ts'
import type {Context} from '../context.ts'
import {isHopeless, readWindow, type DutyWindow} from './window.ts'

/** Seconds that a node is away when it is restarted: its start, and the way to the head. */
export const RESTART_SECONDS = 60

/**
 * Rejects a command that would take the node of the signer away while it may have to produce.
 *
 * @param options.now goes ahead; `warn` then says what that costs
 * @returns the window; null for a profile without a signer, which has no turns
 * @throws {MetisSeqError} ON_DUTY, ROTATION_UNKNOWN
 */
export async function assertOffDuty(
  context: Context,
  options: {
    needSeconds: number
    now: boolean
    warn(text: string): void
    signal: AbortSignal
  },
): Promise<DutyWindow | null> {
  const {needSeconds, now, warn, signal} = options
  if (!context.profile?.signer) return null
  const window = await readWindow(context, needSeconds, {signal}).catch((error: unknown) => {
    if (signal.aborted) throw error
    if (!now) throw turnUnknown(error)
    return null
  })
  if (window === null) {
    warn('It is unknown whether the signer has a turn now: the rotation cannot be read.')
    return null
  }
  if (window.isOpen) return window
  if (!now) throw onDuty(window)
  warn(costOf(window))
  return window
}

/** The cost of being away now, as a sentence. */
export function costOf({reason, epoch, blocksLeft, respanDelaySeconds}: DutyWindow): string {
  const delay = formatDuration(respanDelaySeconds)
  switch (reason) {
    case 'own-turn':
      return `Epoch ${epoch} is yours: L2 makes no blocks while the node is away, and after ${delay} another signer gets the rest of it, with its rewards.`
    case 'turn-soon':
      return `Epoch ${epoch} is yours and begins in ${counted(blocksLeft ?? 0n, 'block')}: if the node is not back by then, L2 makes no blocks, and after ${delay} another signer gets the epoch.`
    case 'stalled':
      return 'L2 makes no blocks now: a respan may give the epoch to your signer while the node is away.'
    case 'clock-slow':
      return "The newest L2 block is ahead of this machine's clock, so it is unknown whether L2 makes blocks, and how soon your turn comes."
    case 'no-epoch':
      return 'No epoch covers the next block, and the next one may be yours.'
    case 'turn-unknown':
      return `The producer of epoch ${epoch ?? 'next'} is not known for certain, so the epoch may be yours.`
    case 'idle':
    case 'not-drawn':
      return 'It costs nothing now.'
  }
}

/** While L2 makes no blocks, waiting alone opens no window. */
export function isHalted({reason}: Pick<DutyWindow, 'reason'>): boolean {
  return reason === 'no-epoch' || reason === 'stalled'
}

export const WHY_HALTED = 'Run `metis-seq status` to see why L2 makes no blocks.'

/** A rotation that cannot be read is no reason to go, and none to be stuck. */
function turnUnknown(cause: unknown): MetisSeqError {
  const reason = messageOf(cause)
  return new MetisSeqError({
    code: 'ROTATION_UNKNOWN',
    message: `Nothing was stopped or changed: it is unknown whether the signer has a turn now. ${reason}`,
    facts: {reason},
    hints: ['Run `metis-seq network check`.', 'Pass `--now` to go ahead.'],
    cause,
  })
}

function onDuty(window: DutyWindow): MetisSeqError {
  const {reason, epoch, needSeconds} = window
  return new MetisSeqError({
    code: 'ON_DUTY',
    message: `Nothing was stopped or changed. ${costOf(window)}`,
    facts: {reason, ...(epoch === null ? {} : {epoch: `${epoch}`})},
    hints: [
      ...(isHalted(window) ? [WHY_HALTED] : []),
      !isHopeless(window)
        ? `Run \`metis-seq duty wait --idle ${Math.ceil(needSeconds)}s\`, then the same command again.`
        : 'Run `metis-seq duty next` to see the next turns; no window in the forecast is long enough.',
      'Pass `--now` to go ahead.',
    ],
  })
}
