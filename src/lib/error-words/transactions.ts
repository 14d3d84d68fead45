import type {transactionCodes} from '../error-codes/transactions.ts'
import type {WordsOf} from './words.ts'

export const transactionWords: WordsOf<ReturnType<typeof transactionCodes>> = {
  ACCOUNT_BUSY: [
    'Another command is sending for this account; two at once would compete for nonces.',
    'Wait for it to finish, then run the same command again.',
  ],
  BALANCE_LOW: [
    'The account cannot pay for the transaction at its maximum fee. Nothing was sent.',
    'Send what is missing to the account; on a local network run `metis-seq local fund --address ADDRESS`.',
  ],
  CLAIM_NOT_WORTH: [
    'The claim would bring less METIS per ETH of gas than was asked for. Nothing was sent.',
    'Wait for more reward or cheaper gas; `metis-seq reward forecast` says when the next batch is due.',
  ],
  DONE_EARLIER: [
    'An earlier run sent this already and it is mined, so nothing new was sent.',
    'Look at the result with `metis-seq tx show HASH`; run the command again only to do it once more.',
  ],
  FEED_UNKNOWN: [
    'The network document names no price feed with this name.',
    'Run `metis-seq network show` to see the feeds under `defi`.',
  ],
  FEE_TOO_LOW: [
    'The offered fee is below what any block would take, or below what a replacement must offer. Nothing was sent.',
    'Pass a higher `--max-fee`, or leave it out.',
  ],
  FILE_NOT_SIGNABLE: [
    'The file holds nothing that one key can sign.',
    'Write it again with `--unsigned FILE --format eip1559`; a Safe batch is signed by the owners of the Safe.',
  ],
  FORMAT_UNFIT: [
    'The sender is a Safe, and no key signs a transaction of its own.',
    'Omit `--format` to write a batch for the transaction builder of the Safe.',
  ],
  LST_CANNOT: [
    'The liquid-staking provider has no such operation. Nothing was sent.',
    'Run `metis-seq lst list` to see what each provider can do.',
  ],
  LST_CLOSED: [
    'The liquid-staking provider takes no deposits at the moment. Nothing was sent.',
    'Run `metis-seq lst list` to see why; withdrawals and claims are still possible.',
  ],
  LST_UNKNOWN: [
    'The network has no liquid-staking provider that this program knows.',
    'Run `metis-seq lst list --network andromeda`.',
  ],
  MARKET_READ_ONLY: [
    'The exchange is only quoted: this program knows no contract of it that takes orders.',
    'Choose another exchange with `--dex`.',
  ],
  MARKET_UNKNOWN: [
    'The network has no such market that this program knows.',
    'Create a local one with `metis-seq local up --with lst,defi`, or add it to the network document.',
  ],
  NONCE_GAP: [
    'The nonce leaves a gap, and nothing behind a gap is mined. Nothing was sent.',
    'Leave out `--nonce`, or write and sign the file again.',
  ],
  NONCE_TAKEN_BY_OWN: [
    'An open transaction sent from here holds this nonce: only one of the two can be mined. Nothing was sent.',
    'Run `metis-seq tx wait HASH`, or `metis-seq tx cancel ID` to free the nonce.',
  ],
  NONCE_UNFIT: [
    'A file of this format holds no nonce: whoever sends the call chooses it.',
    'Omit `--nonce`, or pass `--format eip1559`.',
  ],
  NONCE_USED: [
    'The nonce is used: this or another transaction was mined with it. Nothing was sent.',
    'Run `metis-seq tx show HASH` where a hash is named; otherwise leave out `--nonce`.',
  ],
  NOTHING_CLAIMABLE: [
    'No withdrawal request can be claimed now. Nothing was sent.',
    'Run `metis-seq lst requests` to see what each request waits for.',
  ],
  NOTHING_OPEN: [
    'No transaction sent from here is waiting to be mined.',
    'Run `metis-seq tx list` to see the outcome of each.',
  ],
  NOT_REGISTERED: [
    'The owner has no sequencer on this network.',
    'Run `metis-seq sequencer eligible` to see what is missing, then `metis-seq sequencer register`.',
  ],
  NOT_SIGNED: [
    'The input holds a transaction without a signature.',
    'Run `metis-seq tx sign FILE --output SIGNED`; load a Safe batch into the transaction builder of the Safe.',
  ],
  PLAN_CHANGED: [
    'The chain changed between the preview and the confirmation, so nothing was sent.',
    'Run the same command again to see the new preview.',
  ],
  POOL_UNKNOWN: [
    'The exchange has no pool of the two tokens.',
    'Run `metis-seq pool show` to see the pools of known tokens.',
  ],
  POST_STATE: [
    'The transaction was mined, and the chain does not show what it was meant to do.',
    'Run `metis-seq sequencer show ID` or the same command again: another transaction may have come between.',
  ],
  SENDERS_DIFFER: [
    'The transactions are of different accounts or chains, so they have no common order.',
    'Send them one by one with `metis-seq tx send RAW`.',
  ],
  SIGNER_NOT_REGISTERED: [
    'The signer belongs to no sequencer: it was never registered, or it was replaced.',
    'Run `metis-seq profile show` to see which signer the profile uses.',
  ],
  TICKETS_NOT_FOUND: [
    'The account holds more tickets than the search found among the newest ones, and older ones are not searched. The METIS owed to the account is therefore unknown, and nothing was sent.',
    'Name each ticket: `metis-seq lst claim enki --id NUMBER`. An explorer of the network shows the numbers that the account holds.',
  ],
  TOKEN_UNKNOWN: [
    'The network document names no token with this symbol.',
    'Use the address of the token; anyone can deploy a token with any symbol.',
  ],
  TRAP: [
    'The operation would work and would probably be regretted; the message says why. Nothing was done.',
    'Pass `--override ID` with the id in `trap` if it is meant.',
  ],
  TX_AMBIGUOUS: [
    'Several transactions are open, and the command acts on one.',
    'Name one by its number or hash; `metis-seq tx list` shows them. The lowest nonce holds up the others.',
  ],
  TX_NOT_FOUND: [
    'The transaction is unknown; `looked` says where it was looked for.',
    'Pass `--network NAME` if it was sent elsewhere, or run `metis-seq tx list --all`.',
  ],
  TX_NOT_OPEN: [
    'The transaction is not open, so nothing can take its place.',
    'Run `metis-seq tx list` to see the pending transactions.',
  ],
  TX_REJECTED: [
    'The endpoint refused the transaction, and no chain knows it: nothing was sent and it costs nothing.',
    'Check `--nonce`, `--max-fee` and the balance of the account, then run the same command again.',
  ],
  TX_REPLACED: [
    'Another transaction with the same nonce was mined instead; this one never will be.',
    'Run the command that sent it again: it starts from what is true now.',
  ],
  TX_REVERTED: [
    'The transaction was mined and failed: its fee is spent and nothing else changed.',
    'Run `metis-seq explain HASH` to see why.',
  ],
  TX_UNDECODABLE: [
    'The input holds no transaction.',
    'Pass a raw transaction (0x…), a file written with `--unsigned FILE`, or a hash of the journal.',
  ],
  TX_UNKNOWN: [
    'The transaction was sent, and whether it is mined is not known yet.',
    'Run `metis-seq tx wait HASH`, or the same command again: it sends nothing twice.',
  ],
  WRONG_NETWORK: [
    'The transaction was signed for another chain.',
    'Pass `--network NAME`; `metis-seq network list` shows the chain ids.',
  ],
}
