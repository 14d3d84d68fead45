/** Every bound of the REST server, with its arithmetic. Deadlines are those of all our servers. */

/** REST: connections; each costs a descriptor and 30 kB. Nodes and operators of a network are a hundred. */
export const POS_CONNECTIONS = 512
/** REST: of one remote address: a quarter. */
export const POS_CONNECTIONS_EACH = 128
/** REST: connections that are being closed while others come already. */
export const POS_LEAVING = 32
/** Descriptors for the consensus layer itself: store, lock, log, endpoints (16 each) and reserve. */
export const POS_DESCRIPTORS = 128
/** REST: connections even where the limit of the process leaves no room for them. */
export const POS_CONNECTIONS_LEAST = 16
/** REST: a batch of 128 KiB, the largest transaction that L1 takes, in hexadecimal, and room. */
export const POS_BODY_BYTES = 512 * 1024
/** REST: requests that are being answered; some of them ask L1. */
export const POS_IN_PROGRESS = 128
export const POS_IN_PROGRESS_EACH = 32
