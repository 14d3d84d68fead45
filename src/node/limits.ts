/** Every queue, retry and wait of the node, with its arithmetic. */

/** Receipts composed per turn of the event loop: 300 x 0.03 ms = 9 ms. */
export const RECEIPT_CHUNK = 300
/**
 * Engine: concurrent requests for single receipts, 1 to 2 ms each, so that sealing can run in
 * between.
 */
export const RECEIPTS_AT_ONCE = 20
/** Engine: how often an idle one is probed. One read in two slots. */
export const ENGINE_CHECK_MS = 4_000
/** Consecutive restarts of a failing engine before the node gives up. */
export const ENGINE_RESTARTS = 3

/**
 * Snapshot after this much replay work, both added up: 12,000 transactions replay in 2.4 s, 400
 * empty blocks in 2 s. A killed node must serve again within 5 s.
 */
export const SNAPSHOT_TRANSACTIONS = 12_000
export const SNAPSHOT_BLOCKS = 400
/**
 * A dump blocks the engine: the pause between two is at least this multiple of the last one's
 * duration.
 */
export const SNAPSHOT_PAUSE_FACTOR = 30
/** A fork below the newest snapshot needs an older one. */
export const SNAPSHOTS_KEPT = 2

/** Lowest price accepted, 0.01 gwei. Above zero, or a free transaction could fork the chain. */
export const MIN_GAS_PRICE_WEI = 10_000_000n
/** Price we suggest, 0.02 gwei: twice the floor, so that a later rise does not strand anyone. */
export const SUGGESTED_GAS_PRICE_WEI = 20_000_000n
/** Gas one transaction may declare: 0.5 s of the slowest opcode (65 M gas/s). */
export const MAX_TRANSACTION_GAS = 30_000_000n
/** As geth: four 32 KiB slots. */
export const MAX_TRANSACTION_BYTES = 131_072
/**
 * Counted gas for instructions per block: the known usage of its calls, or a third of what they
 * declare. So a block declares at most 300 M, 4.6 s of the slowest opcode: one late block, once.
 */
export const BLOCK_EXECUTION_GAS = 100_000_000
/**
 * Cost: a known call counts as at least this fraction of its declared gas, since it might use all
 * of it.
 */
export const COST_DECLARED_PART = 3
/** Cost: number of recent calls of a function that are remembered, and how many make it known. */
export const COST_SAMPLES = 64
export const COST_SAMPLES_LEAST = 8
/** Cost: margin above the highest of them. */
export const COST_MARGIN = 1.1
/** Cost: a call that exceeds its count by this factor makes its function unknown for a while. */
export const COST_LIE_FACTOR = 1.25
export const COST_LIE_LEAST_GAS = 20_000
export const COST_LIE_KEPT_MS = 600_000
/** Cost: remembered functions: 4,000 x 700 bytes. */
export const COST_KINDS = 4_000
/** Cost: gas per millisecond of unknown code: the slowest opcode, 65 M gas/s. */
export const COST_UNKNOWN_GAS_PER_MS = 65_000
/** Cost: the most by which one block may slow down an estimate. */
export const COST_STEP_MOST = 4
/** Cost: initial sealing time of a payment and of an empty block. */
export const SEAL_BASE_MS = 0.1
export const SEAL_FIXED_MS = 20
/** Cost: no machine seals payments faster. */
export const SEAL_BASE_MS_LEAST = 0.01
/** Cost: nor ten times slower than usual; anything slower is a stalled machine, not its work. */
export const SEAL_BASE_MS_MOST = 1
/** Driver: sealing is expected to exceed the counted time by this factor. */
export const SEAL_MARGIN = 1.15
/** Fraction of a slot that sealing may take. */
export const SEAL_SHARE = 0.4
/** Pool: code that runs fewer gas per millisecond is slow: a token transfer runs at 4,000,000. */
export const SLOW_CODE_GAS_PER_MS = 20_000
/**
 * Pool: half the speed of the slowest code (RPC_CALL_GAS_PER_MS). Anything slower is due to the
 * machine.
 */
