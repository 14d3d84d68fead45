/** Every queue and limit of the public RPC, with its arithmetic. */

/**
 * RPC: one body. 100 calls with the largest transaction each would be 26 MB; this holds 18 of them.
 */
export const RPC_BODY_BYTES = 5_000_000
export const RPC_BATCH = 200
/** RPC: gas of a call or an estimate, if slots are long enough for it. */
export const RPC_CALL_GAS = 50_000_000n
/**
 * RPC: gas per millisecond of the slowest code: MODEXP with operands of 512 bytes and more and an
 * exponent of one byte. Ordinary code runs at 200,000 to 900,000. `node bench/engine-speed.ts`
 * measures it again.
 */
export const RPC_CALL_GAS_PER_MS = 7_000
/**
 * RPC: fraction of a slot that the slowest call may take. The engine cannot be interrupted, and a
 * block waits for the running call. With 2 s: 5.6 M gas in 0.8 s at worst, so even on a machine
 * half as fast, or busy, the block is less than a slot late.
 */
export const RPC_CALL_SLOT_PART = 0.4
/**
 * RPC: a call always gets at least this, since contracts must work with short slots too: 215 ms at
 * worst.
 */
export const RPC_CALL_GAS_LEAST = 1_500_000n
/** RPC: for a pure read of one of the network's own contracts: 143 ms at worst, usually 0.4. */
export const RPC_OWN_CALL_GAS = 1_000_000n
/**
 * RPC: engine time for calls of one client, in milliseconds per second, including loopback: blocks
 * wait for these too. A typical 1 ms call may run 150 times a second, with bursts of 2,000. A
 * client's debt never takes more than 10 s to clear.
 */
export const RPC_CALL_MS_PER_SECOND = 150
export const RPC_CALL_MS_BURST = 2_000
export const RPC_CALL_MS_OWED = 700
/** RPC: a call whose client is this close to its next share waits instead of being rejected. */
export const RPC_CALL_WAIT_MS = 500
/** RPC: for all clients together: three tenths of the time; the rest is for blocks. */
export const RPC_CALLS_MS_PER_SECOND = 300
export const RPC_CALLS_MS_BURST = 1_000
/** RPC: the most slots that all clients may have to wait, however long a call took. */
export const RPC_CALLS_WAIT_SLOTS = 2
/**
 * RPC: an estimate exceeds the required gas by at most this much, as with geth. That is 6 or 7
 * calls, after one for each doubling from 21,000.
 */
export const RPC_ESTIMATE_EXCESS = 0.015
/** RPC: concurrent calls in the engine. One leaves the other core to sealing. */
export const RPC_CALLS_AT_ONCE = 1
/**
 * RPC: calls that may wait for it; ordinary ones take 1 ms, so a hundred take a tenth of a second.
 */
export const RPC_CALLS_WAITING = 100
/** RPC: of one client: half. Clients take turns, however many each has waiting. */
export const RPC_CALLS_WAITING_EACH = 50
/** RPC: milliseconds per turn of the event loop for reading bodies: two with 50 transactions. */
export const RPC_TURN_MS = 4
/** RPC: a body that waited this long for its turn is rejected: its transactions would be late. */
export const RPC_TURN_WAIT_MS = 150
/** RPC: a shorter body does not wait for its turn: a call, or a transaction or two. */
export const RPC_SMALL_CHARS = 1_000
/** RPC: requests in progress; each holds its body, so 256 hold at most 1.3 GB and usually 1 MB. */
export const RPC_CONCURRENT = 256
/** RPC: of one remote address: half, so that a single client never exhausts the node. */
export const RPC_CONCURRENT_EACH = 128

/**
 * Descriptors for the node itself: 52 while running (threads, stores, logs, engine sockets), 16 to
 * L1, 18 for the admin server including closing ones, 10 for files being written, and 32 in
 * reserve. Connections are reduced so that the process limit leaves these. The full demand: 128 +
 * 2,064 + 288 = 2,480.
 */
export const NODE_DESCRIPTORS = 128
/**
 * HTTP: minimum connections even if the process limit does not allow them; such a node warns at
 * start.
 */
export const HTTP_CONNECTIONS_LEAST = 16
/** HTTP: connections of the admin server, which only this machine can reach. */
export const ADMIN_CONNECTIONS = 16

export const RPC_LOG_RANGE_BLOCKS = 10_000

