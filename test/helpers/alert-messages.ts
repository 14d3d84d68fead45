import type {Alert, NoticeType} from '../../src/health/alerts/decide.ts'
import {toMessageNotice, type AlertMessage} from '../../src/services/alerts/message.ts'

const AT = Date.UTC(2026, 0, 1)

export function alertWith(changes: Partial<Alert> = {}): Alert {
  return {
    ...{key: 'node-down', id: 'node-down', subject: null, severity: 'critical'},
    ...{text: 'your node is not running', cost: 'It misses its epochs.'},
    ...{remedy: 'metis-seq node start --profile seq-1', sources: ['node'], phase: 'firing'},
    ...{sinceMs: AT - 10_000, phaseMs: AT, toldMs: AT, toldSeverity: 'critical', told: 1},
    ...{acknowledged: false, raisedMs: [AT]},
    ...changes,
  }
}

export function messageWith(
  notices: readonly {type?: NoticeType; alert?: Partial<Alert>}[] = [{}],
  dropped = 0,
): AlertMessage {
  return {
    schema: 'metis-seq.alerts/1',
    ...{profile: 'seq-1', network: 'andromeda', dropped},
    notices: notices.map(({type = 'raised', alert}, index) =>
      toMessageNotice({type, alert: alertWith(alert), atMs: AT}, `id-${index}`),
    ),
  }
}
