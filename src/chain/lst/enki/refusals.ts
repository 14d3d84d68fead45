import {entriesOf} from '../../explain/entry.ts'
import type {LstRefusals} from '../refusals.ts'
import {enkiBackendReasons} from './backend-refusals.ts'

/** Answers of the contracts that a precondition foretells. */
export const enkiWords = {
  paused: 'forUser: paused',
  nothingToMint: 'EMetisMinter: amount is zero',
  nothingToVest: 'Vesting: amount is zero',
} as const

const POSITION = 'Run `metis-seq lst position enki` to see the balances of the account.'
const REQUESTS = 'Run `metis-seq lst requests enki` to see the tickets of the account.'

/** Another provider's queue has the same errors. */
const QUEUES = ['EnkiRedemptionQueue', 'RedemptionQueue (Velix)']

/** Custom errors of the redemption queue. */
const queueErrors = entriesOf(
  {kind: 'error', contracts: QUEUES, source: 'Enki RedemptionQueue.sol', hints: [REQUESTS]},
  [
    {
      subject: 'NotMatureYet(uint256,uint64)',
      calls: ['EnkiRedemptionQueue.redeemRedemptionTicketNft', 'EnkiRedemptionQueue.unlockLpToken'],
      code: 'WITHDRAW_NOT_READY',
      message: 'The redemption ticket, or its liquidity tokens, are not mature yet.',
      meaning:
        'The two numbers are the current time and the time of maturity, in Unix seconds. A ticket and the liquidity tokens locked for it have their own times.',
      causes: ['The call came too early.'],
      check: 'lst',
    },
    {
      subject: 'AlreadyRedeemed()',
      calls: ['EnkiRedemptionQueue.redeemRedemptionTicketNft'],
      code: 'TICKET_USED',
      message: 'The redemption ticket was already redeemed.',
      meaning: 'Each ticket pays out once. It stays while liquidity tokens are locked for it.',
      causes: ['The METIS was paid before.'],
    },
    {
      subject: 'AlreadyReducedMaturity()',
      calls: ['EnkiRedemptionQueue.reduceRedemptionMaturity'],
      code: 'TICKET_USED',
      message: 'The maturity of the ticket was already shortened.',
      meaning: 'It can be shortened once, by however much.',
      causes: ['Liquidity tokens are or were locked for the ticket.'],
    },
    {
      subject: 'Erc721CallerNotOwnerOrApproved()',
      code: 'TICKET_NOT_YOURS',
      message: 'The redemption ticket belongs to another account.',
      meaning: 'Only the holder of the ticket, or an account the holder approved, may use it.',
      causes: ['The ticket was made for, or sent to, another account.'],
    },
    {
      subject: 'LpTokenNotLocked()',
      calls: ['EnkiRedemptionQueue.unlockLpToken'],
      code: 'LST_REFUSES',
      message: 'No liquidity tokens are locked for this ticket.',
      meaning: 'They are locked only when the maturity was shortened, and returned once.',
      causes: ['They were returned before.', 'The ticket was never sped up.'],
    },
    {
      subject: 'ReduceTimeExceedsLimit()',
      calls: ['EnkiRedemptionQueue.reduceRedemptionMaturity'],
      code: 'LST_REFUSES',
      message: 'The maturity cannot be shortened that far.',
      meaning: 'A minimum waiting time always remains; lock fewer liquidity tokens.',
      causes: ['Too many liquidity tokens for the rest of the wait.'],
    },
    {
      subject: 'ExceedsCollectedFees(uint128,uint128)',
      calls: ['EnkiRedemptionQueue.collectRedemptionFees'],
      code: 'LST_REFUSES',
      message: 'The provider would collect more fees than there are.',
      meaning: 'The two numbers are the amount asked for and the fees that accrued.',
      causes: ['This call is for the provider, not for users.'],
    },
  ],
)

const queueReasons = entriesOf(
  {kind: 'text', contracts: QUEUES, source: 'Enki RedemptionQueue.sol'},
  [
    {
      subject: 'RedemptionQueue: amount is zero',
      code: 'AMOUNT_OUT_OF_RANGE',
      message: 'The redemption amount is zero.',
      meaning: 'The amount must be above zero.',
      causes: ['The amount is missing, or rounds to zero.'],
      hints: [POSITION],
    },
    {
      subject: 'RedemptionQueue: zero address',
      code: 'NULL_ADDRESS',
      message: 'An address in the call is the zero address.',
      meaning: 'A ticket, a payment and a liquidity token need an address.',
      causes: ['The recipient or the liquidity token is missing.'],
    },
  ],
)

