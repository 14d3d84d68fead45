import type {Address} from 'viem'

import {stallLimitSeconds} from '../../health/stall.ts'
import type {Epoch} from '../../protocol/epoch.ts'
import {isSame, type EpochRecord} from '../../protocol/rotation/records.ts'
import {readNewestEpochs} from '../../chain/actions/sequencer-set/read-epochs.ts'
import type {Context} from '../context.ts'
import {settingOf} from '../health/setting.ts'
import {createBlockTimes} from '../network/block-times.ts'
import {activeStakesReader} from './active-stakes.ts'
import {
  BACK_TESTED_SPANS,
  composeForecast,
  readDrawingAndRotation,
  type RotationForecast,
} from './forecast.ts'
import {readRecords, type Records} from './records.ts'
import {composeSuccessor, type SuccessorView} from './successor.ts'

/** Past epochs of the timeline. */
export const TIMELINE_EPOCHS = 30
/** The records of old epochs are read again after this time even if no new epoch was committed. */
const RECORDS_MS = 5 * 60_000

/** Everything that a live screen shows of the rotation, read together. */
export interface RotationLook {
  forecast: RotationForecast
  /** Null when it cannot be foretold. */
  successor: SuccessorView | null
  /** The newest epochs on L2, oldest first, with how each came to be. */
  past: EpochRecord[]
}

/**
 * A reader for repeated looks: old epochs and spans are read again only when the newest epoch is
 * another one.
 *
 * @param count epochs of the forecast, with the current one
 */
export function rotationReader(
  context: Context,
  {count, signer, signal}: {count: number; signer: Address | null; signal: AbortSignal},
): () => Promise<RotationLook> {
  const times = createBlockTimes(context)
  const setting = settingOf(context)
  const stallSeconds = stallLimitSeconds(setting)
  const readStakes = activeStakesReader(context)
  let kept: {records: Records; newest: Epoch | undefined; atMs: number} | undefined
  return async () => {
    const {sequencerSet} = context.network.l2.contracts
    const [newest] = await readNewestEpochs(context.l2().client, {sequencerSet, count: 1})
    const isFresh =
      kept !== undefined &&
      isSameEpoch(kept.newest, newest) &&
      performance.now() - kept.atMs < RECORDS_MS &&
      kept.records.respans !== null
    if (!kept || !isFresh) {
      const records = await readRecords(context, BACK_TESTED_SPANS, {signal})
      kept = {records, newest, atMs: performance.now()}
    }
    const {records} = kept
    // After the records, which can take long: a forecast is as old as its head.
    const [{rotation, drawing}, respanState] = await Promise.all([
      readDrawingAndRotation(context, readStakes),
      context
        .pos()
        ?.respanState()
        .catch(() => null),
    ])
    const blockMs = await times.usualMs(rotation)
    const nowMs = Date.now()
    const forecast = composeForecast(
      {rotation, records, drawing, blockMs, stallSeconds},
      {count, signer, nowMs},
    )
    const successor = composeSuccessor(setting, {
      ...{rotation, drawing, respanState: respanState ?? null, nowMs},
      respans: records.respans,
    })
    return {forecast, successor, past: records.records.slice(-TIMELINE_EPOCHS)}
  }
}

/** A respan gives the newest epoch to another signer under its number if it has not begun. */
function isSameEpoch(a: Epoch | undefined, b: Epoch | undefined): boolean {
  if (!a || !b) return a === b
  return (
    a.number === b.number &&
    isSame(a.signer, b.signer) &&
    a.startBlock === b.startBlock &&
    a.endBlock === b.endBlock
  )
}
