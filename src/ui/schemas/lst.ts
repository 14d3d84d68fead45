import {poolsIds} from '../../protocol/defi/markets.ts'
import {backingVerdicts} from '../../protocol/lst/backing.ts'
import {lstCapabilities, lstKinds} from '../../protocol/lst/about.ts'
import {lstIds} from '../../protocol/lst/providers.ts'
import type {LstListed, LstQueues, LstRequests} from '../../services/lst/lst.ts'
import {backendOperations, type BackendFact} from '../../services/lst/backend-port.ts'
import type {Comparison} from '../../services/lst/compare.ts'
import type {LstPeg} from '../../services/lst/peg.ts'
import type {LstRates, Unbonding} from '../../services/lst/rates.ts'
import {yieldMethods, type RateSample, type Yield} from '../../protocol/lst/yield.ts'
import type {backendJson, backingJson, historyJson, pegsJson} from '../presenters/lst-markets.ts'
import {registration} from './parts/registration.ts'
import {sequencer} from './parts/sequencer.ts'
import {
  lstBlockers,
  lstStates,
  type LstDescription,
  type LstHolding,
  type LstPosition,
  type LstWithdrawal,
} from '../../services/lst/provider.ts'
import type {positionsJson} from '../presenters/lst.ts'
import {
  address,
  as,
  decimal,
  digits,
  flag,
  list,
  nullable,
  object,
  shared,
  text,
  wei,
  word,
  type Fields,
} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {differences, sends} from './parts/plan.ts'

const providerId = word('Liquid-staking provider.', lstIds)

const description: Fields<LstDescription> = {
  id: providerId,
  name: text('Its name.'),
  token: text('Symbol of its main token.'),
  kind: word(
    '`reward-bearing`: the balance is constant and the rate grows. `rebasing`: the reverse.',
    lstKinds,
  ),
  entry: address('Contract on L2 that accepts deposits.'),
  state: word(
    '`no-code`: a contract is missing. `mismatch`: its contracts do not refer to each other. `closed`: it takes no deposits.',
    lstStates,
  ),
  warnings: list('Why it is not live.', text('One sentence.')),
}

const provider = shared(
  'provider',
  object<LstDescription>('A liquid-staking provider.', description),
)

const holding = object<LstHolding>('A token of an account.', {
  token: text('Symbol of the token.'),
  state: word('`vesting` and `queued` cannot be transferred.', ['held', 'vesting', 'queued']),
  wei: wei('Amount of the token.'),
  valueMetisWei: wei('Its value in METIS after the next harvest.'),
})

const position = shared(
  'position',
  object<LstPosition>('Position of an account with a provider.', {
    provider: providerId,
    account: address('Account on L2.'),
    heldWei: wei('Amount of the main token.'),
    holdings: list('All tokens, the main one first.', holding),
    valueMetisWei: wei('Value of all tokens in METIS after the next harvest.'),
    openRequests: digits('Withdrawal requests that are not completed.'),
    owedMetisWei: wei('METIS owed to them.'),
    claimableMetisWei: wei('The part of it that can be claimed now.'),
    liquidMetisWei: wei('METIS of the account on L2 outside the provider.'),
  }),
)

const request = object<LstWithdrawal>('A withdrawal request.', {
  id: text('For `--id`: position in the queue of the account, or id of a ticket.'),
  token: text('Symbol of the token given for it.'),
  amountWei: wei('Amount of the token.'),
  metisWei: wei('METIS owed, after fees.'),
  requestedAtSeconds: nullable(digits('Time of the request; null when it is not stored.')),
  claimableAtSeconds: nullable(
    digits('Time before which it is not paid; null when only the provider decides.'),
  ),
  blockedBy: list('Everything that blocks it; empty: claimable.', word('A gate.', lstBlockers)),
})

const sample = object<RateSample>('A rate at a block.', {
  blockNumber: digits('Block of L2.'),
  timeSeconds: decimal('Its time, in seconds since 1970.'),
  rate: digits('METIS for one share, scaled by 1e18.'),
})

const pegSample = object<ReturnType<typeof historyJson>['samples'][number]>(
  'A rate and a pool price at a block.',
  {
    blockNumber: digits('Block of L2.'),
    timeSeconds: decimal('Its time, in seconds since 1970.'),
    rate: digits('METIS for one share, scaled by 1e18.'),
    poolPrice: nullable(
      digits('METIS for one token in the pool, scaled by 1e18; null where it is unknown.'),
    ),
    discountBasisPoints: nullable(
      decimal('Basis points below the rate, negative above it; null where it is unknown.'),
    ),
  },
)

