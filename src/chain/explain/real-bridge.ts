/**
 * Reasons of the real bridge that the local network does not have: L1StandardBridge with its messenger, the queue of
 * CanonicalTransactionChain and the fee oracle. A claim or an exit calls through all of them.
 *
 * - Source: MetisProtocol/mvm, `packages/contracts/contracts`: `L1/messaging`, `L1/rollup`, `MVM`, `libraries/bridge`.
 */
import {entriesOf} from './entry.ts'

/** Calls that send something to L2. */
const SENDS = [
  'LockingPool.withdrawRewards',
  'LockingPool.unlock',
  'LockingPool.unlockClaim',
  'LockingPool.forceUnlock',
  'L1StandardBridge.depositERC20ToByChainId',
  'L1StandardBridge.depositERC20ByChainId',
  'L1StandardBridge.depositETHToByChainId',
  'L1StandardBridge.depositETHByChainId',
]
/** Calls that bring something home from L2. */
const RECEIVES = [
  'L1StandardBridge.finalizeERC20WithdrawalByChainId',
  'L1StandardBridge.finalizeETHWithdrawalByChainId',
  'L1StandardBridge.finalizeGCDWithdrawalByChainId',
  'L2StandardBridge.finalizeDeposit',
]
const CHECK = 'Run `metis-seq network check` to compare the addresses.'

const standardBridge = entriesOf(
  {kind: 'text', contracts: ['L1StandardBridge'], source: 'L1StandardBridge.sol'},
  [
    {
      subject: 'Account not EOA',
      calls: [
        'L1StandardBridge.depositETH',
        'L1StandardBridge.depositETHByChainId',
        'L1StandardBridge.depositERC20',
        'L1StandardBridge.depositERC20ByChainId',
      ],
      code: 'BRIDGE_REFUSES',
      message: 'A contract may not send to its own address over the bridge.',
      meaning:
        'The address of an L1 contract may belong to nobody on L2, so the bridge requires an explicit recipient.',
      causes: ['A contract wallet called a function without a recipient.'],
      hints: ['Use the same function with `To` in its name, and pass an address of yours on L2.'],
    },
    {
      subject: 'Contract has already been initialized.',
      calls: ['L1StandardBridge.initialize'],
      code: 'ALREADY_INITIALIZED',
      message: 'The bridge was already initialized.',
      meaning: 'Initialization runs once.',
      causes: ['A deployment ran twice.'],
      hints: [CHECK],
    },
    {
      subject: 'TransferHelper::safeTransferETH: ETH transfer failed',
      calls: ['L1StandardBridge.finalizeETHWithdrawalByChainId'],
      code: 'PAYMENT_REFUSED',
      message: 'The recipient of a withdrawal rejected the ETH.',
      meaning: 'The recipient is a contract that rejects ETH.',
      causes: ['The recipient has no payable receive function.'],
    },
    {
      subject: 'OVM_XCHAIN: messenger contract unauthenticated',
      contracts: ['L1StandardBridge', 'L2StandardBridge'],
      calls: RECEIVES,
      code: 'NOT_RELAYER',
      message: 'Only the messenger of the bridge may make this call.',
      meaning:
        'Messages from the other chain are paid out by the messenger, which has verified them.',
      causes: ['The call was sent by hand.', 'The bridge was set up with another messenger.'],
      hints: [CHECK],
      source: 'CrossDomainEnabled.onlyFromCrossDomainAccount',
    },
    {
      subject: 'OVM_XCHAIN: wrong sender of cross-domain message',
      contracts: ['L1StandardBridge', 'L2StandardBridge'],
      calls: RECEIVES,
      code: 'NOT_RELAYER',
      message: 'The message does not come from the bridge on the other chain.',
      meaning: 'Anybody can send messages; only those from the other end of the bridge pay out.',
      causes: ['The message was made by another contract.'],
      source: 'CrossDomainEnabled.onlyFromCrossDomainAccount',
    },
  ],
)

const feeOracle = entriesOf(
  {kind: 'text', contracts: ['DiscountOracle'], calls: SENDS, source: 'MVM_DiscountOracle.sol'},
  [
    {
      subject: 'sender is not whitelisted',
      code: 'BRIDGE_REFUSES',
      message: 'The bridge accepts messages to L2 only from senders on its list.',
      meaning:
        'The relevant sender is the bridge itself, which is always on the list for operators.',
      causes: ['The messenger was called directly, not through the bridge.'],
      hints: [
        'Claim with `metis-seq reward claim`, which goes through LockingPool and the bridge.',
      ],
      source: 'MVM_DiscountOracle.processL2SeqGas',
    },
    {
      subject: 'sequencer address not available: ',
      open: true,
      code: 'BRIDGE_REFUSES',
      message: 'The bridge has no fee recipient for that L2 chain.',
      meaning: 'The address manager has no entry for the chain that the call names.',
      causes: ['LockingInfo was set up for another L2.'],
      hints: [CHECK],
      source: 'MVM_DiscountOracle.processL2SeqGas',
    },
    {
      subject: 'Failed to send Ether',
      code: 'PAYMENT_REFUSED',
      message: 'The fee recipient of the bridge rejected the fee.',
      meaning: 'The fee is forwarded as ETH, and its recipient rejected it.',
      causes: ['The network set a wrong recipient for the fee.'],
      source: 'MVM_DiscountOracle.processL2SeqGas',
    },
  ],
)

