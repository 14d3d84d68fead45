import type {nodeCodes} from '../error-codes/node.ts'
import type {WordsOf} from './words.ts'

const COPY_GENESIS = 'Copy the genesis document of the network again.'
const REBUILD = 'Run `metis-seq node guard rebuild`.'
const SNAPSHOTS = 'Run `metis-seq node snapshot list`.'

export const nodeWords: WordsOf<ReturnType<typeof nodeCodes>> = {
  BATCH_BALANCE_LOW: [
    'The batch account cannot pay for transaction batches on L1, so they wait. The node keeps sealing.',
    'Send ETH to the batch account on L1.',
  ],
  BATCH_GAS_HIGH: [
    'L1 gas costs more than the limit, so transaction batches wait. The node keeps sealing.',
    'Wait, or start the node with a higher limit.',
  ],
  BATCH_MISMATCH: [
    'A transaction batch on L1 has another block than this node: one of the two is wrong.',
    'Run `metis-seq node verify --from-l1 URL`.',
  ],
  BATCH_REVERTED: [
    'A batch transaction was mined and failed. The batch is sent again.',
    'Run `metis-seq explain HASH` to see why.',
  ],
  BATCH_STUCK: [
    'A batch transaction is not mined at any price tried.',
    'Look at the batch account on L1: another program may use it.',
  ],
  CANDIDATE_LOST: [
    'A block of this height was signed and cannot be rebuilt, and no other may be signed. The node waits.',
    'Wait until the consensus layer gives the epoch to another signer.',
  ],
  CHAIN_DIFFERS: [
    'The chain rebuilt from L1 differs from the node.',
    'Stop the node, and run `metis-seq node verify --from-l1 URL --node URL` against another one.',
  ],
  CHAIN_LOG_DIVERGED: [
    'A block re-executes to a different hash than logged. The node halts.',
    'Check the engine version; otherwise restore a snapshot: `metis-seq node snapshot restore PATH --replace`.',
  ],
  CHAIN_LOG_MISMATCH: [
    'The chain log belongs to another network or genesis.',
    'Use another data directory, or move the log away to start from genesis.',
  ],
  DOUBLE_SIGN: [
    'The node was about to sign a second block at one height. It did not, and halts.',
    'Check that no other node runs with this signer key.',
  ],
  ENGINE_UNSTABLE: [
    'The execution engine failed again after several restarts. The node halts.',
    'Read the end of `metis-seq node logs`, then run `metis-seq node start`.',
  ],
  GENESIS_MISMATCH: [
    'The genesis document or the engine does not match the network.',
    COPY_GENESIS,
  ],
  GENESIS_UNREADABLE: ['The genesis document cannot be used.', COPY_GENESIS],
  NODE_DATA_UNKNOWN: [
    'The installed version could not go on with the data of the node: another version wrote it in a format that it does not read, or for other rules. Nothing was stopped.',
    'Install a version that reads it, then run `metis-seq node upgrade` again.',
  ],
  NODE_DOWNGRADE: [
    'The installed version is older than the one that runs. It may lack a rule that keeps the key from signing twice, and cannot know that it does. Nothing was stopped.',
    'Install the version that runs or a newer one. `--override downgrade` starts the older one.',
  ],
  NODE_ENDED: ['The node exited soon after its start.', 'Run `metis-seq node logs` to see why.'],
  NODE_HALTED: [
    'The node exited with an error that has no code of its own.',
    'Run `metis-seq node logs` to see the last lines, then `metis-seq node start`.',
  ],
  NODE_HAS_DATA: [
    'The data directory already contains a chain.',
    'Pass `--replace`: the current chain is moved aside, not deleted.',
  ],
  NODE_IS_EXTERNAL: [
    'The node runs elsewhere, and this program neither starts nor stops it.',
    'Start and stop it where it runs. Never run a second node with the same signer key.',
  ],
  NODE_NOT_RUNNING: [
    'The node does not run, so there is nothing to upgrade.',
    'Run `metis-seq node start`, which starts the installed version.',
  ],
  NODE_NOT_SET_UP: [
    'The profile has no node.',
    'Run `metis-seq init --profile NAME --replace --node-port PORT`, or name one elsewhere with `--l2-rpc-url URL`.',
  ],
  NODE_NOT_UPGRADED_HERE: [
    'The node was not started by `metis-seq node start`, and must be restarted where it was.',
    'Run `metis-seq duty wait --idle 60s`, then restart its service; `metis-seq node status` shows the version that runs.',
  ],
  NODE_REFUSES: [
    'The node to compare with does not serve its blocks.',
    'Pass another node with `--node URL`.',
  ],
  NODE_SILENT: [
    'The node answered once and has been silent since.',
    'Run `metis-seq node status`, then `metis-seq node logs`.',
  ],
  NODE_UPGRADE_FAILED: [
    'The node was stopped, and the installed version did not take its place.',
    'Read the reason in the message and in `metis-seq node logs`; then run `metis-seq node start`, or install the earlier version again and start that.',
  ],
  NOTHING_TO_SNAPSHOT: ['The node has no blocks yet.', 'Run `metis-seq node start` first.'],
  NOT_BUNDLED: [
    'The network runs only other nodes; a bundled node cannot take part.',
    'Use l2geth there, or rehearse with `metis-seq local up`.',
  ],
  PEER_ADDRESS_INVALID: [
    'The text is not the address of a peer.',
    'Write it as /ip4/192.0.2.1/tcp/30303, /dns4/seq.example/tcp/30303 or seq.example:30303.',
  ],
  PEER_KEY_DAMAGED: [
    'The file does not contain a peer key.',
    'Remove it; the node makes a new one when it starts.',
  ],
  RPC_TOKEN_INVALID: [
    'The token file of the RPC server contains no usable token.',
    'Run `openssl rand -hex 32 > FILE` and `chmod 600 FILE`.',
  ],
  SECOND_SIGNATURE: [
    'Two blocks of one height carry the signature of this key. The node halts.',
    'Stop every node with this key, then run `metis-seq sequencer rotate-signer --signer KEY`.',
  ],
  SECOND_SIGNER: [
    'Another node signs with this key. This one halts before it signs anything.',
    'Stop the other node, then run `metis-seq node start`.',
  ],
  SIGN_GUARD_BEHIND: [
    'The chain log has a block with our signature that the sign guard does not know, so nothing may be signed.',
    'Put the newest copy of sign-guard.log back, or rebuild it.',
    REBUILD,
  ],
  SIGN_GUARD_CHANGED: [
    'The sign guard was changed while the node ran, so nothing more is signed.',
    'Check that no other process uses the directory, then run `metis-seq node start`.',
  ],
  SIGN_GUARD_DAMAGED: [
    'The sign guard cannot be read, so nothing may be signed. Do not delete it: a height could be signed twice.',
    REBUILD,
  ],
  SIGN_GUARD_MISSING: [
    'The chain log has a block with our signature, but the sign guard is missing, so nothing may be signed.',
    'Put the newest copy of sign-guard.log back, or rebuild it.',
    REBUILD,
  ],
  SNAPSHOT_DAMAGED: ['The snapshot is damaged.', SNAPSHOTS],
  SNAPSHOT_EXISTS: ['A snapshot of this block and second exists.', SNAPSHOTS],
  SNAPSHOT_FOREIGN: [
    'The snapshot belongs to another network, genesis or engine.',
    'Choose its network with `--network`, or update the network document.',
  ],
  SNAPSHOT_UNKNOWN: ['There is no such snapshot.', SNAPSHOTS],
  SNAPSHOT_UNSAFE: [
    'The snapshot contains paths outside its own directory. Do not use it.',
    SNAPSHOTS,
  ],
}
