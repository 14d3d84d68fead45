/** Limits of the dashboard page, with their arithmetic. */

/** Open connections. A browser has one or two; through a tunnel all of them come from one address. */
export const WEB_CONNECTIONS = 64
/** A frame is computed for all readers together; four times a second is more than any of them asks. */
export const WEB_FRAME_MS = 250
/** Uncompressed, everything that the page loads before its first frame: 2 s at 1.2 Mbit/s. */
export const WEB_PAGE_BYTES = 300_000
