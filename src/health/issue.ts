/** Severity of an issue. `info` is advice; nothing is wrong. */
export type Severity = 'info' | 'warn' | 'critical'

/** Source of a fact. */
export type SourceName =
  | 'l2'
  | 'l1'
  | 'money'
  | 'lst'
  | 'pos'
  | 'node'
  | 'machine'
  | 'endpoints'
  | 'settings'

/** Every condition that a rule can report. Scripts and alerts branch on these, so a name never changes its meaning. */
export const issueIds = [
  'l2-unreachable',
  'l2-no-epoch',
  'l2-stalled',
  'own-turn-silent',
  'clock-skew',
  'node-down',
  'node-hung',
  'node-ended-halted',
  'node-halted',
  'node-second-signer',
  'node-silent',
  'node-diverged',
  'node-l1-divergence',
  'node-catching-up',
  'node-waiting',
  'node-behind',
  'node-no-peers',
  'node-stage-failing',
  'node-missing',
  'node-unreachable',
  'node-not-told',
  'node-is-verifier',
  'node-l1-unreachable',
  'pool-full',
  'pool-late',
  'descriptors-tight',
  'clients-refused',
  'engine-restarting',
  'engine-busy',
  'engine-exposed',
  'engine-state-large',
  'engine-changed-outside',
  'batches-not-landing',
  'wallet-low',
  'pos-unreachable',
  'pos-behind',
  'pos-syncing',
  'pos-trouble',
  'l1-unreachable',
  'l1-stale',
  'endpoint-down',
  'endpoint-stale',
  'endpoints-disagree',
  'stake-unreadable',
  'owner-not-whitelisted',
  'pool-paused',
  'exit-claimable',
  'exit-waiting',
  'reward-batch-late',
  'disk-low',
  'key-locked',
  'no-profile',
  'not-registered',
  'sequencer-inactive',
  'reward-claimable',
  'loan-near-liquidation',
  'lst-unreadable',
  'lst-backing',
  'lst-wound-down',
  'lst-peg',
  'lst-claimable',
] as const

export type IssueId = (typeof issueIds)[number]

/** A problem, or an action worth taking. */
export interface Issue {
  id: IssueId
  /** Subject, such as an endpoint or an account, where there are several; null where there is only one. */
  subject: string | null
  severity: Severity
  /** One clause without a period, short enough for a header: `your node does not run`. */
  text: string
  /** Wall-clock start in milliseconds since 1970; null when it was not observed. */
  sinceMs: number | null
  /** Its cost while it lasts, as a sentence. */
  cost: string
  /** The next command, ready to be typed. */
  remedy: string
  sources: SourceName[]
}

/** `unknown`: a source has not responded yet, and nothing worse is known. */
export type HealthState = 'ok' | 'unknown' | 'warn' | 'critical'

export interface HealthReport {
  state: HealthState
  /** The worst issue in one clause. */
  headline: string
  /** The next command; null when there is nothing to do. */
  remedy: string | null
  /** Worst first. */
  issues: Issue[]
  /** Sources without a current response: values that depend on them are unknown. */
  unknown: SourceName[]
}

const weight: Record<Severity, number> = {critical: 0, warn: 1, info: 2}

/** Worst first; rules of one severity keep their order. */
export function worstFirst(issues: readonly Issue[]): Issue[] {
  return issues.toSorted((a, b) => weight[a.severity] - weight[b.severity])
}

/** Issues found by comparing their sources; for any other, the first source is enough, and the rest only add to it. */
const compared: ReadonlySet<IssueId> = new Set([
  ...(['node-behind', 'pos-behind', 'reward-batch-late', 'lst-unreadable'] as const),
  ...(['endpoint-down', 'endpoint-stale', 'endpoints-disagree'] as const),
])

/** Told by the status of the node alone, and no part of its process: they do not end with it. */
const toldByNode: ReadonlySet<IssueId> = new Set([
  ...(['wallet-low', 'batches-not-landing', 'disk-low', 'clock-skew'] as const),
])

/** A node of which one of these is said tells nothing. */
const mute: ReadonlySet<IssueId> = new Set([
  ...(['node-down', 'node-hung', 'node-ended-halted'] as const),
])

/**
 * True while an issue could not be seen if it lasted: a source that it needs does not respond, or the
 * node that would tell of it is silent.
 */
export function isOutOfSight(
  {id, sources}: Pick<Issue, 'id'> & {sources: readonly SourceName[]},
  {unknown, issues}: {unknown: readonly SourceName[]; issues: readonly Pick<Issue, 'id'>[]},
): boolean {
  const needed = compared.has(id) ? sources : sources.slice(0, 1)
  if (needed.some((source) => unknown.includes(source))) return true
  return toldByNode.has(id) && sources[0] === 'node' && issues.some((issue) => mute.has(issue.id))
}

/** Identity of an issue over time, whatever its text. */
export function keyOf({id, subject}: Pick<Issue, 'id' | 'subject'>): string {
  return subject === null ? id : `${id} ${subject}`
}
