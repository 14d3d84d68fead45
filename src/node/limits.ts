/** Every queue, retry and wait of the node, with its arithmetic. */

/** Receipts composed between two turns of the event loop: 300 x 0.03 ms = 9 ms. */
export const RECEIPT_CHUNK = 300
/** Engine: single receipts asked for at once, 1 to 2 ms each: what is to be sealed comes in between. */
export const RECEIPTS_AT_ONCE = 20
/** Engine: how often an idle one is asked whether it is still there. One read in two slots. */
export const ENGINE_CHECK_MS = 4_000
/** Consecutive restarts of a failing engine before the node gives up. */
export const ENGINE_RESTARTS = 3

/**
 * Snapshot after so much replay work, both added up: 12,000 transactions replay in 2.4 s, 400 empty blocks
 * in 2 s. A killed node has to serve within 5 s.
 */
export const SNAPSHOT_TRANSACTIONS = 12_000
export const SNAPSHOT_BLOCKS = 400
/** A dump holds the engine: the pause between two is at least so many times what the last one took. */
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
 * Gas for instructions that a block may count: what its calls are known to use, or a third of what they declare. So it
 * declares 300 M at most, 4.6 s of the slowest opcode: one late block, once.
 */
export const BLOCK_EXECUTION_GAS = 100_000_000
/** Cost: a known call counts with this part of what it declares at least, since it may use all of it for once. */
export const COST_DECLARED_PART = 3
/** Cost: gas that the last calls of a function used, and how many make it known. */
export const COST_SAMPLES = 64
export const COST_SAMPLES_LEAST = 8
/** Cost: above the highest of them. */
export const COST_MARGIN = 1.1
/** Cost: a call that uses so much more than was counted makes its function unknown for a while. */
export const COST_LIE_FACTOR = 1.25
export const COST_LIE_LEAST_GAS = 20_000
export const COST_LIE_KEPT_MS = 600_000
/** Cost: functions that are remembered: 4,000 x 700 bytes. */
export const COST_KINDS = 4_000
/** Cost: gas in a millisecond of code that nobody has seen: the slowest opcode, 65 M gas/s. */
export const COST_UNKNOWN_GAS_PER_MS = 65_000
/** Cost: the most by which one block may make believe that something is slower. */
export const COST_STEP_MOST = 4
/** Cost: what sealing takes for a payment, and for a block without anything, at first. */
export const SEAL_BASE_MS = 0.1
export const SEAL_FIXED_MS = 20
/** Cost: no machine seals payments faster. */
export const SEAL_BASE_MS_LEAST = 0.01
/** Cost: nor ten times slower than usual; what takes longer is a machine that stands still, not what it works on. */
export const SEAL_BASE_MS_MOST = 1
/** Driver: sealing is expected to take so much longer than what was counted. */
export const SEAL_MARGIN = 1.15
/** Part of a slot that sealing may take. */
export const SEAL_SHARE = 0.4
/** Pool: code that runs at fewer gas in a millisecond is slow: a transfer of tokens runs at 4,000,000. */
export const SLOW_CODE_GAS_PER_MS = 20_000
/** Pool: half of the slowest code there is (RPC_CALL_GAS_PER_MS). What is beyond that was the machine. */
export const SLOW_CODE_LEAST_GAS_PER_MS = 3_500
/** Pool: a block that was slower still was held up by other things, and tells nothing about code. */
export const SLOW_BLOCK_LEAST_GAS_PER_MS = 1_000
/** Pool: slow contracts that are remembered, and for how long: 1,000 x 100 bytes. */
export const SLOW_CODES = 1_000
export const SLOW_CODE_KEPT_MS = 600_000
/** 2 s at the engine's 6,300 transactions per second of ingest, minus a fifth for sealing. */
export const MAX_BLOCK_TRANSACTIONS = 10_000
/** Raw bytes in one block, so that it fits one request to a peer (twice that as hex). */
export const MAX_BLOCK_BYTES = 8_000_000

/** Driver: the engine is rebuilt for a differing hash at most once in this time. */
export const DOUBT_PAUSE_MS = 600_000
/** Driver: blocks whose hash differs here that are remembered. */
export const DISPUTES_KEPT = 100
/** Engine: an empty block that takes longer is told: 5 ms at 2,000 accounts. */
export const EMPTY_BLOCK_ALARM_MS = 200
/** Engine: the alarm is repeated after this. */
export const EMPTY_BLOCK_ALARM_AGAIN_MS = 600_000

/**
 * Engine: accounts and slots in its state. A root over all of them is a part of every block: 1.1 to 3 µs each,
 * 0.17 to 0.45 s of a 2 s slot.
 */
