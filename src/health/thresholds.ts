/** Every limit of the rules, with its reason. */

/** A block takes milliseconds, and a slot is 2 s: a request longer than two slots delays blocks. */
export const ENGINE_BUSY_MS = 4_000

/** Blocks have whole seconds, and a slot is 2 s: more than five seconds is not rounding. */
export const CLOCK_SKEW_SECONDS = 5

/** Heads of nodes and endpoints are read at different times; two slots apart is normal. */
export const BEHIND_BLOCKS = 3

/** After a respan, the consensus layer sees the new epoch slightly later than L2. */
export const POS_BEHIND_EPOCHS = 2n

/** A node writes its chain log and snapshots: the first threshold leaves days, the second hours. */
export const DISK_LOW_BYTES = 5 * 1024 ** 3
export const DISK_CRITICAL_BYTES = 1024 ** 3

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

/** A batch is posted at least every few minutes; the first threshold means that something is stuck, the second that L1 lacks an hour of blocks. */
export const BATCH_LATE_MS = 15 * 60_000
export const BATCH_CRITICAL_MS = 60 * 60_000

/** Share of the engine's state limit from which it is reported, long before transactions are rejected. */
export const STATE_LARGE = 0.6

/** Share of the pool from which it is reported, before it rejects transactions. */
export const POOL_NEARLY_FULL = 0.9

/** Rejections of one kind per minute above which it is not a slip of a single client. */
export const REFUSED_MANY = 10

/**
 * Distance between the price of a token and its rate. Waiting for a withdrawal at worst takes the 21
 * days of an exit and 7 of the bridge, which is worth 1.5 % at 20 % a year: more is not the price of
 * waiting.
 */
export const PEG_OFF_BASIS_POINTS = 200

/** A pool that 1 METIS moves by 1 % has 200 METIS: its price is one trade away from any other. */
export const PEG_DEPTH_LEAST_WEI = 10n ** 18n

/** At 1.2, a fall of the collateral by a sixth liquidates; at 1.05, one by a twentieth does, as METIS falls within a day. */
export const LOAN_FACTOR_LOW = 12n * 10n ** 17n
export const LOAN_FACTOR_CRITICAL = 105n * 10n ** 16n
