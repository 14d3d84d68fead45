/** Every queue, retry and wait between nodes, with its arithmetic. */

/** Peers: nodes of one network. Twice the largest sequencer set seen. */
export const PEERS = 64
/**
 * Peers: how often changes are announced and missing peers are dialed; shorter with shorter slots.
 */
export const PEER_POLL_MS = 500
/** Peers: an unchanged head is announced again after this. */
export const PEER_STATUS_MS = 2_000
/** Peers: a peer that was silent for this long, five of those, counts as gone. */
export const PEER_STALE_MS = 10_000
/** Peers: one answer, or one dial. */
export const PEER_TIMEOUT_MS = 5_000
/** Peers: by then the requester has given up or does not read. */
export const PEER_SERVE_MS = 6_000
/** Peers: a stream is opened in two round trips of 300 ms; three times that. */
export const PEER_ANSWER_MS = 2_000
/** Peers: time to complete a request. Its largest, 1 MB, takes 0.8 s at 10 Mbit/s. */
export const PEER_REQUEST_MS = 3_000
/** Peers: handshake and introduction: six round trips of 300 ms, and as much for the L1 lookup. */
export const PEER_HELLO_MS = 5_000
/** Peers: TCP, noise, yamux and protocol negotiation. */
export const PEER_UPGRADE_MS = 3_000
/** Peers: for a last message before a connection ends. */
export const PEER_FAREWELL_MS = 200
/** Peers: a lost bootnode is dialed again after half a second, then 1, 2, 4 and every 8 s. */
export const PEER_REDIAL_MAX_MS = 8_000

/** Peers: connections to known peers: 64 members, at worst twice each, and 32 followers. */
export const PEER_CONNECTIONS = 160
/** Peers: two nodes that dial each other at once keep both connections. */
export const PEER_CONNECTIONS_EACH = 2
/** Peers: connections of all hosts during the handshake: five hosts at their limit. */
export const PEER_PENDING = 128
/** Peers: unauthenticated inbound connections of one host: 24 nodes starting on it. */
export const PEER_UNPROVEN_PER_IP = 24
/** Peers: new connections of one host per second: those 24 twice. */
export const PEER_CONNECTS_PER_SECOND = 48
/**
 * Peers: of two nodes that discover each other, one dials at once and the other only after this.
 */
export const PEER_DIAL_TURN_MS = 2_000
/** Peers: read-only nodes, where anyone may read. */
export const PEER_FOLLOWERS = 32
export const PEER_FOLLOWERS_PER_IP = 8
/**
 * Peers: open streams of one connection: control, gossip both ways, identify, requests; four times
 * that.
 */
export const PEER_STREAMS = 32
/** Peers: open streams of one request protocol on one connection. */
export const PEER_STREAMS_EACH = 16
/** Peers: requests served concurrently, each with at most one 8 MB block in memory: 128 MB. */
export const PEER_SERVING = 16
/**
 * Peers: the same for one peer. A node forwards one by one, and fetches one range and one new
 * block.
 */
export const PEER_SERVING_EACH = 8

/** Peers: one control message: 128 records of 700 bytes. */
export const PEER_CONTROL_BYTES = 98_304
/**
 * Peers: control messages: two heads a second, and 64 records of 64 nodes every 20 s; twice that.
 */
export const PEER_CONTROL_RATE = {perSecond: 400, burst: 2_000}
/** Peers: requests of one peer. Forwarding sends at most one per turn of the event loop. */
export const PEER_REQUEST_RATE = {perSecond: 200, burst: 1_000}
/** Peers: transactions of one peer: three times the engine's rate, plus a pool at hand-over. */
export const PEER_TRANSACTION_RATE = {perSecond: 20_000, burst: 80_000}
/** Peers: a range request. */
export const PEER_REQUEST_BYTES = 1_024
/** Peers: one block: 8 MB, a length for each of 10,000 transactions, and the header. */
export const PEER_BLOCK_BYTES = 8_100_000
/** Peers: blocks in one response, and their bytes. */
export const PEER_RANGE_BLOCKS = 256
export const PEER_RANGE_BYTES = 16_000_000
/** Peers: blocks read from the log at once for a response. */
export const PEER_RANGE_SLICE = 8
/** Peers: window updates are sent after this many bytes: half of the initial 256 kB window. */
export const PEER_WINDOW_STEP_BYTES = 131_072
/** Peers: bytes written to a stream between two checks for backpressure. */
export const PEER_SEND_CHUNK_BYTES = 262_144