const grown = shared(
  'yield',
  object<Yield>('Growth of the rate between two samples, net of the fee.', {
    method: word('`events`: the earlier rate follows from the events since.', yieldMethods),
    aprPercent: decimal('Per year, without compounding.'),
    apyPercent: nullable(decimal('Per year, compounded; null where the window is too short.')),
    windowSeconds: decimal('Time between the samples.'),
    isShort: flag('True: less than a week, so the figure is noise.'),
    from: sample,
    to: sample,
  }),
)

const metisOrUnknown = (description: string) => nullable(wei(`${description} Null: unknown.`))

const backing = object<ReturnType<typeof backingJson>>('Assets and liabilities of a provider.', {
  provider: providerId,
  sequencers: nullable(list('Of its registered owners; null when none is registered.', sequencer)),
  lockedMetisWei: metisOrUnknown('METIS locked by them.'),
  rewardMetisWei: metisOrUnknown('METIS credited to them on L1.'),
  countsRewards: flag('True: these rewards are assets, as the token is worth them already.'),
  idleL1MetisWei: metisOrUnknown('METIS of its contracts on L1 outside of locks.'),
  transitMetisWei: metisOrUnknown('METIS between the chains.'),
  idleMetisWei: wei('METIS of its contracts on L2.'),
  assetsMetisWei: wei('Everything that is known to back it.'),
  liabilitiesMetisWei: wei('METIS owed to token holders and open requests.'),
  ratio: nullable(digits('Assets to liabilities, scaled by 1e18; null while nothing is owed.')),
  verdict: word('`unknown`: its sequencers are not registered.', backingVerdicts),
})

const way = object<Comparison>('One way to stake.', {
  option: word('A provider, or `lock` for a sequencer of your own.', [...lstIds, 'lock'] as const),
  possible: flag('False: the notes say why.'),
  aprPercent: nullable(decimal('Per year, net of the fee; null when it cannot be measured.')),
  endMetisWei: nullable(wei('METIS at the end, net of fees; null when unknown or impossible.')),
  exitFromSeconds: digits('From then until the METIS are free, at least.'),
  exitToSeconds: digits('The same at worst.'),
  notes: list('Caveats.', text('One sentence.')),
})

const operation = sends('Mined, and compared with the chain.', {
  receivedWei: wei('Tokens of a deposit, METIS owed by a withdrawal, METIS of a claim.'),
  position,
  differences,
})

const backendChange = sends('Mined, and compared with the chain.', {differences})

