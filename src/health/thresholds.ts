/** Every limit of the rules, with its reason. */
import type {IssueId} from './issue.ts'

/** Limits that a profile may replace, by the issue that they decide. The unit is the end of the name. */
export const ruleLimits = {
  /** Blocks have whole seconds, and a slot is 2 s: more than five seconds is not rounding. */
  'clock-skew': {warnAboveSeconds: 5},
  /** Heads of nodes and endpoints are read at different times; two slots apart is normal. */
  'node-behind': {warnAboveBlocks: 3},
  /** A node writes its chain log and snapshots: the first leaves days, the second hours. */
  'disk-low': {warnBelowGib: 5, criticalBelowGib: 1},
  /** A batch is posted at least every few minutes; the first means that something is stuck, the second that L1 lacks an hour of blocks. */
  'batches-not-landing': {warnAfterMinutes: 15, criticalAfterMinutes: 60},
  /** Of the engine's state limit: reported long before transactions are rejected. */
  'engine-state-large': {warnAbovePercent: 60},
  /** Of the pool: reported before it rejects transactions. */
  'pool-full': {warnAbovePercent: 90},
  /** Rejections of one kind: above it, this is not a slip of a single client. */
  'clients-refused': {warnAbovePerMinute: 10},
  /**
   * Distance between the price of a token and its rate. Waiting for a withdrawal at worst takes the
   * 21 days of an exit and 7 of the bridge, which is worth 1.5 % at 20 % a year: more is not the
   * price of waiting.
   */
  'lst-peg': {warnAboveBasisPoints: 200},
  /** At 1.2, a fall of the collateral by a sixth liquidates; at 1.05, one by a twentieth does, as METIS falls within a day. */
  'loan-near-liquidation': {warnBelowFactor: 1.2, criticalBelowFactor: 1.05},
} as const satisfies Partial<Record<IssueId, Record<string, number>>>

export type LimitedRule = keyof typeof ruleLimits

/** Limits of a profile, which replace those above. */
export type LimitChoices = Readonly<Record<string, Readonly<Record<string, number>>>>

/** The limits of one rule, for every reader of the same profile. */
export function limitsOf<Rule extends LimitedRule>(
  {limits}: {limits?: LimitChoices},
  rule: Rule,
): Record<LimitName<Rule>, number> {
  return {...(ruleLimits[rule] as Record<LimitName<Rule>, number>), ...limits?.[rule]}
}

type LimitName<Rule extends LimitedRule> = keyof (typeof ruleLimits)[Rule]

export function isLimitedRule(id: string): id is LimitedRule {
  return Object.hasOwn(ruleLimits, id)
}

/** A block takes milliseconds, and a slot is 2 s: a request longer than two slots delays blocks. */
export const ENGINE_BUSY_MS = 4_000

/** After a respan, the consensus layer sees the new epoch slightly later than L2. */
export const POS_BEHIND_EPOCHS = 2n

/** Reward batches vary in length; three times the usual length is not normal variation. */
export const REWARD_BATCH_LATE_FACTOR = 3n

/** Minimum number of batches for a usual length. */
export const REWARD_BATCHES_KNOWN = 2n
/** Limit of unpaid epochs before a usual length is known. */
export const REWARD_EPOCHS_UNKNOWN = 200n

/**
 * METIS per ETH assumed when a claim is evaluated. METIS has no price on either chain; it was never
 * worth this little, so an advised claim is worth more than its cost.
 */
export const CAUTIOUS_METIS_PER_ETH = 2000n

/** A pool that 1 METIS moves by 1 % has 200 METIS: its price is one trade away from any other. */
export const PEG_DEPTH_LEAST_WEI = 10n ** 18n
