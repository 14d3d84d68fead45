/** Every queue, retry and wait between nodes, with its arithmetic. */

/** Peers: nodes of one network. Twice the largest sequencer set seen. */
export const PEERS = 64
/** Peers: how often what changed is told, and who is missing is dialed; a shorter slot shortens it. */
export const PEER_POLL_MS = 500
/** Peers: a head that did not change is said again after this. */
export const PEER_STATUS_MS = 2_000
/** Peers: a peer that said nothing for so long, five of those, is not there. */
export const PEER_STALE_MS = 10_000
/** Peers: one answer, or one dial. */
export const PEER_TIMEOUT_MS = 5_000
/** Peers: who asked has given up by then, or does not read. */
export const PEER_SERVE_MS = 6_000
/** Peers: a stream is opened in two round trips of 300 ms; three times that. */
export const PEER_ANSWER_MS = 2_000
/** Peers: a request has to be complete. Its largest, 1 MB, takes 0.8 s at 10 Mbit/s. */
export const PEER_REQUEST_MS = 3_000
/** Peers: handshake and introduction: six round trips of 300 ms, and as much for L1 to say who it is. */
export const PEER_HELLO_MS = 5_000
/** Peers: TCP, noise, yamux, and the choice of a protocol. */
export const PEER_UPGRADE_MS = 3_000
/** Peers: for a last word before a connection ends. */
export const PEER_FAREWELL_MS = 200
/** Peers: a lost bootnode is dialed again after half a second, then 1, 2, 4 and every 8 s. */
export const PEER_REDIAL_MAX_MS = 8_000

/** Peers: connections that are known: 64 members, twice at worst, and 32 followers. */
export const PEER_CONNECTIONS = 160
/** Peers: two nodes that dial each other at once keep both connections. */
export const PEER_CONNECTIONS_EACH = 2
/** Peers: connections of all hosts that are still in the handshake: five hosts at their limit. */
export const PEER_PENDING = 128
/** Peers: inbound connections of one host that have not proven who they are: 24 nodes starting on it. */
export const PEER_UNPROVEN_PER_IP = 24
/** Peers: new connections of one host in a second: those 24, and as many again. */
export const PEER_CONNECTS_PER_SECOND = 48
/** Peers: of two nodes that hear of each other, one dials at once and the other only after this. */
export const PEER_DIAL_TURN_MS = 2_000
/** Peers: nodes that only read, where anyone may. */
export const PEER_FOLLOWERS = 32
export const PEER_FOLLOWERS_PER_IP = 8
/** Peers: open streams of one connection: control, gossip both ways, identify, requests; four times that. */
export const PEER_STREAMS = 32
/** Peers: open streams of one request protocol on one connection. */
export const PEER_STREAMS_EACH = 16
/** Peers: requests answered at a time, each with at most one block of 8 MB at hand: 128 MB. */
export const PEER_SERVING = 16
/** Peers: of one peer. A node forwards one after the other, and fetches one range and one new block. */
export const PEER_SERVING_EACH = 8

/** Peers: one control message: 128 records of 700 bytes. */
export const PEER_CONTROL_BYTES = 98_304
/** Peers: control messages: two heads a second, and 64 records of 64 nodes every 20 s; twice that. */
export const PEER_CONTROL_RATE = {perSecond: 400, burst: 2_000}
/** Peers: requests of one peer. Forwarding sends one per turn of the event loop at worst. */
export const PEER_REQUEST_RATE = {perSecond: 200, burst: 1_000}
/** Peers: transactions of one peer: three times what the engine takes in, and a pool at hand-over. */
export const PEER_TRANSACTION_RATE = {perSecond: 20_000, burst: 80_000}
/** Peers: a question for a range. */
export const PEER_REQUEST_BYTES = 1_024
/** Peers: one block: 8 MB, a length for each of 10,000 transactions, and the header. */
export const PEER_BLOCK_BYTES = 8_100_000
/** Peers: blocks in one answer, and their bytes. */
export const PEER_RANGE_BLOCKS = 256
export const PEER_RANGE_BYTES = 16_000_000
/** Peers: blocks read from the log at once while answering. */
export const PEER_RANGE_SLICE = 8
/** Peers: a sender is told of room for more when so much was read: half of the 256 kB that it may send at first. */
export const PEER_WINDOW_STEP_BYTES = 131_072
/** Peers: bytes handed to a stream between two looks at whether it takes more. */
export const PEER_SEND_CHUNK_BYTES = 262_144