export const STATE_LEAVES = 150_000
/** Engine: a state as it is kept, packed. As much as the engine may answer with, which says it in hexadecimal. */
export const STATE_PACKED_BYTES = 200_000_000
/** Engine: the same unpacked: what fits into one text of the runtime. A full state takes some 50 MB. */
export const STATE_UNPACKED_BYTES = 500_000_000
/** History: a row unpacked. A block's logs have 7.5 MB at the most, since each byte costs 8 gas. */
export const HISTORY_UNPACKED_BYTES = 64_000_000
/** Engine: of what is left of them, a block may take this part at the worst. */
export const STATE_SLOT_PART = 1 / 3
/** Engine: the cheapest way to a new leaf, a read of an unset slot. */
export const STATE_LEAF_GAS = 2_100
/** Engine: the same in gas that was used, of which up to a fifth has been given back. */
export const STATE_LEAF_GAS_USED = 1_680
/** Engine: gas for instructions that a block may always declare: what the consensus layer sends has to fit. */
export const STATE_GAS_LEAST = 1_000_000
/** Engine: the least that a leaf costs in a root, on a fast machine. */
export const STATE_LEAF_MS_LEAST = 0.001
/** Engine: what a leaf costs here is learned from states at least so large: the fixed part is 2 ms. */
export const STATE_CALIBRATION_LEAVES = 10_000
/** Engine: the shortest of so many roots counts; another program may have held the longer ones up. */
export const STATE_ROOTS_KEPT = 8
/** Engine: the state is counted anew, with a snapshot, when it may have grown by so much. */
export const STATE_RECOUNT_LEAVES = 15_000
/** Engine: part of the time that checks of the state may take: 2 to 4 ms of a 2 s slot are 0.2 %. */
export const STATE_CHECK_SHARE = 0.02

/** Pool: all that is held. Twice a full block ready, and as much waiting for a nonce. */
export const POOL_TRANSACTIONS = 40_000
export const POOL_PER_SENDER = 5_000
/** Pool: waiting for a nonce. They are in nobody's way, but nobody pays for their memory either. */
export const POOL_QUEUED = 10_000
export const POOL_QUEUED_PER_SENDER = 1_000
/** Pool: a sender may hold so many times what is still free: one alone gets 8/9, two get 8/17 each. */
export const POOL_SENDER_SHARE = 8
/** Pool: the part of what may wait that senders share who hold more than a few already. */
export const POOL_SHARED_ROOM = 0.7
/** Pool: with so many a sender is no flood: two a second, over two slots. */
export const POOL_FEW = 8
/**
 * Pool: transactions per second the engine is believed to take at first: a third of its 6,300. Too little is learned in three
 * slots, too much breaks the promises of the first one.
 */
export const STAGE_RATE_START = 2_000
/** Pool: what a machine that is busy with other things still does. */
export const STAGE_RATE_LEAST = 500
/** Pool: twice what the engine takes: nothing here can be faster. */
export const STAGE_RATE_MOST = 12_000
/** Pool: how much the newest slot counts. */
export const STAGE_RATE_WEIGHT = 0.5
/** Pool: and of a faster one: in a calm slot the engine is faster than in the next spike. */
export const STAGE_RATE_WEIGHT_UP = 0.35
/** Pool: full chunks in a slot that tell its speed; 300 of them take 0.05 to 0.15 s. */
export const STAGE_CHUNKS_SEEN = 3
/** Pool: so many, and this part of a block, may be late without a change of the promise. */
export const STAGE_LATE_FEW = 2
export const STAGE_LATE_PART = 0.02
/** Pool: the part of the engine's speed that is promised, at first and at the bounds. */
export const STAGE_SHARE_START = 0.9
export const STAGE_SHARE_LEAST = 0.5
export const STAGE_SHARE_MOST = 0.97
/** Pool: after something was late; four slots without take it back. */
/** Pool: more is promised only after a slot in which all was in the engine this part of it before sealing. */
export const STAGE_SLACK = 0.02
export const STAGE_SHARE_CUT = 0.92
export const STAGE_SHARE_GROWTH = 1.01
/** Pool: and where the engine had this part of the slot left, which is far from breaking a promise. */
export const STAGE_SLACK_LARGE = 0.15
export const STAGE_SHARE_GROWTH_LARGE = 1.05
/** Pool: weight of the last full chunk in the speed of this slot, which narrows the door at once. */
export const STAGE_SLOT_WEIGHT = 0.7
/** Pool: the end of a slot in which nothing new can be staged: a part of a chunk, before what sealing itself takes. */
export const SEAL_RESERVE = 0.03
/** Pool: sealing that begins later than this part of the slot was held up. */
export const SEAL_HELD_UP = 0.06
/** Pool: what comes in this last part is confirmed with the next block, 2.1 s later at most. */
export const NEXT_SLOT_OPENS = 0.05
/** Pool: at least so much, and a quarter of a shorter slot: there, sealing takes a larger part. */
export const NEXT_SLOT_OPENS_MS = 100
/** Pool: a few are let in at any moment: at worst they are confirmed a part of a slot later. */
export const POOL_ANY_MOMENT = 10
/** Pool: and as many more as the engine takes in in this time: 50 payments, a hundredth of a full block. */
export const POOL_ANY_MOMENT_MS = 20
/** Pool: part of a slot for which work may wait for the engine, and when whoever finds it full may come back. */
export const POOL_BACKLOG = 0.35
export const POOL_BACKLOG_RETRY_MS = 150
/** Pool: what would be confirmed so much later than a slot after it came is refused, not promised. */
export const POOL_LATE_MS = 90
/** Pool: with fewer in the open block and waiting, the network is calm. */
export const POOL_CALM = 100
/** Pool: as long as their block counts no more gas than the slowest opcode executes in 0.5 s. */
export const POOL_ANY_MOMENT_GAS = 30_000_000
/** Pool: the slot of the public network, for a node that is not producing. */
export const USUAL_SLOT_MS = 2_000
/** Driver: part of a slot by which a block may be early without moving those after it. */
export const SLOT_EARLY_PART = 0.04
/** Pool: nonces that may be missing in front of a transaction that waits for them. */
export const POOL_NONCE_WINDOW = 5_000
/** Pool: a replacement pays at least a tenth more, as in geth. */
export const POOL_PRICE_BUMP_PERCENT = 10n
/** Pool: as `--txpool.lifetime=10m` of the public operator setup. */
export const POOL_LIFETIME_MS = 600_000
/** Accounts whose nonce and balance are remembered: 40,000 senders at about 200 bytes are 8 MB. */
export const POOL_ACCOUNTS = 40_000