export const lstSchemas: CommandSchemas = {
  'lst backing': {
    data: object('Assets and liabilities of the providers.', {
      backing: list('By provider.', backing),
    }),
  },
  'lst cancel': operation,
  'lst claim': operation,
  'lst compare': {
    data: object('The same amount and time in every way.', {
      amountMetisWei: wei('Amount.'),
      days: decimal('Time in days.'),
      ways: list('Best end first.', way),
    }),
  },
  'lst deposit': operation,
  'lst history': {
    data: object<ReturnType<typeof historyJson> & {plot: string | null}>(
      'The rate of a provider over time, and the pool price beside it.',
      {
        provider: providerId,
        samples: list('Oldest first.', pegSample),
        yield: as(nullable(grown), 'Growth of the rate; null when it cannot be measured.'),
        peg: object<ReturnType<typeof historyJson>['peg']>('The pool price of the samples.', {
          token: text('Symbol of the token whose rate the samples have.'),
          exchange: nullable(word('Exchange; null without a pool.', poolsIds)),
          pool: nullable(address('The pool; null without one.')),
          method: nullable(
            word('`events`: some prices follow from the events of the pool.', yieldMethods),
          ),
          unknown: list('Why prices are unknown.', text('One sentence.')),
        }),
        plot: nullable(text('SVG file that was written; null without `--plot`.')),
      },
    ),
  },
  'lst list': {
    data: object('The providers of the network.', {
      providers: list(
        'By name.',
        object<LstListed>('A provider and its operations.', {
          ...description,
          capabilities: list('Its operations.', word('An operation.', lstCapabilities)),
          registration: as(nullable(registration), 'Null when it is not registered.'),
        }),
      ),
    }),
  },
  'lst peg': {
    data: object<ReturnType<typeof pegsJson>>('Pool prices of tokens and their rates.', {
      pegs: list(
        'By provider and token.',
        object<LstPeg>('A token in a pool with METIS.', {
          provider: providerId,
          token: text('Symbol of the token.'),
          exchange: word('Exchange.', poolsIds),
          pool: address('The pool.'),
          poolPrice: digits('METIS for one token, scaled by 1e18, without fee and slippage.'),
          rate: digits('METIS for one token by the provider, scaled by 1e18.'),
          discountBasisPoints: decimal('Basis points below the rate; negative above it.'),
          depthMetisWei: nullable(
            wei(
              'METIS that raises the price by 1 %; null where the liquidity depends on the price.',
            ),
          ),
        }),
      ),
      withoutPool: list(
        'Tokens without a pool.',
        object<ReturnType<typeof pegsJson>['withoutPool'][number]>('A token.', {
          provider: providerId,
          token: text('Symbol of the token.'),
        }),
      ),
    }),
  },
  'lst position': {
    data: object<ReturnType<typeof positionsJson>>('Positions of an account.', {
      account: address('Account on L2.'),
      liquidMetisWei: wei('METIS of the account on L2 outside the providers.'),
      positions: list('By provider.', position),
    }),
  },
  'lst provider claim-rewards': backendChange,
  'lst provider relock': backendChange,
  'lst provider status': {
    data: object<ReturnType<typeof backendJson>>('A provider as its operator sees it.', {
      provider: providerId,
      operations: list('Its operations.', word('An operation.', backendOperations)),
      sequencers: list('Of its registered owners.', sequencer),
      facts: list(
        'Values on both chains.',
        object<BackendFact>('A value.', {
          id: text('Name of the value.'),
          label: text('Human-readable name.'),
          value: text('Digits, or a word.'),
          unit: word('`wei`: METIS as digits.', ['wei', 'count', 'word']),
        }),
      ),
    }),
  },
  'lst provider unlock-withdrawals': backendChange,
  'lst queue': {
    data: object('Open withdrawal requests of everybody.', {
      queues: list(
        'By provider.',
        object<LstQueues>('The queue of a provider.', {
          provider: providerId,
          requests: nullable(digits('Requests; null when the contracts do not count them.')),
          owedMetisWei: wei('METIS owed to them.'),
          liquidityMetisWei: wei('METIS on L2 that can pay them now.'),
          minimumWaitSeconds: digits('Delay that the contract enforces; not a guarantee.'),
          exitFeeRate: digits('Share of a withdrawal that the provider keeps, scaled by 1e18.'),
        }),
      ),
    }),
  },
  'lst rates': {
    data: object('Token rates by provider.', {
      rates: list(
        'By provider.',
        object<LstRates>('The rate of a provider.', {
          provider,
          totalDepositsMetisWei: wei('METIS deposited with it.'),
          supplyWei: wei('Total supply of its token.'),
          pendingRewardMetisWei: wei('METIS of rewards that are not yet harvested.'),
          feeRate: digits("Provider's share of the rewards, scaled by 1e18."),
          rate: digits('METIS for one token, scaled by 1e18.'),
          rateAfterHarvest: digits('The same after the next harvest, scaled by 1e18.'),
          shareRate: digits(
            'METIS for one share of the pool, scaled by 1e18; it grows by rewards.',
          ),
          yield: as(nullable(grown), 'Growth of the rate; null when it cannot be measured.'),
          unbonding: object<Unbonding>('From a withdrawal request to its METIS.', {
            fromSeconds: digits('Delay that the contract enforces.'),
            toSeconds: as(
              nullable(digits('Seconds.')),
              'At worst: after an exit on L1 and the bridge; null while L1 does not respond.',
            ),
            isShort: flag('True: METIS is missing on L2 for the requests that are there.'),
          }),
        }),
      ),
    }),
  },
  'lst requests': {
    data: object('Open withdrawal requests of an account.', {
      requests: list(
        'By provider.',
        object<LstRequests>('Requests with a provider.', {
          provider: providerId,
          requests: list('In the order in which they are paid.', request),
        }),
      ),
    }),
  },
  'lst speed-up': operation,
  'lst vest': operation,
  'lst withdraw': operation,
}
