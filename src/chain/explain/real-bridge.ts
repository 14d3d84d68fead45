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
        'On L2 nobody may hold the address that a contract has on L1, so the bridge wants a recipient to be named.',
      causes: ['A contract wallet called a function without a recipient.'],
      hints: ['Use the same function with `To` in its name, and name an address of yours on L2.'],
    },
    {
      subject: 'Contract has already been initialized.',
      calls: ['L1StandardBridge.initialize'],
      code: 'ALREADY_INITIALIZED',
      message: 'The bridge was set up before.',
      meaning: 'Set-up runs once.',
      causes: ['A deployment ran twice.'],
      hints: [CHECK],
    },
    {
      subject: 'TransferHelper::safeTransferETH: ETH transfer failed',
      calls: ['L1StandardBridge.finalizeETHWithdrawalByChainId'],
      code: 'PAYMENT_REFUSED',
      message: 'The recipient of a withdrawal did not take the ETH.',
      meaning: 'The address that is paid is a contract that refuses ETH.',
      causes: ['The recipient has no payable receive function.'],
    },
    {
      subject: 'OVM_XCHAIN: messenger contract unauthenticated',
      contracts: ['L1StandardBridge', 'L2StandardBridge'],
      calls: RECEIVES,
      code: 'NOT_RELAYER',
      message: 'Only the messenger of the bridge may make this call.',
      meaning: 'What comes from the other chain is paid out by the messenger, which has proved it.',
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
      meaning: 'Anybody can send messages, and only those of the other end of the bridge pay out.',
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
      message: 'The bridge takes messages to L2 only from those on its list.',
      meaning:
        'The sender that counts is the bridge itself; for an operator it is always on the list.',
      causes: ['The messenger was called straight, and not through the bridge.'],
      hints: [
        'Claim with `metis-seq reward claim`, which goes through LockingPool and the bridge.',
      ],
      source: 'MVM_DiscountOracle.processL2SeqGas',
    },
    {
      subject: 'sequencer address not available: ',
      open: true,
      code: 'BRIDGE_REFUSES',
      message: 'The bridge knows nobody who takes the fee of that L2 chain.',
      meaning: 'The address manager has no entry for the chain that the call names.',
      causes: ['LockingInfo was set up for another L2.'],
      hints: [CHECK],
      source: 'MVM_DiscountOracle.processL2SeqGas',
    },
    {
      subject: 'Failed to send Ether',
      code: 'PAYMENT_REFUSED',
      message: 'Whoever takes the bridge fee did not take it.',
      meaning: 'The fee is handed on as ETH, and its recipient refused.',
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
      message: 'Only the messenger of the bridge may put something into the queue to L2.',
      meaning: 'The queue is not open to everybody.',
      causes: ['The queue was called straight.'],
    },
    {
      subject: 'Transaction data size exceeds maximum for rollup transaction.',
      code: 'AMOUNT_OUT_OF_RANGE',
      message: 'The message to L2 is longer than 50,000 bytes.',
      meaning: 'The queue takes short messages only.',
      causes: ['Data was attached to the deposit.'],
    },
    {
      subject: 'Transaction gas limit exceeds maximum for rollup transaction.',
      code: 'AMOUNT_OUT_OF_RANGE',
      message: 'The L2 gas of the call is more than one transaction there may have.',
      meaning: 'The gas for the payment on L2 is named on L1, and is bounded.',
      causes: ['The L2 gas in the call is too large.'],
      hints: ['Name 0 as L2 gas: the bridge lifts it to what it needs.'],
    },
    {
      subject: 'Transaction gas limit too low to enqueue.',
      code: 'GAS_TOO_LOW',
      message: 'The L2 gas of the call is below the 100,000 that the queue wants.',
      meaning: 'With less the payment on L2 could not run.',
      causes: ['The minimum of the fee oracle was set below that of the queue.'],
      hints: ['Name 200,000 or more as L2 gas.'],
    },
    {
      subject: 'Insufficient gas for L2 rate limiting burn.',
      code: 'GAS_TOO_LOW',
      message: 'The gas limit on L1 is too low for the L2 gas that the call wants.',
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
      message: 'The withdrawal cannot be proved on L1 yet, or its proof is wrong.',
      meaning:
        'What leaves L2 can be taken on L1 once the state of its block was posted and the challenge period of seven days is over.',
      causes: ['The challenge period is not over.', 'The proof belongs to another message.'],
      hints: ['Wait until seven days after the state of that block was posted.'],
    },
    {
      subject: 'Provided message has already been received.',
      code: 'ALREADY_DONE',
      message: 'The withdrawal was taken on L1 before.',
      meaning: 'Each message is relayed once.',
      causes: ['Somebody else relayed it: anybody may.'],
    },
    {
      subject: 'Provided message has been blocked.',
      code: 'BRIDGE_REFUSES',
      message: 'The owner of the bridge has blocked this message.',
      meaning: 'A blocked message is not paid out until it is allowed again.',
      causes: ['Governance stopped it.'],
    },
    {
      subject: 'Cannot send L2->L1 messages to L1 system contracts.',
      code: 'BRIDGE_REFUSES',
      message: 'A message from L2 may not call the contracts of the rollup.',
      meaning: 'The queue is out of reach for messages.',
      causes: ['The message names a wrong target.'],
    },
    {
      subject: 'Provided message has not been enqueued.',
      calls: ['L1CrossDomainMessenger.replayMessageViaChainId'],
      code: 'DEPOSIT_UNKNOWN',
      message: 'There is no such message in the queue to L2.',
      meaning: 'Only what is in the queue can be replayed with more gas.',
      causes: ['A part of the message, or its index, is another one.'],
      source: 'L1CrossDomainMessenger.replayMessageViaChainId',
    },
    {
      subject: 'xDomainMessageSender is not set',
      calls: ['L1CrossDomainMessenger.xDomainMessageSender'],
      code: 'NOT_RELAYER',
      message: 'No message from L2 is being relayed at this moment.',
      meaning: 'Who sent a message is known only while it runs.',
      causes: ['A contract asked outside of a message.'],
      source: 'L1CrossDomainMessenger.xDomainMessageSender',
    },
    {
      subject: 'Message passing predeploy has not been initialized or invalid proof provided.',
      code: 'WITHDRAWAL_NOT_PROVEN',
      message: 'The proof of the withdrawal does not fit the state of L2.',
      meaning: 'The proof has to be made from the very block whose state was posted.',
      causes: ['The proof was made from another block.'],
      source: 'L1CrossDomainMessenger._verifyStorageProof',
    },
  ],
)

export const realBridgeReasons = [...standardBridge, ...feeOracle, ...queue, ...messenger]
