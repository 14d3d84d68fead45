/** Every queue and bound of the public RPC, with its arithmetic. */

/** RPC: one body. 100 calls with the largest transaction each would be 26 MB; this is 18 of them. */
export const RPC_BODY_BYTES = 5_000_000
export const RPC_BATCH = 200
/** RPC: gas of a call or an estimate, where slots are long enough for it. */
export const RPC_CALL_GAS = 50_000_000n
/**
 * RPC: gas in a millisecond of the slowest code there is: MODEXP with operands of 512 bytes and more and an
 * exponent of one byte. Ordinary code runs at 200,000 to 900,000. `node bench/engine-speed.ts`
 * measures it anew.
 */
export const RPC_CALL_GAS_PER_MS = 7_000
/**
 * RPC: part of a slot that the slowest call may take. The engine cannot be interrupted, and a block waits for
 * the call that runs. 2 s: 5.6 M gas in 0.8 s at worst, so that on a machine which is twice as slow, or busy,
 * the block is still not a slot late.
 */
export const RPC_CALL_SLOT_PART = 0.4
/** RPC: a call may always have this, for contracts have to work with short slots as well: 215 ms at worst. */
export const RPC_CALL_GAS_LEAST = 1_500_000n
/** RPC: of a call that is a read, since it goes to a contract of the network itself: 143 ms at worst, usually 0.4. */
export const RPC_OWN_CALL_GAS = 1_000_000n
/**
 * RPC: time of the engine for calls of one client, in milliseconds a second, loopback too: blocks wait for
 * these as well. A usual call of 1 ms may come 150 times a second, and 2,000 at once. A client never owes more
 * than what lets it come back in 10 s.
 */
export const RPC_CALL_MS_PER_SECOND = 150
export const RPC_CALL_MS_BURST = 2_000
export const RPC_CALL_MS_OWED = 700
/** RPC: a call whose client is that near to its next share waits for it, instead of being refused. */
export const RPC_CALL_WAIT_MS = 500
/** RPC: of all clients together: three tenths of the time; the rest is for blocks. */
export const RPC_CALLS_MS_PER_SECOND = 300
export const RPC_CALLS_MS_BURST = 1_000
/** RPC: slots that all of them have to wait at most, whatever a call took. */
export const RPC_CALLS_WAIT_SLOTS = 2
/**
 * RPC: an estimate is at most this much above what is needed, as with geth. That is 6 or 7 calls, after one
 * for each doubling from 21,000.
 */
export const RPC_ESTIMATE_EXCESS = 0.015
/** RPC: calls that the engine executes at a time. One leaves the other core to sealing. */
export const RPC_CALLS_AT_ONCE = 1
/** RPC: calls that may wait for it; ordinary ones take 1 ms, so a hundred are a tenth of a second. */
export const RPC_CALLS_WAITING = 100
/** RPC: of one client: half. Clients take turns, whoever has how many waiting. */
export const RPC_CALLS_WAITING_EACH = 50
/** RPC: milliseconds of one turn of the event loop in which bodies are read: two with 50 transactions. */
export const RPC_TURN_MS = 4
/** RPC: a body that had to wait so long for its turn is refused: its transactions would be late. */
export const RPC_TURN_WAIT_MS = 150
/** RPC: a shorter body does not wait for its turn: a call, or a transaction or two. */
export const RPC_SMALL_CHARS = 1_000
/** RPC: requests that are being answered; each holds its body, so 256 hold at most 1.3 GB and usually 1 MB. */
export const RPC_CONCURRENT = 256
/** RPC: of one remote address: half, so that one alone never makes the node busy for others. */
export const RPC_CONCURRENT_EACH = 128

/**
 * Descriptors for the node itself: 52 when it runs (threads, stores, logs, sockets of the engine), 16 to L1, 18
 * of the administration with those that leave, 10 of files that are being written, and 32 in reserve.
 * Connections are cut so that the limit of the process leaves these. All of them wanted: 128 + 2,064 + 288 = 2,480.
 */
export const NODE_DESCRIPTORS = 128
/** HTTP: connections even where the limit leaves no room for them; such a node warns at its start. */
export const HTTP_CONNECTIONS_LEAST = 16
/** HTTP: connections of the administration, which only this machine reaches. */
export const ADMIN_CONNECTIONS = 16

export const RPC_LOG_RANGE_BLOCKS = 10_000