/** Driver: events that wait. Ticks and heads are merged, so only peer blocks can fill it. */
export const DRIVER_QUEUE = 256
/** Driver: transactions handed to the engine between two looks at the clock: 30 x 0.15 ms = 5 ms. */
export const STAGE_CHUNK = 300
/** Driver: with fewer the way to the engine costs more than they do. */
export const STAGE_CHUNK_LEAST = 30
/** Mempool: blocks whose transactions are remembered until their receipts say what each has cost. */
export const UPKEEP_BLOCKS = 8
/** Driver: milliseconds that one hand-over may take of an engine that is slow. */
export const STAGE_CHUNK_MS = 150
/** Driver: transactions taken at the last moment: two batches; each delays the block by 5 ms. */
export const SEAL_CHUNK = 60

/** Driver: what comes within this time goes to the engine in one request instead of one each. */
export const STAGE_GATHER_MS = 10
/** A fork is searched for its common ancestor this far back, in steps of one answer. */
export const FORK_SEARCH_BLOCKS = 4_096
/** Start: wait for a first peer that is ahead. */
export const STARTUP_GRACE_MS = 5_000

/** Driver: blocks that tell how far our clock is off: their times are cut to seconds, and some come late. */
export const SKEW_SAMPLES = 9

/** Balances change with every transaction, but run out over days. */
export const WALLET_POLL_MS = 60_000
/** What pays for 2 batches of 126 kB (5 M gas) at the highest price they may have, 100 gwei: 1 ETH. */
export const WALLET_LOW_L1_WEI = 10n ** 18n
/** What pays for 100 commitments of 1 M gas at 20 gwei, a thousand times the usual price: 2 METIS. */
export const WALLET_LOW_L2_WEI = 2n * 10n ** 18n
/** L1: poll interval of heads, deposits and batches. */
export const L1_POLL_MS = 1_000
export const L1_TIMEOUT_MS = 10_000
/** L1: blocks read in one request. */
export const L1_SCAN_BLOCKS = 50
/** L1: a long scan doubles its requests up to this: 400 blocks of 200 transactions are 40 MB of JSON. */
export const L1_SCAN_MOST_BLOCKS = 400
/** L1: a request of a scan that is answered within this may grow; one that fails is repeated after it. */
export const L1_SCAN_LEAST_MS = 1_000
/** L1: a scan gives up when one block alone was refused so often: 1 + 2 + 3 + 4 + 5 s. */
export const L1_SCAN_TRIES = 5
/** L1: blocks in one question for deposits, as many as public endpoints take; it halves when refused. */
export const DEPOSIT_SCAN_BLOCKS = 10_000
export const DEPOSIT_SCAN_LEAST_BLOCKS = 10
/** Verify: hashes in one request; half of what our own RPC takes. */
export const VERIFY_COMPARE_BLOCKS = 100
/** Verify: a node refuses for a while when it is asked too fast: 30 s. */
export const VERIFY_RETRIES = 30
export const VERIFY_RETRY_MS = 1_000
/** Verify: how often progress is told. */
export const VERIFY_PROGRESS_MS = 1_000
/** The finalized head needs this many times the confirmations of the safe head. */
export const FINALIZED_FACTOR = 2
/** Deposits taken from L1 at once; each needs a block of its own. */
export const DEPOSITS_AHEAD = 64

