import {lstRefusals} from '../lst/providers.ts'
import {entriesOf} from './entry.ts'

const {tickets, vaults, permits, guarded} = lstRefusals

/** Tickets are ERC-721 tokens. */
const ticketReasons = entriesOf(
  {kind: 'text', contracts: tickets, source: 'OpenZeppelin 4.9 ERC721'},
  [
    {
      subject: 'ERC721: invalid token ID',
      code: 'NO_WITHDRAW_REQUEST',
      message: 'There is no such ticket.',
      meaning: 'It was never made, or it was paid or cancelled and burnt.',
      causes: ['The id is wrong.', 'The ticket is spent.'],
      hints: ['Run `metis-seq lst requests` to see the open tickets of the account.'],
      check: 'lst',
    },
    {
      subject: 'ERC721: transfer to non ERC721Receiver implementer',
      code: 'PAYMENT_REFUSED',
      message: 'The recipient is a contract that does not accept tickets.',
      meaning: 'A contract has to declare that it can hold ERC-721 tokens, such as tickets.',
      causes: ['The recipient is a contract wallet without support for ERC-721.'],
    },
    ...[
      'ERC721: approve caller is not token owner or approved for all',
      'ERC721: caller is not token owner or approved',
      'ERC721: transfer from incorrect owner',
    ].map((subject) => ({
      subject,
      code: 'TICKET_NOT_YOURS' as const,
      message: 'The ticket belongs to another account.',
      meaning: 'Only its holder, or an account that the holder approved, may use it.',
      causes: ['The ticket was sent to another account.'],
    })),
    ...[
      'ERC721: mint to the zero address',
      'ERC721: transfer to the zero address',
      'ERC721: address zero is not a valid owner',
    ].map((subject) => ({
      subject,
      code: 'NULL_ADDRESS' as const,
      message: 'The holder of a ticket cannot be the zero address.',
      meaning: 'A ticket always belongs to an account.',
      causes: ['The address is missing.'],
    })),
    ...['ERC721: approval to current owner', 'ERC721: approve to caller'].map((subject) => ({
      subject,
      code: 'NOTHING_TO_CHANGE' as const,
      message: 'The account is the holder already.',
      meaning: 'Holders need no approval for their own tickets.',
      causes: ['The account names itself.'],
    })),
    {
      subject: 'ERC721: token already minted',
      code: 'CONTRACT_MISCONFIGURED',
      message: 'A ticket with that number exists.',
      meaning: 'Numbers are given out once.',
      causes: ['The contract is faulty.'],
    },
  ],
)

const vaultReasons = entriesOf(
  {kind: 'text', contracts: vaults, source: 'OpenZeppelin 4.9 ERC4626', check: 'lst'},
  [
    ...['ERC4626: redeem more than max', 'ERC4626: withdraw more than max'].map((subject) => ({
      subject,
      code: 'LST_BALANCE_LOW' as const,
      message: 'The account has fewer shares in the vault than the call takes.',
      meaning: 'A vault pays no more than the shares of an account are worth.',
      causes: ['The amount was given in METIS instead of shares.'],
      hints: ['Run `metis-seq lst position` to see the balance of the account.'],
    })),
    ...['ERC4626: deposit more than max', 'ERC4626: mint more than max'].map((subject) => ({
      subject,
      code: 'AMOUNT_OUT_OF_RANGE' as const,
      message: 'The deposit exceeds the limit of the vault.',
      meaning: 'The vault says how much it takes.',
      causes: ['The vault takes no deposits at the moment.'],
    })),
  ],
)

const permitReasons = [
  ...entriesOf(
    {kind: 'text', contracts: permits, source: 'OpenZeppelin 4.9 ERC20Permit, ECDSA, Counters'},
    [
      {
        subject: 'ERC20Permit: expired deadline',
        code: 'ALLOWANCE_MISSING',
        message: 'The signed permit has expired.',
        meaning: 'A permit is an approval by signature, valid until its deadline.',
        causes: ['The permit was used too late.'],
      },
      ...[
        'ERC20Permit: invalid signature',
        'ECDSA: invalid signature',
        'ECDSA: invalid signature length',
        "ECDSA: invalid signature 's' value",
      ].map((subject) => ({
        subject,
        code: 'ALLOWANCE_MISSING' as const,
        message: 'The signature of the permit is invalid.',
        meaning: 'It must be made by the owner of the tokens, for exactly these values.',
        causes: ['The permit was signed by another key, or for other values.'],
      })),
      {
        subject: 'Counter: decrement overflow',
        code: 'CONTRACT_PANIC',
        message: 'A counter would fall below zero.',
        meaning: 'The contract counts permits and never counts back.',
        causes: ['The contract is faulty.'],
      },
    ],
  ),
  ...entriesOf(
    {kind: 'error', contracts: permits, source: 'OpenZeppelin 4.9 ShortStrings'},
    ['StringTooLong(string)', 'InvalidShortString()'].map((subject) => ({
      subject,
      code: 'CONTRACT_MISCONFIGURED' as const,
      message: 'The name of a token does not fit where it is stored.',
      meaning: 'It can fail only while the token is deployed.',
      causes: ['The token was deployed with a long name.'],
    })),
  ),
]

const guardReasons = entriesOf(
  {kind: 'text', contracts: guarded, source: 'OpenZeppelin 4.9 ReentrancyGuard'},
  [
    {
      subject: 'ReentrancyGuard: reentrant call',
      code: 'LST_REFUSES',
      message: 'The contract was called back during its own execution.',
      meaning: 'It carries out one call at a time.',
      causes: ['The recipient is a contract that calls back when it is paid.'],
    },
  ],
)

export const openZeppelinTokenReasons = [
  ...ticketReasons,
  ...vaultReasons,
  ...permitReasons,
  ...guardReasons,
]
