/** Limits of all our HTTP servers, with their arithmetic. The numbers are for the node's public RPC. */

/** Connections of all listeners; each costs a descriptor and 30 kB: 60 MB. */
export const HTTP_CONNECTIONS = 2_000
/** Connections of one remote address: a quarter, enough for a proxy that has its own limits. */
export const HTTP_CONNECTIONS_EACH = 500
/** Connections still closing while new ones arrive. */
export const HTTP_LEAVING = 64
/** Time from the connection or the first byte to the end of the headers. A slow link needs 1 s. */
export const HTTP_HEADERS_MS = 5_000
/**
 * Time for a body; longer only while it arrives at 100 bytes/ms (0.8 Mbit/s): the largest gets 60
 * s.
 */
export const HTTP_BODY_MS = 10_000
export const HTTP_BODY_BYTES_PER_MS = 100
/** Incomplete bodies: 128 x 5 MB are 640 MB at worst; one address gets a quarter. */
export const HTTP_BODIES = 128
export const HTTP_BODIES_EACH = 32
/** If a client reads nothing of a response for this long, the connection is closed. */
export const HTTP_UNREAD_ANSWER_MS = 30_000
/** Interval of the deadline checks: 2,000 connections x 0.2 µs twice a second are negligible. */
export const HTTP_LOOK_MS = 500