export const SLOW_CODE_LEAST_GAS_PER_MS = 3_500
/** Pool: a block slower than this was delayed by something else and says nothing about its code. */
export const SLOW_BLOCK_LEAST_GAS_PER_MS = 1_000
/** Pool: remembered slow contracts, and for how long: 1,000 x 100 bytes. */
export const SLOW_CODES = 1_000
export const SLOW_CODE_KEPT_MS = 600_000
/** 2 s at the engine's ingest rate of 6,300 transactions per second, minus a fifth for sealing. */
export const MAX_BLOCK_TRANSACTIONS = 10_000
/** Raw bytes in one block, so that it fits one request to a peer (twice that as hex). */
export const MAX_BLOCK_BYTES = 8_000_000

/** Driver: a hash mismatch rebuilds the engine at most once in this time. */
export const DOUBT_PAUSE_MS = 600_000
/** Driver: remembered blocks with a hash mismatch. */
export const DISPUTES_KEPT = 100
/** Engine: an empty block that takes longer triggers a warning: 5 ms at 2,000 accounts. */
export const EMPTY_BLOCK_ALARM_MS = 200
/** Engine: the warning is repeated after this. */
export const EMPTY_BLOCK_ALARM_AGAIN_MS = 600_000

/**
 * Engine: accounts and slots in its state. Every block computes a root over all of them: 1.1 to 3
 * µs each,
 * 0.17 to 0.45 s of a 2 s slot.
 */
export const STATE_LEAVES = 150_000
/** Engine: a stored state, packed. As large as the engine's response may be, which is in hex. */
export const STATE_PACKED_BYTES = 200_000_000
/** Engine: the same unpacked: the string limit of the runtime. A full state takes about 50 MB. */
export const STATE_UNPACKED_BYTES = 500_000_000
/** History: a row unpacked. A block's logs have 7.5 MB at the most, since each byte costs 8 gas. */
export const HISTORY_UNPACKED_BYTES = 64_000_000
/** Engine: the fraction of the remaining ones that a block may add in the worst case. */
export const STATE_SLOT_PART = 1 / 3
/** Engine: the cheapest way to a new leaf, a read of an unset slot. */
export const STATE_LEAF_GAS = 2_100
/** Engine: the same in gas used, of which up to a fifth may have been refunded. */
export const STATE_LEAF_GAS_USED = 1_680
/**
 * Engine: gas for instructions that a block may always declare: consensus transactions must fit.
 */
export const STATE_GAS_LEAST = 1_000_000
/** Engine: minimum cost of a leaf in a root, on a fast machine. */
export const STATE_LEAF_MS_LEAST = 0.001
/** Engine: minimum state size for measuring the cost of a leaf: the fixed part is 2 ms. */
export const STATE_CALIBRATION_LEAVES = 10_000
/**
 * Engine: the shortest of this many roots counts; other programs may have delayed the longer ones.
 */
export const STATE_ROOTS_KEPT = 8
/** Engine: the state is recounted, with a snapshot, when it may have grown by this much. */
export const STATE_RECOUNT_LEAVES = 15_000
/** Engine: fraction of time that state checks may take: 2 to 4 ms of a 2 s slot are 0.2 %. */
export const STATE_CHECK_SHARE = 0.02

/** Pool: total size. Two full blocks ready, and as much waiting for a nonce. */
export const POOL_TRANSACTIONS = 40_000
export const POOL_PER_SENDER = 5_000
/** Pool: waiting for a nonce. They block nobody, but nobody pays for their memory either. */
export const POOL_QUEUED = 10_000
export const POOL_QUEUED_PER_SENDER = 1_000
/**
 * Pool: a sender may hold this multiple of the free capacity: one alone gets 8/9, two get 8/17
 * each.
 */
export const POOL_SENDER_SHARE = 8
/** Pool: fraction of the capacity shared by senders that already hold more than a few. */
export const POOL_SHARED_ROOM = 0.7
/** Pool: up to this many are no flood: two a second, over two slots. */
export const POOL_FEW = 8
/**
 * Pool: initial estimate of the engine's ingest rate: a third of its 6,300. Too low is corrected in
 * three slots, too high breaks the promises of the first one.
 */
