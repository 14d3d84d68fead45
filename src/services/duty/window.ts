import type {Address} from 'viem'

import type {Setting} from '../../health/snapshot.ts'
import {stallLimitSeconds} from '../../health/stall.ts'
import {limitsOf} from '../../health/thresholds.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {restartWindow, type RestartWindow} from '../../protocol/rotation/restart-window.ts'
import {requireProfile, type Context} from '../context.ts'
import {settingOf} from '../health/setting.ts'
import {readForecast, type RotationForecast} from '../rotation/forecast.ts'
import type {ScanOptions} from '../rotation/records.ts'

/** Epochs within which windows are searched, with the current one. */
export const HORIZON_EPOCHS = 65

export interface DutyWindow extends RestartWindow {
  signer: Address
  headBlock: bigint
  needSeconds: number
  /** Why the forecast is not exact; null when it is. */
  doubt: string | null
  respanDelaySeconds: number
}

/**
 * May the node of the profile's signer be away for a while, starting now?
 *
 * @throws {MetisSeqError} SIGNER_UNKNOWN, PROFILE_MISSING, those of the L2 endpoint
 */
export async function readWindow(
  context: Context,
  needSeconds: number,
  options: ScanOptions = {},
): Promise<DutyWindow> {
  const signer = requireSigner(context)
  const forecast = await readForecast(context, {...options, count: HORIZON_EPOCHS, signer})
  return windowIn(settingOf(context), forecast, {signer, needSeconds})
}

interface WindowRequest {
  signer: Address
  needSeconds: number
  /** Wall clock, milliseconds since 1970. */
  nowMs?: number
  /** A newer head than that of the forecast. */
  head?: Pick<RotationForecast, 'headBlock' | 'headTimestampSeconds' | 'hasEpoch'>
}

/** The same from a forecast that was read already. Pure. */
export function windowIn(
  setting: Setting,
  forecast: RotationForecast,
  {signer, needSeconds, nowMs = Date.now(), head = forecast}: WindowRequest,
): DutyWindow {
  const {epochs, isCandidate, blockMs, doubt} = forecast
  const {headBlock, headTimestampSeconds, hasEpoch} = head
  const {slotMs, respanDelaySeconds} = setting
  const headAgeSeconds = nowMs / 1000 - Number(headTimestampSeconds)
  const {warnAboveSeconds} = limitsOf(setting, 'clock-skew')
  const window = restartWindow({
    forecast: epochs,
    hasEpoch,
    own: signer,
    isCandidate,
    ...{headBlock, needSeconds, slotMs, blockMs},
    isStalled: headAgeSeconds > stallLimitSeconds(setting),
    headAgeSeconds,
    isClockSlow: -headAgeSeconds > warnAboveSeconds,
  })
  return {...window, signer, headBlock, needSeconds, doubt, respanDelaySeconds}
}

/** The signer of the profile. @throws {MetisSeqError} SIGNER_UNKNOWN, PROFILE_MISSING */
export function requireSigner(context: Context): Address {
  const {name, profile} = requireProfile(context)
  if (profile.signer) return profile.signer
  throw new MetisSeqError({
    code: 'SIGNER_UNKNOWN',
    exit: 'config',
    message: `Profile ${name} has no signer, so it has no turns.`,
    facts: {profile: name},
    hints: [`Run \`metis-seq init --profile ${name} --replace --signer KEY_OR_ADDRESS\`.`],
  })
}

/**
 * True when `duty wait` would fail at once. What passes by itself is waited for, as a source that is down; known turns that
 * leave no room are not, and neither is a window that would have to be longer than an exact forecast is.
 */
export function isHopeless({reason, next, doubt}: DutyWindow): boolean {
  const isKnown = reason === 'own-turn' || reason === 'turn-soon' || reason === 'turn-unknown'
  return isKnown && next === null && doubt === null
}
