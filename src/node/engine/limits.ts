/** Measured needs and limits of anvil. Only this folder reads them; see `EngineCapabilities`. */

/** Engine: request batches run in parallel inside it, and beyond 63 entries the order breaks. */
export const ENGINE_BATCH = 30
/** Engine: prepared batches: one is in flight, the next is sent when its response arrives. */
export const ENGINE_BATCHES_AHEAD = 2
/**
 * Engine: connections that fill an open block, one batch on each. On a single connection the engine
 * idles between two batches; more connections take cores that sender recovery needs.
 */
export const ENGINE_STAGERS = 2
/**
 * Engine: one call. A full slot of hostile gas (100 M at 65 M gas/s) takes 1.6 s; ten times that.
 */
export const ENGINE_CALL_TIMEOUT_MS = 20_000
/** Engine: concurrent reads, each on its own connection. */
export const ENGINE_READERS = 32
/** Engine: loading or dumping 500,000 accounts takes 1.9 s and 10k transactions 0.2 s; generous. */
export const ENGINE_SNAPSHOT_TIMEOUT_MS = 120_000
/**
 * Engine: rebuilding a block without its dropped transactions. The second attempt drops nothing.
 */
export const ENGINE_REBUILDS = 3
/** States kept for a rollback. A respan replaces a silent producer, so a fork is short. */
export const ENGINE_HISTORY_BLOCKS = 32
/**
 * Blocks whose transactions the engine stores until their receipts are in the history. Each
 * transaction costs it 5 kB: 8 blocks of 600 are 25 MB, 8 full ones 400 MB; and a dump 17 µs.
 */
export const ENGINE_RECEIPT_BLOCKS = 8
/** Above this many transactions, block receipts take the engine more than a tenth of a slot. */
export const ENGINE_BLOCK_RECEIPTS = 500
/**
 * Engine: a state is loaded in parts of this many characters: 0.1 s each; the time grows with their
 * square.
 */
export const ENGINE_LOAD_CHARS = 3_000_000
/** Headers in a snapshot: the 256 that BLOCKHASH can reach, and the head. */
export const SNAPSHOT_HEADERS = 257
/**
 * Engine: its process is replaced after this many transactions: each leaks 0.8 kB, so 160 MB in
 * total.
 */
export const ENGINE_RENEW_TRANSACTIONS = 200_000
/**
 * Engine: in our own epoch a replacement costs 0.3 s of a slot, so it happens only after this many:
 * 1.6 GB.
 */
export const ENGINE_RENEW_BUILDING = 2_000_000
