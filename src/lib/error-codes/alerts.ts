import type {ErrorEntry} from './entry.ts'

/** Alerts, their outputs, and the monitor. */
export const alertCodes = () =>
  ({
    ALERTS_INVALID: {exit: 'config', facts: {path: 'text'}},
    ALERT_LIMIT_UNKNOWN: {exit: 'usage', facts: {rule: 'text', limit: 'text', known: 'text'}},
    ALERT_NOT_ACTIVE: {exit: 'not-found', facts: {alert: 'text', active: 'text'}},
    ALERT_OUTPUT_EXISTS: {exit: 'precondition', facts: {output: 'text'}},
    ALERT_OUTPUT_INVALID: {exit: 'usage', facts: {output: 'text'}},
    ALERT_OUTPUT_MISSING: {exit: 'config', facts: {path: 'text'}},
    ALERT_OUTPUT_UNKNOWN: {exit: 'not-found', facts: {output: 'text', known: 'text'}},
    ALERT_RULE_UNKNOWN: {exit: 'not-found', facts: {given: 'text'}},
    MONITOR_RUNNING: {exit: 'busy', facts: {profile: 'text', pid: 'text'}},
  }) as const satisfies Record<string, ErrorEntry>
