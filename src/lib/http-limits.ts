/** Bounds of every HTTP server of ours, with their arithmetic. Numbers are those of the node's public RPC. */

/** Connections of all doors; each costs a descriptor and 30 kB: 60 MB. */
export const HTTP_CONNECTIONS = 2_000
/** Connections of one remote address: a quarter, which is enough for a proxy that counts for itself. */
export const HTTP_CONNECTIONS_EACH = 500
/** Connections that are being closed while others come already. */
export const HTTP_LEAVING = 64
/** Time from the connection or the first byte to the end of the headers. A slow link takes 1 s. */
export const HTTP_HEADERS_MS = 5_000
/**
 * A body may take this long, and longer only as long as it comes at 100 bytes/ms (0.8 Mbit/s): the
 * largest has 60 s.
 */
export const HTTP_BODY_MS = 10_000
export const HTTP_BODY_BYTES_PER_MS = 100
/** Bodies that have not arrived whole: 128 x 5 MB are 640 MB at worst; one address has a quarter. */
export const HTTP_BODIES = 128
export const HTTP_BODIES_EACH = 32
/** An answer of which the client takes nothing for this long ends the connection. */
export const HTTP_UNREAD_ANSWER_MS = 30_000
/** How often the deadlines are looked at: 2,000 connections x 0.2 µs twice a second are nothing. */
export const HTTP_LOOK_MS = 500
