import type {refusalCodes} from '../error-codes/contracts.ts'
import type {WordsOf} from './words.ts'

const NOT_FOR_OPERATORS =
  'Operators never make this call: check who sent it, and with which arguments.'
const ELIGIBLE = 'Run `metis-seq sequencer eligible` to see every condition of a registration.'
const SHOW = 'Run `metis-seq sequencer show ID` to see the state of the sequencer.'

export const refusalWords: WordsOf<ReturnType<typeof refusalCodes>> = {
  ALLOWANCE_MISSING: [
    'The allowance of the contract is below what the call needs.',
    'Run the operation again: it first approves the missing amount.',
  ],
  ALREADY_DONE: ['The message was already processed.', NOT_FOR_OPERATORS],
  ALREADY_INITIALIZED: ['The contract is already initialized.', NOT_FOR_OPERATORS],
  AMOUNT_OUT_OF_RANGE: [
    'The amount is outside the limits of the contract.',
    'Run `metis-seq sequencer eligible` for the limits of the lock, `metis-seq lst rates` for those of a provider.',
  ],
  LST_BALANCE_LOW: [
    'The account holds fewer tokens of the provider than the call moves.',
    'Run `metis-seq lst position`.',
  ],
  BFT_RESTRICTION: [
    'A third of the sequencers is exiting or would be, so no further exit may begin now.',
    'Run `metis-seq exit status`, and begin when another exit has finished.',
  ],
  BRIDGE_FEE_LOW: [
    'The attached ETH does not cover the message to L2.',
    'Run the operation again: it reads the current fee.',
  ],
  BRIDGE_REFUSES: [
    'The bridge between L1 and L2 rejects the message.',
    'Run `metis-seq explain HASH --network NAME` with the transaction that failed.',
  ],
  CALL_REVERTED: [
    'A contract reverts with a reason that this program does not know. Nothing was sent.',
    'Run `metis-seq explain DATA` with the revert data of the hint.',
  ],
  CAP_REACHED: [
    'The market has a limit on this token that the call would exceed.',
    'Choose a smaller amount: `metis-seq lend show` has the caps.',
  ],
  COLLATERAL_LOW: [
    'The collateral is too low for the call.',
    'Add collateral, repay a part, or choose a smaller amount: `metis-seq lend show` and `metis-seq cdp show` have the figures.',
  ],
  CONTRACT_MISCONFIGURED: [
    'The contract has a missing or invalid setting, which its owner must fix.',
    'Run `metis-seq network check`, and inform the owner of the contract.',
  ],
  CONTRACT_PANIC: [
    'The contract failed inside its own arithmetic or storage.',
    'Run `metis-seq explain DATA` with the revert data, and check the numbers of the call.',
  ],
  DEADLINE_PASSED: [
    'The deadline of the call passed before it was mined.',
    'Run the command again, with a longer `--deadline`.',
  ],
  DEBT_OUT_OF_RANGE: [
    'The debt would be outside the limits of the vault.',
    'Run `metis-seq cdp show` for the limits, or repay everything with `metis-seq cdp close VAULT`.',
  ],
  DEPOSIT_OUT_OF_ORDER: ['Deposits are relayed in the order of L1.', NOT_FOR_OPERATORS],
  DEPOSIT_UNKNOWN: ['L1 has no such deposit.', NOT_FOR_OPERATORS],
  EPOCH_REFUSED: [
    'The sequencer set on L2 rejects the epoch: its number, range or signer does not follow the last one.',
    'Run `metis-seq epoch current` to see which epoch follows.',
  ],
  EXIT_NOT_FINISHED: [
    'The exit delay is not over.',
    'Run `metis-seq exit status` to see when the METIS can be claimed.',
  ],
  EXIT_NOT_STARTED: ['No exit has begun.', 'Run `metis-seq exit start` first.'],
  GAS_TOO_LOW: [
    'The gas limit is below what the contract requires for the call.',
    'Omit the gas limit, so that it is estimated.',
  ],
  LIQUIDITY_LOW: [
    'The contract holds less than it would pay out.',
    'Request a smaller amount, or wait until it is topped up.',
  ],
  LST_PAUSED: [
    'The liquid-staking provider has paused its contract.',
    'Wait for the provider, and watch `metis-seq lst rates`.',
  ],
  LST_REFUSES: [
    'The liquid-staking provider rejects the call by a rule of its own.',
    'Run `metis-seq explain DATA` with the revert data.',
  ],
  MARKET_REFUSES: [
    'The contract of a market rejects the call under one of its own rules.',
    'Run `metis-seq explain DATA` with the revert data, and check the arguments of the call.',
  ],
  METIS_BALANCE_LOW: [
    'The account holds less METIS than the operation needs. Nothing was sent.',
    'Send METIS to the account, or pass a smaller amount.',
  ],
  METIS_IS_NATIVE: [
    'On L2, METIS is the native token; the token contract cannot move it.',
    'Send the METIS as value.',
  ],
  METIS_REFUSED: ['The METIS token rejected a transfer.', ELIGIBLE],
  MIN_ABOVE_MAX: [
    'The minimum lock would be above the maximum, and nobody could register.',
    'Pass a `--min-lock` that is not above `--max-lock`.',
  ],
  NEW_OWNER_NOT_WHITELISTED: [
    'The new owner is not whitelisted, and an owner must be.',
    'Ask governance to whitelist the new owner first.',
  ],
  NOTHING_TO_CHANGE: [
    'The setting already has that value. Nothing was sent.',
    'Run the same command with `--dry-run` to see the current values.',
  ],
  NOTHING_TO_CLAIM: [
    'There is nothing to claim.',
    'Run `metis-seq reward forecast` to see when the next reward batch is due.',
  ],
  NOTHING_TO_LOCK: ['The amount to lock is zero.', 'Pass an amount above zero.'],
  NOTHING_TO_REPAY: [
    'The account owes nothing of this token.',
    'Run `metis-seq lend show` to see its debts.',
  ],
  NOTHING_TO_WITHDRAW: ['The amount to withdraw is zero.', 'Pass an amount above zero.'],
  NOT_CONTRACT_OWNER: [
    'Only the owner of the contract may make this call.',
    'Use a profile with the key of governance, or `--from OWNER --unsigned FILE`.',
  ],
  NOT_FOR_PEOPLE: ['Only other contracts may make this call.', NOT_FOR_OPERATORS],
  NOT_INFO_OWNER: [
    'Only the owner of LockingInfo, which is governance, changes this.',
    'Use a profile with its key, or `--from OWNER --unsigned FILE`.',
  ],
  NOT_INITIALIZING: ['The call is only valid during initialization.', NOT_FOR_OPERATORS],
  NOT_MANAGER: ['Only LockingPool may make this call of LockingInfo.', NOT_FOR_OPERATORS],
  NOT_MPC: [
    'Only the MPC account of the consensus layer may make this call.',
    'Run `metis-seq pos status` to see which account that is.',
  ],
  NOT_POOL_OWNER: [
    'Only the owner of LockingPool, which is governance, changes this.',
    'Use a profile with its key, or `--from OWNER --unsigned FILE`.',
  ],
  NOT_RELAYER: ['Only the relayer of the bridge may make this call.', NOT_FOR_OPERATORS],
  NOT_REWARD_PAYER: [
    'Only the account that pays the rewards may approve their payment.',
    'Use a profile with the key of the reward payer, or `--from PAYER --unsigned FILE`.',
  ],
  NOT_SEQUENCER_OWNER: [
    'Only the owner of the sequencer may do this.',
    'Run `metis-seq sequencer show ID` to see its owner, and use a profile with that key.',
  ],
  NOT_SEQUENCER_SIGNER: [
    'Only the signer of the sequencer may do this.',
    'Run `metis-seq sequencer show ID` to see its signer, and use a profile with that key.',
  ],
  NOT_WHITELISTED: [
    'The owner is not on the whitelist of LockingPool.',
    'Ask governance to whitelist the owner, then run the same command again.',
    ELIGIBLE,
  ],
  NO_WITHDRAW_REQUEST: [
    'The provider knows no such withdrawal request of this account.',
    'Run `metis-seq lst position`.',
  ],
  NULL_ADDRESS: [
    'The zero address is not allowed here: anything sent to it is lost.',
    'Pass another address.',
  ],
  OWNER_HAS_SEQUENCER: [
    'The owner already has a sequencer, and can have only one.',
    'Run `metis-seq stake increase --amount AMOUNT` to lock more, or use another owner.',
  ],
  PAYMENT_REFUSED: [
    'The receiver rejects the payment.',
    'Choose a receiver that accepts plain payments; a contract may reject them.',
  ],
  POOL_NOT_PAUSED: [
    'The call requires the contract to be paused, and it is not.',
    NOT_FOR_OPERATORS,
  ],
  POOL_PAUSED: [
    'LockingPool is paused by governance and accepts no operations until it is resumed.',
    'Wait, and check with `metis-seq sequencer eligible`.',
  ],
  PRICE_UNKNOWN: [
    'A price feed has no usable price.',
    'Wait until it is updated; nothing should be borrowed until then.',
  ],
  PROXY_ADMIN_CALL: [
    'The admin of a proxy cannot use the contract behind it.',
    'Make the call from another account.',
  ],
  PUBKEY_INVALID: [
    'The public key is not an uncompressed secp256k1 key of 64 bytes.',
    'Run `metis-seq key export-public NAME` for a key of this machine.',
  ],
  PUBKEY_MISMATCH: [
    'The public key does not belong to the address of the signer.',
    'Run `metis-seq key export-public NAME` for the key of that address.',
  ],
  RATE_MOVED: [
    'The rate fell below the accepted minimum between the quote and the deposit.',
    'Run the same command again, or raise the slippage tolerance.',
  ],
  RESERVE_CLOSED: [
    'Governance of the market has frozen, paused or closed the reserve of this token.',
    'Run `metis-seq lend show`: a frozen reserve still lets you withdraw and repay.',
  ],
  REWARD_BATCH_INVALID: [
    'LockingPool rejects the reward batch: its epochs or amounts do not follow the last one.',
    'Run `metis-seq pos status` to see the view of the consensus layer.',
  ],
  REWARD_RECIPIENT_UNSET: [
    'The sequencer has no reward recipient, and rewards would have nowhere to go.',
    'Run `metis-seq sequencer set-recipient --recipient ADDRESS`.',
  ],
  ROLE_MISSING: ['The account lacks the role that the call requires.', NOT_FOR_OPERATORS],
  SEQUENCER_NOT_ACTIVE: ['The sequencer is exiting or has left.', SHOW],
  SEQUENCER_UNKNOWN: ['No sequencer has this id.', 'Run `metis-seq sequencer list`.'],
  SETTING_INVALID: [
    'The contract does not accept this value.',
    'Read the condition in the error, and name a value within it.',
  ],
  SIGNER_UPDATE_THROTTLED: [
    'Too few reward batches passed since the last signer update or withdrawal.',
    'Wait for the next reward batch; `metis-seq stake show` shows the current one.',
  ],
  SIGNER_USED: [
    'The signer is or was in use, and a signer is used once.',
    'Run `metis-seq key create NAME`, and use that key as the signer.',
  ],
  TICKET_NOT_YOURS: [
    'The withdrawal ticket belongs to another account.',
    'Run `metis-seq lst position` with the profile that holds it.',
  ],
  TICKET_USED: ['The withdrawal ticket was redeemed before.', 'Run `metis-seq lst position`.'],
  TOKEN_BALANCE_LOW: [
    'The account holds less of the token than the operation needs.',
    'Choose a smaller amount, or get more of the token on L2.',
  ],
  TOKEN_NOT_MOVED: [
    'A contract could not move a token: its balance or its allowance is too low.',
    'Run the operation again: it first approves the exact amount.',
  ],
  UPGRADE_REFUSED: ['The proxy does not take this implementation or admin.', NOT_FOR_OPERATORS],
  VAULT_NOT_YOURS: [
    'The vault belongs to another account.',
    'Run `metis-seq cdp show` to see the vaults of the account.',
  ],
  VAULT_OPEN: [
    'The account has an open position already, and can have one only.',
    'Change it with `metis-seq cdp adjust VAULT`, or close it first.',
  ],
  VAULT_UNKNOWN: [
    'There is no vault with this id.',
    'Run `metis-seq cdp show` to see the vaults of the account.',
  ],
  WITHDRAWAL_NOT_PROVEN: [
    'The withdrawal is not proven on L1, or its challenge period is not over.',
    'Wait until the period is over, then finish the withdrawal.',
  ],
  WITHDRAW_NOT_READY: [
    'The provider has not set aside the METIS for this withdrawal yet.',
    'Run `metis-seq lst position` to see how it stands.',
  ],
  WITHDRAW_NOT_UNLOCKED: [
    'The waiting time of the withdrawal is not over.',
    'Run `metis-seq lst position` to see how it stands.',
  ],
  WITHDRAW_THROTTLED: [
    'The sequencer joined, withdrew or changed its signer in the current reward batch, and stake is lowered once per batch.',
    'Wait for the next reward batch; `metis-seq stake show` shows the current one.',
  ],
}