const queue = entriesOf(
  {
    ...{kind: 'text', contracts: ['CanonicalTransactionChain'], calls: SENDS},
    source: 'CanonicalTransactionChain.enqueueByChainId',
  },
  [
    {
      subject: 'only the cross domain messenger can enqueue',
      code: 'NOT_RELAYER',
      message: 'Only the messenger of the bridge may enqueue messages to L2.',
      meaning: 'The queue is not open to everybody.',
      causes: ['The queue was called directly.'],
    },
    {
      subject: 'Transaction data size exceeds maximum for rollup transaction.',
      code: 'AMOUNT_OUT_OF_RANGE',
      message: 'The message to L2 is longer than 50,000 bytes.',
      meaning: 'The queue accepts only short messages.',
      causes: ['Data was attached to the deposit.'],
    },
    {
      subject: 'Transaction gas limit exceeds maximum for rollup transaction.',
      code: 'AMOUNT_OUT_OF_RANGE',
      message: 'The L2 gas of the call exceeds the limit of a transaction there.',
      meaning: 'The gas for the payment on L2 is set on L1 and has a limit.',
      causes: ['The L2 gas in the call is too large.'],
      hints: ['Pass 0 as L2 gas: the bridge raises it to what it needs.'],
    },
    {
      subject: 'Transaction gas limit too low to enqueue.',
      code: 'GAS_TOO_LOW',
      message: 'The L2 gas of the call is below the 100,000 that the queue requires.',
      meaning: 'With less the payment on L2 could not run.',
      causes: ['The minimum of the fee oracle was set below that of the queue.'],
      hints: ['Pass 200,000 or more as L2 gas.'],
    },
    {
      subject: 'Insufficient gas for L2 rate limiting burn.',
      code: 'GAS_TOO_LOW',
      message: 'The gas limit on L1 is too low for the L2 gas that the call requests.',
      meaning: 'Above a limit, L2 gas is paid for by gas that is burned on L1.',
      causes: ['The L2 gas is high and the gas limit was set by hand.'],
      hints: ['Leave the gas limit to the command.'],
    },
  ],
)

const RELAY = [
  'L1CrossDomainMessenger.relayMessageViaChainId',
  'L1CrossDomainMessenger.relayMessage',
]

const messenger = entriesOf(
  {
    ...{kind: 'text', contracts: ['L1CrossDomainMessenger'], calls: RELAY},
    source: 'L1CrossDomainMessenger.relayMessageViaChainId',
  },
  [
    {
      subject: 'Provided message could not be verified.',
      code: 'WITHDRAWAL_NOT_PROVEN',
      message: 'The withdrawal cannot be proven on L1 yet, or its proof is invalid.',
      meaning:
        'A withdrawal from L2 can be claimed on L1 once the state of its block is posted and the challenge period of seven days is over.',
      causes: ['The challenge period is not over.', 'The proof belongs to another message.'],
      hints: ['Wait until seven days after the state of that block was posted.'],
    },
    {
      subject: 'Provided message has already been received.',
      code: 'ALREADY_DONE',
      message: 'The withdrawal was already claimed on L1.',
      meaning: 'Each message is relayed once.',
      causes: ['Somebody else relayed it, as anybody may.'],
    },
    {
      subject: 'Provided message has been blocked.',
      code: 'BRIDGE_REFUSES',
      message: 'The owner of the bridge has blocked this message.',
      meaning: 'A blocked message is not paid out until it is allowed again.',
      causes: ['Governance blocked it.'],
    },
    {
      subject: 'Cannot send L2->L1 messages to L1 system contracts.',
      code: 'BRIDGE_REFUSES',
      message: 'A message from L2 may not call the contracts of the rollup.',
      meaning: 'Messages may not reach the queue.',
      causes: ['The message names a wrong target.'],
    },
    {
      subject: 'Provided message has not been enqueued.',
      calls: ['L1CrossDomainMessenger.replayMessageViaChainId'],
      code: 'DEPOSIT_UNKNOWN',
      message: 'There is no such message in the queue to L2.',
      meaning: 'Only messages in the queue can be replayed with more gas.',
      causes: ['The index or part of the message differs.'],
      source: 'L1CrossDomainMessenger.replayMessageViaChainId',
    },
    {
      subject: 'xDomainMessageSender is not set',
      calls: ['L1CrossDomainMessenger.xDomainMessageSender'],
      code: 'NOT_RELAYER',
      message: 'No message from L2 is being relayed.',
      meaning: 'The sender of a message is known only during its execution.',
      causes: ['A contract asked outside of a message execution.'],
      source: 'L1CrossDomainMessenger.xDomainMessageSender',
    },
    {
      subject: 'Message passing predeploy has not been initialized or invalid proof provided.',
      code: 'WITHDRAWAL_NOT_PROVEN',
      message: 'The proof of the withdrawal does not match the state of L2.',
      meaning: 'The proof must come from the exact block whose state was posted.',
      causes: ['The proof comes from another block.'],
      source: 'L1CrossDomainMessenger._verifyStorageProof',
    },
  ],
)

export const realBridgeReasons = [...standardBridge, ...feeOracle, ...queue, ...messenger]