export const STAGE_RATE_START = 2_000
/** Pool: lower bound, for a machine that is busy with other things. */
export const STAGE_RATE_LEAST = 500
/** Pool: upper bound: twice the engine's rate. */
export const STAGE_RATE_MOST = 12_000
/** Pool: weight of the newest slot. */
export const STAGE_RATE_WEIGHT = 0.5
/** Pool: weight of a faster slot: in a calm slot the engine is faster than in the next spike. */
export const STAGE_RATE_WEIGHT_UP = 0.35
/** Pool: full chunks in a slot needed to measure its speed; 300 of them take 0.05 to 0.15 s. */
export const STAGE_CHUNKS_SEEN = 3
/** Pool: this many, plus this fraction of a block, may be late without lowering the promise. */
export const STAGE_LATE_FEW = 2
export const STAGE_LATE_PART = 0.02
/** Pool: promised fraction of the engine's speed: initial value and bounds. */
export const STAGE_SHARE_START = 0.9
export const STAGE_SHARE_LEAST = 0.5
export const STAGE_SHARE_MOST = 0.97
/** Pool: reduction after something was late; four slots without delay undo it. */
/**
 * Pool: the promise rises only after a slot whose work was in the engine this fraction of the slot
 * before sealing.
 */
export const STAGE_SLACK = 0.02
export const STAGE_SHARE_CUT = 0.92
export const STAGE_SHARE_GROWTH = 1.01
/**
 * Pool: and in which the engine had this fraction of the slot left, far from breaking a promise.
 */
export const STAGE_SLACK_LARGE = 0.15
export const STAGE_SHARE_GROWTH_LARGE = 1.05
/** Pool: weight of the last full chunk in this slot's speed, which throttles ingress at once. */
export const STAGE_SLOT_WEIGHT = 0.7
/**
 * Pool: the end of a slot, before sealing itself, in which nothing new can be staged: part of a
 * chunk.
 */
export const SEAL_RESERVE = 0.03
/** Pool: sealing that begins later than this fraction of the slot was delayed. */
export const SEAL_HELD_UP = 0.06
/** Pool: arrivals in this last part are confirmed with the next block, at most 2.1 s later. */
export const NEXT_SLOT_OPENS = 0.02
/** Pool: at least this much, and a quarter of a shorter slot, where sealing takes a larger part. */
export const NEXT_SLOT_OPENS_MS = 40
/** Pool: a few are always accepted: at worst they are confirmed a fraction of a slot later. */
export const POOL_ANY_MOMENT = 10
/**
 * Pool: plus as many as the engine ingests in this time: 50 payments, a hundredth of a full block.
 */
export const POOL_ANY_MOMENT_MS = 20
/**
 * Pool: fraction of a slot that work may wait for the engine; also the retry time when it is full.
 */
export const POOL_BACKLOG = 0.35
export const POOL_BACKLOG_RETRY_MS = 150
/**
 * Pool: fraction of a slot that nobody measures: a request before it is read here, a block before a
 * client reads it.
 */
export const POOL_UNSEEN = 0.025
/**
 * Pool: fraction of a slot that a block is expected late at most: a machine that was suspended says
 * nothing about the next slots.
 */
export const PUBLISH_LATE_MOST = 0.25
/** Pool: fraction of a lateness that is still expected of the next block. */
export const PUBLISH_LATE_KEPT = 0.5
/** Pool: below this many in the open block and waiting, the network is calm. */
export const POOL_CALM = 100
/** Pool: provided their block counts at most the gas that the slowest opcode executes in 0.5 s. */
export const POOL_ANY_MOMENT_GAS = 30_000_000
/** Pool: the slot of the public network, for a node that is not producing. */
export const USUAL_SLOT_MS = 2_000
/** Driver: fraction of a slot by which a block may be early without shifting later ones. */
export const SLOT_EARLY_PART = 0.04
/** Pool: how many nonces may be missing before a waiting transaction. */
export const POOL_NONCE_WINDOW = 5_000
/** Pool: a replacement pays at least a tenth more, as in geth. */
export const POOL_PRICE_BUMP_PERCENT = 10n
/** Pool: as `--txpool.lifetime=10m` of the public operator setup. */
export const POOL_LIFETIME_MS = 600_000
/** Accounts with cached nonce and balance: 40,000 senders at about 200 bytes are 8 MB. */
export const POOL_ACCOUNTS = 40_000

