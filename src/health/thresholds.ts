/** Every limit of the rules, with its reason. */

/** A block takes milliseconds, and a slot is 2 s: what takes longer than two of them holds blocks up. */
export const ENGINE_BUSY_MS = 4_000

/** Blocks carry whole seconds, and a slot is 2 s: more than five is no rounding. */
export const CLOCK_SKEW_SECONDS = 5

/** Heads of nodes and endpoints are read at different moments; two slots apart is normal. */
export const BEHIND_BLOCKS = 3

/** After a takeover the consensus layer sees the new epoch a moment later than L2 has it. */
export const POS_BEHIND_EPOCHS = 2n

/** A node writes its chain log and snapshots: the first leaves days, the second hours. */
export const DISK_LOW_BYTES = 5 * 1024 ** 3
export const DISK_CRITICAL_BYTES = 1024 ** 3

/** Reward batches vary in length; three times the usual one is none of that. */
export const REWARD_BATCH_LATE_FACTOR = 3n

/** Until there were so many batches their usual length is not known. */
export const REWARD_BATCHES_KNOWN = 2n
/** Unpaid epochs that are too many before any length is known. */
export const REWARD_EPOCHS_UNKNOWN = 200n

/**
 * METIS that one ETH is taken to buy when a claim is weighed. METIS has no price on either chain; it never was
 * worth so little, so a claim that is advised brings more than it costs.
 */
export const CAUTIOUS_METIS_PER_ETH = 2000n

/** A batch goes out every few minutes at most; the first says that something is stuck, the second that L1 has nothing of an hour. */
export const BATCH_LATE_MS = 15 * 60_000
export const BATCH_CRITICAL_MS = 60 * 60_000

/** Share of the engine's limit of state from which on it is told, long before the door refuses. */
export const STATE_LARGE = 0.6

/** Share of the pool from which on it is worth a word before it refuses. */
export const POOL_NEARLY_FULL = 0.9

/** Refusals of one kind in a minute from which on it is no slip of a single client. */
export const REFUSED_MANY = 10