/** Peers: a node renews its record after this; a record is dropped after four times as long. */
export const PEER_RECORD_MS = 20_000
export const PEER_RECORD_STALE_MS = 80_000
/** A record that arrives earlier than its signing interval by more than this is no sign of life. */
export const PEER_RECORD_SLACK_MS = 5_000
export const PEER_RECORD_ADDRESSES = 8
/** Peers: known runs per signer: the right one, a duplicate, and one more. */
export const PEER_RECORDS_PER_SIGNER = 3

/**
 * Gossip: blocks up to this size are sent whole, about 500 transfers; for larger ones only the
 * header.
 */
export const GOSSIP_INLINE_BYTES = 65_536
/** Gossip: one message of the library: a block, and its control messages. */
export const GOSSIP_FRAME_BYTES = 262_144
/** Gossip: unsent bytes to one peer: 16 of those. A peer that does not read gets no more. */
export const GOSSIP_OUTBOUND_BYTES = 4_194_304
/** Gossip: the network is small, so with up to 12 peers everyone is in everyone's mesh. */
export const GOSSIP_MESH = {D: 8, Dlo: 6, Dhi: 12, Dlazy: 6, heartbeatInterval: 1_000}
export const GOSSIP_HISTORY = {mcacheLength: 6, mcacheGossip: 3, seenTTL: 60_000}
/**
 * Gossip: messages of one peer: it relays 8 blocks a second at the shortest slot; ten times that.
 */
export const GOSSIP_FRAME_RATE = {perSecond: 100, burst: 500}
export const GOSSIP_BYTE_RATE = {perSecond: 2_000_000, burst: 10_000_000}
/** Gossip: heights at which the first block of a signer is remembered, 64 signers x 64 heights. */
export const GOSSIP_REMEMBERED_BLOCKS = 4_096
/** Gossip: a peer without an open stream is reintroduced after this time. */
export const GOSSIP_REVIVE_MS = 2_000
/** Gossip: own blocks cached as bytes for peers that received their headers: three full ones. */
export const RECENT_BLOCK_BYTES = 24_000_000

/** Peers: points at which a peer is dropped, and how many expire per second. */
export const PEER_POINTS_LIMIT = 100
export const PEER_POINTS_PER_SECOND = 1
/** Peers: remembered offenders and log lines. */
export const PEER_OFFENDERS = 1_000
/** Peers: the longest ban after an offence that cannot be accidental. It doubles each time. */
export const PEER_BAN_MAX_MS = 600_000
/**
 * Peers: an unregistered key is looked up on L1 again after a slot, and this many are remembered.
 */
export const STRANGER_MS = 2_000
export const STRANGERS = 1_000
/** Peers: concurrent L1 lookups of keys. */
export const MEMBER_LOOKUPS = 8

/** Peers: idle forward streams kept open: one, plus one for urgent forwards. */
export const FORWARD_STREAMS = 2
/** Peers: transactions and bytes in one forward. */
export const FORWARD_CHUNK = 300
export const FORWARD_BYTES = 1_000_000
/** Peers: how long a user waits for the producer's response: a slot. */
export const FORWARD_ANSWER_MS = 2_000
/**
 * Peers: a producer that has not responded for this long gets no further requests: three round
 * trips around the world.
 */
export const FORWARD_BUSY_MS = 700
/**
 * Peers: nothing larger than a just rejected transaction is offered to the producer for this long,
 * or until its next block.
 */
export const FORWARD_REFUSED_MS = 100
/** Peers: a transaction that is not in a block yet is forwarded again after this. */
export const FORWARD_AGAIN_MS = 5_000
/** Sync: interval over which speed is measured and reported: two ranges of a slow peer. */
export const SYNC_WINDOW_MS = 10_000
export const SYNC_LOG_MS = 5_000

/** Peers: how long a peer is ignored after invalid data or a losing fork. */
export const PEER_IGNORE_MS = 10_000
/** Peers: a losing fork is checked again after two head announcements. */
export const PEER_QUIET_MS = 1_000
/** Peers: slots in which a new producer takes its predecessor's promises, whatever its capacity. */
export const TAKEOVER_SLOTS = 2