/** RPC: addresses or topics at one position of a filter. */
export const RPC_FILTER_VALUES = 1_000
/** RPC: logs in one answer, at 500 bytes 5 MB. */
export const RPC_LOGS = 10_000
/** RPC: index entries of the log search that are read at once: 500 x 5 µs = 3 ms. */
export const RPC_LOG_SCAN = 500
/** RPC: milliseconds of a log search between two turns of the event loop. */
export const RPC_LOG_TURN_MS = 4
/**
 * RPC: time of the thread for all log searches together, in milliseconds a second. To unpack and write 10,000 logs takes
 * 150 ms, and 10 ms where somebody asked for the same before.
 */
export const RPC_LOG_MS_PER_SECOND = 200
export const RPC_LOG_MS_BURST = 300
export const RPC_LOG_MS_OWED = 400
/** RPC: characters of found logs that are kept, at a byte each: 60,000 logs. */
export const RPC_LOG_KEPT_CHARS = 32_000_000
/** RPC: what is found for a longer filter is not kept. */
export const RPC_LOG_KEY_CHARS = 1_000
/** RPC: text of one answer or batch. A full block is 10,000 x 1 kB, and as much again for others. */
export const RPC_ANSWER_BYTES = 25_000_000
/** RPC: text of all answers that are being made or sent; beyond it batches are cut short. */
export const RPC_PENDING_BYTES = 250_000_000
/** RPC: reads of one batch that are answered at the same time. */
export const RPC_BATCH_AT_ONCE = 8
/** RPC: nesting of a request. The deepest honest one is a call with an access list: 7. */
export const RPC_NESTING = 32
/** RPC: reads that the engine answers at a time, and those that may wait; each takes about 0.3 ms. */
export const RPC_READS_AT_ONCE = 8
export const RPC_READS_WAITING = 2_000
export const RPC_READS_WAITING_EACH = 1_000
/** RPC: a call is cut off for its sender after this; its gas bounds what the engine still does. */
export const RPC_CALL_TIMEOUT_MS = 5_000
/** RPC: blocks or transactions in one list answer. */
export const RPC_RANGE_BLOCKS = 1_000
/** RPC: work of one remote address, in cheap reads of 0.3 ms. Three such clients leave half a core. */
export const RPC_UNITS_PER_SECOND = 500
/** RPC: ten times that at once lets a page load. */
export const RPC_UNITS_BURST = 5_000
/** RPC: remote addresses remembered: 10,000 x 100 bytes are 1 MB. */
export const RPC_CLIENTS = 10_000
/** WebSocket: connections; each costs 50 kB. */
export const WS_CONNECTIONS = 500
/** WebSocket: connections of one remote address. */
export const WS_PER_CLIENT = 50
export const WS_SUBSCRIPTIONS = 20
/** WebSocket: of all connections of one client: ten full ones. Each block costs 5 µs for each: 1 ms. */
export const WS_SUBSCRIPTIONS_EACH = 200
/** WebSocket: messages of one connection that are being answered; the rest of it is not read meanwhile. */
export const WS_IN_FLIGHT = 16
/** WebSocket: unread text at which news end the connection. One answer at a time may be larger. */
export const WS_BUFFER_BYTES = 8_000_000
/** WebSocket: text that waits for all slow readers together; then the one that is written to is ended. */
export const WS_TOTAL_BUFFER_BYTES = 256_000_000
/** WebSocket: a ping goes out this often; one that is not answered by the next ends the connection. */
export const WS_PING_MS = 30_000
/** Filters: how many there may be, what each may hold, and when one that nobody asks for is removed. */
export const FILTERS = 1_000
/** Filters: of one client: a tenth. A tool makes a handful. */
export const FILTERS_EACH = 100
export const FILTER_CHANGES = 10_000
export const FILTER_LIFETIME_MS = 300_000
/** Feeds: followers of pending transactions: 16 x 5,000 a second x 5 µs are 0.4 of a core. */
export const PENDING_FEEDS = 16
/** Feeds: of one client, filters of pending transactions included. */
export const PENDING_FEEDS_EACH = 4
/** Feeds: messages between two turns of the event loop: 1,000 x 5 µs = 5 ms. */
export const FEED_WORK = 1_000
/**
 * Requests of one body that the pool has no room for, before the answer waits. Who is told to send later and
 * sends at once takes the time that the transactions of others need: 8 connections with 100 each get 3,200
 * refusals a second this way, instead of 14,000.
 */
export const RPC_REFUSALS_AT_ONCE = 20
export const RPC_REFUSED_PAUSE_MS = 250