/** What users meet in the minter, the vault and the vesting contract. */
const userReasons = entriesOf(
  {kind: 'text', contracts: ['EMetisMinter', 'SeMetis', 'EnkiVesting'], source: 'Enki Base.sol'},
  [
    {
      subject: enkiWords.paused,
      calls: [
        ...['SeMetis.deposit', 'SeMetis.mint', 'SeMetis.redeem', 'SeMetis.withdraw'],
        ...['EMetisMinter.mint', 'EnkiVesting.stake', 'EnkiVesting.unstake'],
      ],
      code: 'LST_PAUSED',
      message: 'Enki has paused its vault, in both directions.',
      meaning:
        'Neither staking nor unstaking works meanwhile. The redemption queue for eMETIS and claims of vested eMETIS stay open.',
      causes: ['The provider paused its contracts.'],
      hints: ['Run `metis-seq lst list` to see its state.', POSITION],
      check: 'lst',
    },
    {
      subject: enkiWords.nothingToMint,
      calls: ['EMetisMinter.mint'],
      contracts: ['EMetisMinter'],
      code: 'AMOUNT_OUT_OF_RANGE',
      message: 'The deposit has no amount.',
      meaning: 'The amount of METIS must be above zero.',
      causes: ['The amount is missing.'],
      hints: ['Run `metis-seq lst deposit enki AMOUNT --dry-run`.'],
    },
    {
      subject: 'SeMetis: deployer should keep the initial deposit amount',
      contracts: ['SeMetis'],
      code: 'LST_REFUSES',
      message: 'The first deposit stays in the vault.',
      meaning: 'It protects the rate of the vault, so the account that made it cannot take it out.',
      causes: ['The account deployed the vault, and only its first deposit is left.'],
    },
    {
      subject: enkiWords.nothingToVest,
      calls: ['SeMetis.redeem', 'SeMetis.withdraw'],
      contracts: ['EnkiVesting'],
      code: 'AMOUNT_OUT_OF_RANGE',
      message: 'The part of the withdrawal that vests rounds to zero.',
      meaning: 'The vesting contract takes no deposit of zero, and the withdrawal fails with it.',
      causes: ['The amount is a few wei.', 'The share that vests is set to zero.'],
      hints: ['Withdraw more at once.'],
    },
    {
      subject: 'Vesting: zero address',
      calls: ['SeMetis.redeem', 'SeMetis.withdraw'],
      contracts: ['EnkiVesting'],
      code: 'NULL_ADDRESS',
      message: 'The receiver of the withdrawal is the zero address.',
      meaning: 'The part that vests belongs to the receiver.',
      causes: ['The receiver is missing.'],
    },
    {
      subject: 'Vesting: no eMetis or no ENKI staked',
      calls: ['EnkiVesting.estimateFinishTime'],
      contracts: ['EnkiVesting'],
      code: 'NOTHING_TO_CLAIM',
      message: 'Nothing vests for the account.',
      meaning: 'eMETIS vests only while ten ENKI are staked for each.',
      causes: ['The account has no eMETIS that vests, or no ENKI staked.'],
      hints: ['Run `metis-seq lst vest enki stake --amount AMOUNT`.'],
    },
  ],
)

const ON_L2 = [
  ...['EMetisMinter', 'SeMetis', 'EnkiVesting', 'EnkiRedemptionQueue'],
  ...['EnkiRewardDispatcher', 'EnkiConfig'],
]

export const enkiRefusals: LstRefusals = {
  owned: ['EMetis'],
  proxied: [...ON_L2, 'EnkiDealer', 'EnkiSequencerAgent'],
  tokens: ['EMetis', 'SeMetis', 'EnkiToken', 'LpToken'],
  casting: ['EnkiRedemptionQueue'],
  bridging: ['EMetisMinter.depositToL1Dealer'],
  tickets: ['EnkiRedemptionQueue'],
  vaults: ['SeMetis'],
  permits: ['EMetis'],
  guarded: ON_L2.filter((name) => name !== 'EnkiConfig'),
  ofToken: [],
  own: [...queueErrors, ...queueReasons, ...userReasons, ...enkiBackendReasons],
  roles: entriesOf(
    {
      kind: 'text',
      contracts: [...ON_L2, 'EnkiDealer'],
      source: 'Enki Base.sol, OpenZeppelin 4.9 AccessControl',
    },
    [
      {
        subject: 'AccessControl: account ',
        open: true,
        calls: [
          ...['SeMetis.deposit', 'SeMetis.redeem', 'SeMetis.withdraw', 'EMetisMinter.mint'],
          ...['EnkiVesting.stake', 'EnkiVesting.unstake'],
        ],
        code: 'ROLE_MISSING',
        message: 'The sending account does not have the role that this call needs.',
        meaning:
          'While the vault is not public, only beta users stake and unstake. Steps of the provider are reserved for its backend.',
        causes: ['The vault was closed to the public.', 'The call is for the provider.'],
        hints: ['Run `metis-seq lst list` to see the state of the provider.'],
        check: 'lst',
      },
    ],
  ),
  payments: [],
  queues: [],
}