/** Batch: raw payload that is sent at once. zlib halves it, and an L1 transaction holds 128 KiB. */
export const BATCH_BYTES = 120_000
/** Batch: above this, compressing takes longer than a fiftieth of a slot, so it runs beside the loop. */
export const BATCH_LARGE_BYTES = 400_000
/** Batch: the limit of one L1 transaction's calldata after compression, with room for its envelope. */
export const BATCH_CALLDATA_BYTES = 126_000
export const BATCH_BLOCKS = 2_000
/**
 * Batch: one block alone may be longer than an L1 transaction holds: 8 MB of raw bytes that do not shrink
 * are 68 pieces. All of them have to be on L1 within so many blocks; one every second is the slowest.
 */
export const BATCH_PART_BLOCKS = 256
/** Batch: price of gas above which it waits, as GAS_THRESHOLD_IN_GWEI of the real batch submitter. */
export const BATCH_MAX_GAS_GWEI = 100
/** Batch: a transaction that L1 knows nothing of is sent anew after this: five polls. */
export const BATCH_LOST_AFTER_MS = 5_000
/** Batch: replacements of one transaction: 1.25^10 is nine times the first price. */
export const BATCH_REPLACEMENTS = 10
/** Batch: sent at the latest after this, also when small. */
export const BATCH_MAX_AGE_MS = 30_000
/** Batch: a transaction without a receipt is replaced after this, at a quarter more. */
export const BATCH_REPLACE_AFTER_MS = 60_000
export const BATCH_PRICE_BUMP_PERCENT = 25n
/** How far a producer's clock may be ahead of ours; block times count in whole seconds. */
export const BLOCK_CLOCK_SKEW_SECONDS = 15
/**
 * Start: a key of which not all signatures are known signs on no block that is older than its start and
 * this. Clocks are off by 15 s at most, another node with the key signs its record anew every 20 s, and
 * that takes a few seconds to come round.
 */
export const QUARANTINE_SECONDS = 45
/** Another node with our key that has to stop has so long to do it, before we seal on. */
export const TWIN_PAUSE_MS = 10_000
/** Driver: pause after a failure that a retry can mend, such as a full disk. */
export const DRIVER_RETRY_MS = 1_000
/** Driver: with nothing to do, it still looks around this often. */
export const DRIVER_IDLE_MS = 500
/** A transaction above this much gas for instructions is dropped when its block hangs the engine. */
export const SUSPECT_EXECUTION_GAS = 1_000_000n
/**
 * Driver: blocks of a single transaction within one slot, at most. An epoch can only be committed while
 * the one before it runs, so blocks must not rush through an epoch faster than anyone can commit.
 */
export const SINGLE_BLOCKS_PER_SLOT = 4
/** Pool: accounts read again after a block, because nothing of them is next. 500 reads take 5 ms. */
export const POOL_REFRESH = 500
/** Pool: how often what is too old is dropped. */
export const POOL_EXPIRE_MS = 30_000
/** RPC: signatures handed to a recovery thread at once: 64 x 0.3 ms = 20 ms until the answer. */
export const RECOVERY_BATCH = 64
/** RPC: waking a thread costs as much as five recoveries, so several transactions share one. */
export const RECOVERY_GATHER_MS = 3
/**
 * Transactions whose sender is remembered, so that one that is refused and sent again costs nothing. In a
 * flood most are. Each keeps at most 1 kB of text: 8 MB.
 */
export const RECOVERY_REMEMBERED = 8192
export const RECOVERY_REMEMBERED_CHARS = 1024

/** History: receipts packed together. 50 are 3 kB packed and 0.3 ms to read, when one is asked for. */
export const HISTORY_CHUNK_TRANSACTIONS = 50
/** History: pause after an engine that does not respond, or a full disk. */
export const HISTORY_RETRY_MS = 200
/** History: blocks it may be behind before an import waits for it: half of the 8 the engine keeps. */
export const HISTORY_LAG_BLOCKS = 4
/** History: how long a block waits for it. A history that is stuck slows an import and never stops it. */
export const HISTORY_WAIT_MS = 500
/** History: how long a reader waits for a block that is durable and not collected yet; usually 3 ms. */
export const HISTORY_READ_WAIT_MS = 3_000
/** History: pages of 50 receipts kept unpacked: 256 x 50 x 1 kB = 13 MB. */
export const HISTORY_PAGES = 256
/** History: transactions of blocks kept unpacked: 40,000 x 1 kB = 40 MB; unpacking 2,000 takes 5 ms. */
export const HISTORY_TRANSACTIONS = 40_000