/** RPC: addresses or topics at one position of a filter. */
export const RPC_FILTER_VALUES = 1_000
/** RPC: logs in one response; at 500 bytes each, 5 MB. */
export const RPC_LOGS = 10_000
/** RPC: index entries of the log search that are read at once: 500 x 5 µs = 3 ms. */
export const RPC_LOG_SCAN = 500
/** RPC: milliseconds of a log search per turn of the event loop. */
export const RPC_LOG_TURN_MS = 4
/**
 * RPC: thread time for all log searches together, in milliseconds per second. Unpacking and writing
 * 10,000 logs takes 150 ms, or 10 ms from the cache.
 */
export const RPC_LOG_MS_PER_SECOND = 200
export const RPC_LOG_MS_BURST = 300
export const RPC_LOG_MS_OWED = 400
/** RPC: characters of cached log matches, one byte each: 60,000 logs. */
export const RPC_LOG_KEPT_CHARS = 32_000_000
/** RPC: matches of a longer filter are not cached. */
export const RPC_LOG_KEY_CHARS = 1_000
/**
 * RPC: size of one response or batch. A full block is 10,000 x 1 kB, and as much again for others.
 */
export const RPC_ANSWER_BYTES = 25_000_000
/** RPC: size of all responses being built or sent; beyond it, batches are cut short. */
export const RPC_PENDING_BYTES = 250_000_000
/** RPC: concurrent reads of one batch. */
export const RPC_BATCH_AT_ONCE = 8
/** RPC: nesting of a request. The deepest legitimate one is a call with an access list: 7. */
export const RPC_NESTING = 32
/** RPC: concurrent engine reads, and how many may wait; each takes about 0.3 ms. */
export const RPC_READS_AT_ONCE = 8
export const RPC_READS_WAITING = 2_000
export const RPC_READS_WAITING_EACH = 1_000
/** RPC: a call times out for its sender after this; its gas limits what the engine still does. */
export const RPC_CALL_TIMEOUT_MS = 5_000
/** RPC: blocks or transactions in one list response. */
export const RPC_RANGE_BLOCKS = 1_000
/**
 * RPC: work per second of one remote address, in cheap reads of 0.3 ms. Three such clients leave
 * half a core.
 */
export const RPC_UNITS_PER_SECOND = 500
/** RPC: a burst of ten times that lets a page load. */
export const RPC_UNITS_BURST = 5_000
/** RPC: remote addresses remembered: 10,000 x 100 bytes are 1 MB. */
export const RPC_CLIENTS = 10_000
/** WebSocket: connections; each costs 50 kB. */
export const WS_CONNECTIONS = 500
/** WebSocket: connections of one remote address. */
export const WS_PER_CLIENT = 50
export const WS_SUBSCRIPTIONS = 20
/**
 * WebSocket: subscriptions on all connections of one client: ten full ones. Each block costs 5 µs
 * for each: 1 ms.
 */
export const WS_SUBSCRIPTIONS_EACH = 200
/** WebSocket: messages of one connection in progress; the rest is not read until they finish. */
export const WS_IN_FLIGHT = 16
/**
 * WebSocket: unread data at which notifications end the connection. One response at a time may be
 * larger.
 */
export const WS_BUFFER_BYTES = 8_000_000
/**
 * WebSocket: pending data of all slow readers together; beyond it, the connection being written to
 * is closed.
 */
export const WS_TOTAL_BUFFER_BYTES = 256_000_000
/** WebSocket: ping interval; a ping without a pong before the next one ends the connection. */
export const WS_PING_MS = 30_000
/** Filters: how many there may be, what each may hold, and when an idle one is removed. */
export const FILTERS = 1_000
/** Filters: of one client: a tenth. A tool creates a handful. */
export const FILTERS_EACH = 100
export const FILTER_CHANGES = 10_000
export const FILTER_LIFETIME_MS = 300_000
/** Feeds: subscribers to pending transactions: 16 x 5,000 a second x 5 µs are 0.4 of a core. */
export const PENDING_FEEDS = 16
/** Feeds: of one client, filters of pending transactions included. */
export const PENDING_FEEDS_EACH = 4
/** Feeds: messages per turn of the event loop: 1,000 x 5 µs = 5 ms. */
export const FEED_WORK = 1_000
/**
 * Rejected requests of one body, for lack of pool capacity, before the response is delayed. Clients
 * that resend at once despite the retry time take time from other transactions: 8 connections with
 * 100 each get 3,200 rejections a second this way, instead of 14,000.
 */
export const RPC_REFUSALS_AT_ONCE = 20
export const RPC_REFUSED_PAUSE_MS = 250
