import {lstRefusals} from '../lst/providers.ts'
import {entriesOf} from './entry.ts'

const BRIDGED = [
  'LockingPool.withdrawRewards',
  'LockingPool.unlock',
  'LockingPool.unlockClaim',
  'LockingPool.forceUnlock',
  'L1StandardBridge.depositERC20ToByChainId',
]

/** Reasons of both ends of the METIS bridge. */
export const bridgeReasons = [
  ...entriesOf({kind: 'text', contracts: ['L1StandardBridge'], source: 'L1StandardBridge.sol'}, [
    {
      subject: 'insufficient fee supplied. send at least ',
      open: true,
      calls: BRIDGED,
      code: 'BRIDGE_FEE_LOW',
      message: 'The ETH attached to the call is less than the bridge asks for.',
      meaning:
        'Rewards travel to L2 over the bridge, which charges ETH with the call: gas units times the price of the fee oracle. The number in the text is the fee in wei. Too little is rejected; any excess is kept.',
      causes: [
        'The price rose between the quote and the call.',
        'The call was built without value.',
      ],
      hints: [
        'Run the command again: it reads the current fee and attaches exactly that.',
        'Run `metis-seq reward claim --dry-run` to see the fee.',
      ],
      source: 'L1StandardBridge._chargeFee: max(l2Gas, minL2Gas) x discount',
      check: 'bridge-fee',
    },
    {
      subject: 'unsupported L2 chain',
      calls: BRIDGED,
      code: 'BRIDGE_REFUSES',
      message: 'The bridge does not serve the L2 chain of the call.',
      meaning: 'The deposit names a chain id that is not on the other end of this bridge.',
      causes: ['LockingInfo was set up for another L2.', 'The call was built by hand.'],
      hints: ['Run `metis-seq network check` to compare the addresses.'],
      source: 'L1StandardBridge.depositERC20ToByChainId',
    },
    {
      subject: 'unsupported token pair',
      calls: BRIDGED,
      code: 'BRIDGE_REFUSES',
      message: 'The bridge carries METIS only.',
      meaning: 'The other end pays deposits in native METIS, so another token must not get in.',
      causes: ['A wrong token address is in the call.'],
      hints: ['Run `metis-seq network show` to see the METIS addresses.'],
      source: 'L1StandardBridge.depositERC20ToByChainId',
    },
  ]),
  ...entriesOf({kind: 'text', contracts: ['L2StandardBridge'], source: 'L2StandardBridge.sol'}, [
    {
      subject: 'only relayer',
      calls: ['L2StandardBridge.finalizeDeposit'],
      code: 'NOT_RELAYER',
      message: 'Only the relayer may pay deposits out on L2.',
      meaning: 'Deposits are paid by the account that replays the queue of L1.',
      causes: ['A call was sent by hand.'],
    },
    {
      subject: 'unexpected queue index',
      calls: ['L2StandardBridge.finalizeDeposit'],
      code: 'DEPOSIT_OUT_OF_ORDER',
      message: 'The deposit is not the next one of the queue.',
      meaning: 'Deposits are paid in the order of L1, none twice and none left out.',
      causes: ['A relayer started from the wrong place.'],
      hints: ['Run `metis-seq node status` to see how far the node has read L1.'],
    },
    {
      subject: 'unsupported L2 token',
      calls: ['L2StandardBridge.finalizeDeposit', 'L2StandardBridge.withdrawTo'],
      code: 'BRIDGE_REFUSES',
      message: 'The bridge carries METIS only.',
      meaning: 'On L2 the only token of this bridge is native METIS.',
      causes: ['A wrong token address is in the call.'],
      hints: ['Run `metis-seq network show` to see the METIS addresses.'],
    },
    {
      subject: 'not enough gas to pay',
      calls: ['L2StandardBridge.finalizeDeposit'],
      code: 'GAS_TOO_LOW',
      message: 'The call has too little gas left to pay the deposit.',
      meaning: 'With too little gas the payment would run out of gas, so it is not attempted.',
      causes: ['The gas limit of the transaction is too low.'],
    },
    {
      subject: 'nothing to claim',
      calls: ['L2StandardBridge.claim'],
      code: 'NOTHING_TO_CLAIM',
      message: 'The bridge owes this account nothing.',
      meaning:
        'Deposits that could not be paid are kept for a claim; there is none for the sender.',
      causes: ['The deposit was paid at once.', 'It was claimed before.'],
    },
    {
      subject: 'claim failed',
      calls: ['L2StandardBridge.claim'],
      code: 'PAYMENT_REFUSED',
      message: 'The recipient of the claim did not take the payment.',
      meaning: 'The address is a contract that refuses native METIS.',
      causes: ['The recipient has no payable receive function.'],
    },
    {
      subject: 'insufficient value: send the amount and the bridge cost',
      calls: [
        'L2StandardBridge.withdrawTo',
        'L2StandardBridge.withdrawMetisTo',
        ...lstRefusals.bridging,
      ],
      code: 'BRIDGE_FEE_LOW',
      message: 'The METIS attached to the call is less than the amount and the bridge cost.',
      meaning: 'The way back to L1 has a price in METIS, on top of what is sent.',
      causes: ['The cost was omitted, or has risen since.'],
    },
  ]),
]