/** Peers: a node signs its record again after this, and one that was not is forgotten after four times. */
export const PEER_RECORD_MS = 20_000
export const PEER_RECORD_STALE_MS = 80_000
/** A record that comes so much sooner after the one before than it was signed after it tells of no life. */
export const PEER_RECORD_SLACK_MS = 5_000
export const PEER_RECORD_ADDRESSES = 8
/** Peers: runs of one signer that are known at a time: the right one, its twin, and one more. */
export const PEER_RECORDS_PER_SIGNER = 3

/** Gossip: blocks up to this travel whole, some 500 transfers; of larger ones the header does. */
export const GOSSIP_INLINE_BYTES = 65_536
/** Gossip: one message of the library: a block, and its control messages. */
export const GOSSIP_FRAME_BYTES = 262_144
/** Gossip: unsent bytes to one peer: 16 of those. Whoever does not read them gets no more. */
export const GOSSIP_OUTBOUND_BYTES = 4_194_304
/** Gossip: small network, so everyone with up to 12 peers is in the mesh of everyone. */
export const GOSSIP_MESH = {D: 8, Dlo: 6, Dhi: 12, Dlazy: 6, heartbeatInterval: 1_000}
export const GOSSIP_HISTORY = {mcacheLength: 6, mcacheGossip: 3, seenTTL: 60_000}
/** Gossip: messages of one peer: 8 blocks a second at the shortest slot, passed on by it; ten times that. */
export const GOSSIP_FRAME_RATE = {perSecond: 100, burst: 500}
export const GOSSIP_BYTE_RATE = {perSecond: 2_000_000, burst: 10_000_000}
/** Gossip: heights at which the first block of a signer is remembered, 64 signers x 64 heights. */
export const GOSSIP_REMEMBERED_BLOCKS = 4_096
/** Gossip: a peer to which no stream is open is introduced anew after this time. */
export const GOSSIP_REVIVE_MS = 2_000
/** Gossip: own blocks kept as bytes, for those who were told of them: three full ones. */
export const RECENT_BLOCK_BYTES = 24_000_000

/** Peers: points at which a peer is dropped, and how many fade in a second. */
export const PEER_POINTS_LIMIT = 100
export const PEER_POINTS_PER_SECOND = 1
/** Peers: offenders and log lines that are remembered. */
export const PEER_OFFENDERS = 1_000
/** Peers: the longest pause after something that cannot be bad luck. It doubles each time. */
export const PEER_BAN_MAX_MS = 600_000
/** Peers: a key that is not registered is asked for on L1 again after a slot, and so many are remembered. */
export const STRANGER_MS = 2_000
export const STRANGERS = 1_000
/** Peers: keys looked up on L1 at a time. */
export const MEMBER_LOOKUPS = 8

/** Peers: streams for forwards that are kept when they are not in use: one, and one for what is urgent. */
export const FORWARD_STREAMS = 2
/** Peers: transactions and bytes in one forward. */
export const FORWARD_CHUNK = 300
export const FORWARD_BYTES = 1_000_000
/** Peers: a user waits so long for the producer's word: a slot. */
export const FORWARD_ANSWER_MS = 2_000
/** Peers: a producer that owes an answer for so long is asked nothing more: three times a round trip across the world. */
export const FORWARD_BUSY_MS = 700
/** Peers: nothing larger than what the producer just refused is offered to it for so long, or until its block comes. */
export const FORWARD_REFUSED_MS = 100
/** Peers: a transaction that is still not in a block is forwarded again after this. */
export const FORWARD_AGAIN_MS = 5_000
/** Sync: speed is measured over this, which is two ranges of a slow peer, and told as often as this. */
export const SYNC_WINDOW_MS = 10_000
export const SYNC_LOG_MS = 5_000

/** Peers: after something invalid, or a fork that did not win, a peer is left alone for so long. */
export const PEER_IGNORE_MS = 10_000
/** Peers: a fork that did not win is looked at again after two greetings. */
export const PEER_QUIET_MS = 1_000
