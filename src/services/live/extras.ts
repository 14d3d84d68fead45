/** Sources of the live screen that no rule of health reads: they are slower, and nothing waits for them. */
import type {Context} from '../context.ts'
import {readDutyHistory, type DutyHistory} from '../duty/history.ts'
import {HORIZON_EPOCHS} from '../duty/window.ts'
import {rotationReader, type RotationLook} from '../rotation/look.ts'
import {absentPoller, startPoller, type Feed, type Poller} from './feeds.ts'
import {hostReader, type HostLook} from './host.ts'
import {readRewardDays, type RewardDays} from './reward-days.ts'
import {readWallets, type WalletsLook} from './wallets.ts'

export interface ExtraLooks {
  rotation: RotationLook
  duty: DutyHistory
  rewards: RewardDays
  wallets: WalletsLook
  host: HostLook
}

export type ExtraKey = keyof ExtraLooks
export type ExtraPollers = {[K in ExtraKey]: Poller<ExtraLooks[K]>}
export type ExtraFeeds = {[K in ExtraKey]: Feed<ExtraLooks[K]>}

/** Days of the scores on the screen. */
export const SCORE_DAYS: readonly number[] = [7, 30]

/** Themis itself looks at L2 every ten seconds. */
const ROTATION_MS = 10_000
const DUTY_MS = 10 * 60_000
/** A scan of logs that is cached up to the newest ones. */
const REWARDS_MS = 10 * 60_000
const WALLETS_MS = 60_000
const HOST_MS = 5_000

/** Starts a poller per source; those that the profile does not have are never asked. */
export function startExtras(context: Context, signal: AbortSignal): ExtraPollers {
  const signer = context.profile?.signer ?? null
  const owner = context.profile?.owner ?? null
  const readRotation = rotationReader(context, {count: HORIZON_EPOCHS, signer, signal})
  return {
    rotation: startPoller({
      ...{periodMs: ROTATION_MS, read: readRotation, signal},
      height: {chain: 'L2', of: ({forecast}) => forecast.headBlock},
    }),
    duty: signer
      ? startPoller({
          periodMs: DUTY_MS,
          read: () => readDutyHistory(context, {signer, days: SCORE_DAYS, signal}),
          signal,
        })
      : absentPoller(),
    rewards: owner
      ? startPoller({periodMs: REWARDS_MS, read: () => readRewardDays(context, signal), signal})
      : absentPoller(),
    wallets: startPoller({periodMs: WALLETS_MS, read: () => readWallets(context), signal}),
    host: startPoller({periodMs: HOST_MS, read: hostReader(context), signal}),
  }
}

export function extraFeedsOf(pollers: ExtraPollers): ExtraFeeds {
  const {rotation, duty, rewards, wallets, host} = pollers
  return {
    rotation: rotation.store.get(),
    duty: duty.store.get(),
    rewards: rewards.store.get(),
    wallets: wallets.store.get(),
    host: host.store.get(),
  }
}
