/** Every limit of the REST server, with its arithmetic. Deadlines are those of all our servers. */

/**
 * REST: connections; each costs a descriptor and 30 kB. A network has about a hundred nodes and
 * operators.
 */
export const POS_CONNECTIONS = 512
/** REST: of one remote address: a quarter. */
export const POS_CONNECTIONS_EACH = 128
/** REST: connections that are closing while new ones arrive. */
export const POS_LEAVING = 32
/**
 * Descriptors for the consensus layer itself: store, lock, log, endpoints (16 each) and reserve.
 */
export const POS_DESCRIPTORS = 128
/** REST: minimum connections even if the process limit does not allow them. */
export const POS_CONNECTIONS_LEAST = 16
/** REST: a batch of 128 KiB, the largest transaction that L1 accepts, in hex, plus reserve. */
export const POS_BODY_BYTES = 512 * 1024
/** REST: requests in progress; some of them query L1. */
export const POS_IN_PROGRESS = 128
export const POS_IN_PROGRESS_EACH = 32