/** Driver: waiting events. Ticks and heads are merged, so only peer blocks can fill it. */
export const DRIVER_QUEUE = 256
/** Driver: transactions submitted to the engine per check of the clock: 30 x 0.15 ms = 5 ms. */
export const STAGE_CHUNK = 300
/** Driver: below this, the round trip to the engine costs more than the transactions. */
export const STAGE_CHUNK_LEAST = 30
/** Mempool: blocks whose transactions are remembered until their receipts show the cost of each. */
export const UPKEEP_BLOCKS = 8
/** Driver: longest submission to a slow engine, in milliseconds. */
export const STAGE_CHUNK_MS = 150
/**
 * Driver: transactions accepted at the last moment: two request batches; each delays the block by 5
 * ms.
 */
export const SEAL_CHUNK = 60

/** Driver: arrivals within this time go to the engine in one request. */
export const STAGE_GATHER_MS = 10
/** The common ancestor of a fork is searched this far back, in steps of one response. */
export const FORK_SEARCH_BLOCKS = 4_096
/** Start: wait for a first peer that is ahead. */
export const STARTUP_GRACE_MS = 5_000

/**
 * Driver: blocks used to estimate our clock offset: their times are truncated to seconds, and some
 * arrive late.
 */
export const SKEW_SAMPLES = 9

/** Balances change with every transaction but take days to run out. */
export const WALLET_POLL_MS = 60_000
/**
 * Pays for 2 transaction batches of 126 kB (5 M gas) at the highest allowed price, 100 gwei: 1 ETH.
 */
export const WALLET_LOW_L1_WEI = 10n ** 18n
/** Pays for 100 commitments of 1 M gas at 20 gwei, a thousand times the usual price: 2 METIS. */
export const WALLET_LOW_L2_WEI = 2n * 10n ** 18n
/** L1: poll interval of heads, deposits and batches. */
export const L1_POLL_MS = 1_000
export const L1_TIMEOUT_MS = 10_000
/** L1: blocks read in one request. */
export const L1_SCAN_BLOCKS = 50
/**
 * L1: a long scan doubles its request size up to this: 400 blocks of 200 transactions are 40 MB of
 * JSON.
 */
export const L1_SCAN_MOST_BLOCKS = 400
/** L1: a scan request answered within this time may grow; a failed one is retried after it. */
export const L1_SCAN_LEAST_MS = 1_000
/** L1: a scan gives up when a single block fails this often: 1 + 2 + 3 + 4 + 5 s. */
export const L1_SCAN_TRIES = 5
/** L1: blocks in one deposit query, as many as public endpoints accept; halved when rejected. */
export const DEPOSIT_SCAN_BLOCKS = 10_000
export const DEPOSIT_SCAN_LEAST_BLOCKS = 10
/** Verify: hashes in one request; half of what our own RPC accepts. */
export const VERIFY_COMPARE_BLOCKS = 100
/** Verify: pause after a node rate-limits us: 30 s. */
export const VERIFY_RETRIES = 30
export const VERIFY_RETRY_MS = 1_000
/** Verify: how often progress is reported. */
export const VERIFY_PROGRESS_MS = 1_000
/** The finalized head needs this many times the confirmations of the safe head. */
export const FINALIZED_FACTOR = 2
/** Deposits read from L1 at once; each needs its own block. */
export const DEPOSITS_AHEAD = 64

/** Batch: raw payload that triggers a send. zlib halves it, and an L1 transaction holds 128 KiB. */
export const BATCH_BYTES = 120_000
/**
 * Batch: above this, compressing takes longer than a fiftieth of a slot, so it runs outside the
 * event loop.
 */
export const BATCH_LARGE_BYTES = 400_000
/** Batch: the limit of one L1 transaction's calldata after compression, minus its envelope. */
export const BATCH_CALLDATA_BYTES = 126_000
export const BATCH_BLOCKS = 2_000
/**
 * Batch: one block alone may be longer than an L1 transaction holds: 8 MB of incompressible bytes
 * are 68 pieces. All must be on L1 within this many blocks; one every second is the slowest case.
 */
