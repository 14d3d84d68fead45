import {entriesOf} from '../../../explain/entry.ts'

const QUOTE = 'Run `metis-seq pool quote AMOUNT FROM TO` to see the current price.'

const LESS_THAN_MINIMUM = [
  'NetswapRouter: INSUFFICIENT_OUTPUT_AMOUNT',
  'NetswapRouter: INSUFFICIENT_A_AMOUNT',
  'NetswapRouter: INSUFFICIENT_B_AMOUNT',
  'NetswapRouter: EXCESSIVE_INPUT_AMOUNT',
]

const NO_LIQUIDITY = [
  'NetswapLibrary: INSUFFICIENT_LIQUIDITY',
  'Netswap: INSUFFICIENT_LIQUIDITY',
  'Netswap: INSUFFICIENT_LIQUIDITY_MINTED',
  'Netswap: INSUFFICIENT_LIQUIDITY_BURNED',
]

const NOTHING = [
  'NetswapLibrary: INSUFFICIENT_AMOUNT',
  'NetswapLibrary: INSUFFICIENT_INPUT_AMOUNT',
  'NetswapLibrary: INSUFFICIENT_OUTPUT_AMOUNT',
  'Netswap: INSUFFICIENT_OUTPUT_AMOUNT',
  'Netswap: INSUFFICIENT_INPUT_AMOUNT',
]

const WRONG_PATH = [
  'NetswapRouter: INVALID_PATH',
  'NetswapLibrary: INVALID_PATH',
  'NetswapLibrary: IDENTICAL_ADDRESSES',
  'NetswapLibrary: ZERO_ADDRESS',
  'Netswap: IDENTICAL_ADDRESSES',
  'Netswap: ZERO_ADDRESS',
  'Netswap: INVALID_TO',
]

const NOT_MOVED = [
  'TransferHelper: TRANSFER_FROM_FAILED',
  'TransferHelper: TRANSFER_FAILED',
  'TransferHelper: METIS_TRANSFER_FAILED',
  'Netswap: TRANSFER_FAILED',
  'ds-math-sub-underflow',
]

const INTERNAL = [
  'Netswap: K',
  'Netswap: LOCKED',
  'Netswap: OVERFLOW',
  'Netswap: FORBIDDEN',
  'Netswap: PAIR_EXISTS',
  'Netswap: FEE_TOO_HIGH',
  'Netswap: INVALID_SIGNATURE',
]

/** Revert reasons of the pools and their router. */
export const netswapRefusals = entriesOf(
  {
    kind: 'text',
    contracts: ['NetswapRouter', 'NetswapPair', 'NetswapFactory'],
    source: 'NetswapRouter.sol, NetswapPair.sol',
    hints: [QUOTE],
  },
  [
    ...['NetswapRouter: EXPIRED', 'Netswap: EXPIRED'].map((subject) => ({
      subject,
      code: 'DEADLINE_PASSED' as const,
      message: 'The deadline of the call has passed.',
      meaning:
        'A swap that waits too long would be made at a price that nobody has seen, so the call names a time after which it is void.',
      causes: ['The transaction waited in the pool.', 'The confirmation took too long.'],
      hints: ['Run the command again, with a longer `--deadline` if needed.'],
    })),
    ...LESS_THAN_MINIMUM.map((subject) => ({
      subject,
      code: 'RATE_MOVED' as const,
      message: 'The pool would give less than the requested minimum.',
      meaning:
        'Every swap moves the price of a pool. The minimum in the call protects against slippage.',
      causes: ['Somebody else swapped between the quote and the call.'],
    })),
    ...NO_LIQUIDITY.map((subject) => ({
      subject,
      code: 'LIQUIDITY_LOW' as const,
      message: 'The pool holds too little for this call.',
      meaning: 'A pool never pays out all of a token, and shares too small to count are refused.',
      causes: ['The pool is empty or nearly so.', 'The amount is too small or too large.'],
    })),
    ...NOTHING.map((subject) => ({
      subject,
      code: 'AMOUNT_OUT_OF_RANGE' as const,
      message: 'The amount of the call is zero, or rounds to zero.',
      meaning: 'A swap needs an input and an output above zero.',
      causes: ['The amount is missing or too small.'],
    })),
    ...WRONG_PATH.map((subject) => ({
      subject,
      code: 'MARKET_REFUSES' as const,
      message: 'The tokens of the call do not form a path through pools.',
      meaning:
        'A path has two tokens or more, all different; a METIS call begins or ends with METIS.',
      causes: ['The call was built by hand.'],
    })),
    ...NOT_MOVED.map((subject) => ({
      subject,
      code: 'TOKEN_NOT_MOVED' as const,
      message: 'A token of the call could not be moved.',
      meaning: 'The router takes tokens by allowance; the balance or the allowance is too low.',
      causes: ['The tokens were spent in the meantime.', 'The allowance was used up.'],
      hints: ['Run the command again: it approves the exact amount first.'],
    })),
    ...INTERNAL.map((subject) => ({
      subject,
      code: 'MARKET_REFUSES' as const,
      message: 'The pool refuses the call.',
      meaning: 'The rule is one of the pool itself, which its router never breaks.',
      causes: ['The pool was called directly.', 'The call is for the owner of the exchange.'],
    })),
  ],
)
