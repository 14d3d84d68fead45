import type {Context} from '../context.ts'
import {rotationNow} from './epochs.ts'
import {currentEvent, type OperatorEvent} from '../live/events.ts'
import {startLive} from '../live/live.ts'

/**
 * Streams the current rotation, then every change of it and of health, until the signal aborts.
 *
 * @throws {MetisSeqError} when L2 is unreachable at the start; later outages are reported as issues
 */
export async function* watchEpochs(
  context: Context,
  signal: AbortSignal,
): AsyncGenerator<OperatorEvent> {
  yield currentEvent(await rotationNow(context), Date.now())
  const waiting: OperatorEvent[] = []
  let wake = () => {}
  const stop = new AbortController()
  const end = () => {
    stop.abort()
    wake()
  }
  signal.addEventListener('abort', end, {once: true})
  if (signal.aborted) return
  startLive(context, stop.signal, (event) => {
    waiting.push(event)
    wake()
  })
  try {
    while (!signal.aborted) {
      yield* waiting.splice(0)
      if (waiting.length === 0 && !signal.aborted) {
        await new Promise<void>((resolve) => (wake = resolve))
      }
    }
  } finally {
    end()
    signal.removeEventListener('abort', end)
  }
}
