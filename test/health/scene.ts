/** Situations of an operator with the severity, the words and the command that every surface must show. */
import type {IssueId} from '../../src/health/issue.ts'
import type {Setting} from '../../src/health/snapshot.ts'
import type {NodeStatus} from '../../src/protocol/node-status.ts'
import type {Feeds} from '../../src/services/live/live.ts'
import {
  epochView,
  fresh,
  ME,
  moneyWith,
  nodeLook,
  nodeSetting,
  NOW,
  rotation,
} from '../helpers/dashboard-data.ts'

export interface Situation {
  name: string
  feeds: Partial<Feeds>
  setting?: Setting
  state: 'ok' | 'unknown' | 'warn' | 'critical'
  /** The worst issue; null while there is none. */
  worst: IssueId | null
  /** Part of its text. */
  text: string
  /** The command that comes next; null: nothing to do. */
  remedy: string | null
}

export const METIS = 10n ** 18n
export const nowSeconds = BigInt(NOW.wallMs / 1000)
export const mine = epochView({signer: ME, mine: true})
export const noReward = moneyWith({rewardMetisWei: 0n})

/** The calm: nothing to claim either. */
export const calm: Partial<Feeds> = {money: fresh(noReward)}
export const withNode = (status: Partial<NodeStatus> | null = {}): Partial<Feeds> => ({
  ...calm,
  node: fresh(nodeLook(status)),
})
export const quiet = (seconds: number, changes = {}) =>
  fresh(rotation({headTimestampSeconds: nowSeconds - BigInt(seconds), ...changes}))
export const trouble = (message: string) => ({code: 'X', message, sinceMs: NOW.wallMs - 60_000})
export const localSetting: Setting = {
  ...nodeSetting,
  network: 'local',
  kind: 'local',
  respanDelaySeconds: 10,
}
export const profile = '--profile main'