export const BATCH_PART_BLOCKS = 256
/** Batch: gas price above which it waits, as GAS_THRESHOLD_IN_GWEI of the real batch submitter. */
export const BATCH_MAX_GAS_GWEI = 100
/** Batch: a transaction that L1 does not know is resent after this: five polls. */
export const BATCH_LOST_AFTER_MS = 5_000
/** Batch: replacements of one transaction: 1.25^10 is nine times the first price. */
export const BATCH_REPLACEMENTS = 10
/** Batch: sent after this at the latest, even when small. */
export const BATCH_MAX_AGE_MS = 30_000
/** Batch: a transaction without a receipt is replaced after this, at a quarter more. */
export const BATCH_REPLACE_AFTER_MS = 60_000
export const BATCH_PRICE_BUMP_PERCENT = 25n
/** How far a producer's clock may be ahead of ours; block times count in whole seconds. */
export const BLOCK_CLOCK_SKEW_SECONDS = 15
/**
 * Start: a key with possibly unknown signatures signs on no block older than its start plus this.
 * Clocks are off by at most 15 s, a duplicate signer renews its record every 20 s, and the record
 * takes a few seconds to arrive.
 */
export const QUARANTINE_SECONDS = 45
/** A duplicate signer that must stop has this long before we continue to seal. */
export const DUPLICATE_SIGNER_PAUSE_MS = 10_000
/** Driver: pause after a failure that a retry can fix, such as a full disk. */
export const DRIVER_RETRY_MS = 1_000
/** Driver: how often it checks for work when idle. */
export const DRIVER_IDLE_MS = 500
/**
 * A transaction with more gas for instructions than this is dropped when its block hangs the
 * engine.
 */
export const SUSPECT_EXECUTION_GAS = 1_000_000n
/**
 * Driver: blocks of a single transaction within one slot, at most. An epoch can only be committed
 * while the one before it runs, so blocks must not race through an epoch faster than the next can
 * be committed.
 */
export const SINGLE_BLOCKS_PER_SLOT = 4
/**
 * Pool: accounts re-read after a block because none of their transactions is next. 500 reads take 5
 * ms.
 */
export const POOL_REFRESH = 500
/** Pool: how often expired transactions are dropped. */
export const POOL_EXPIRE_MS = 30_000
/** RPC: signatures per request to a recovery thread: 64 x 0.3 ms = 20 ms until the response. */
export const RECOVERY_BATCH = 64
/**
 * RPC: waking a thread costs as much as five recoveries, so several transactions share one wake-up.
 */
export const RECOVERY_GATHER_MS = 3
/**
 * Transactions with a cached sender, so that resending a rejected one costs nothing. In a flood
 * most are resent. Each stores at most 1 kB of text: 8 MB.
 */
export const RECOVERY_REMEMBERED = 8192
export const RECOVERY_REMEMBERED_CHARS = 1024

/**
 * History: receipts packed together. 50 are 3 kB packed and take 0.3 ms to read when one is
 * requested.
 */
export const HISTORY_CHUNK_TRANSACTIONS = 50
/** History: pause after an engine that does not respond, or a full disk. */
export const HISTORY_RETRY_MS = 200
/**
 * History: how many blocks it may lag before an import waits for it: half of the 8 that the engine
 * stores.
 */
export const HISTORY_LAG_BLOCKS = 4
/** History: how long a block waits for it. A stuck history slows an import but never stops it. */
export const HISTORY_WAIT_MS = 500
/**
 * History: how long a reader waits for a block that is durable but not collected yet; usually 3 ms.
 */
export const HISTORY_READ_WAIT_MS = 3_000
/** History: cached unpacked pages of 50 receipts: 256 x 50 x 1 kB = 13 MB. */
export const HISTORY_PAGES = 256
/**
 * History: cached unpacked transactions of blocks: 40,000 x 1 kB = 40 MB; unpacking 2,000 takes 5
 * ms.
 */
export const HISTORY_TRANSACTIONS = 40_000
